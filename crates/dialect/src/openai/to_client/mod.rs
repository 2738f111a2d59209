//! Writes an answer of the hub for a client of this API.
//!
//! Streams: <https://platform.openai.com/docs/api-reference/chat-streaming>; buffered answers:
//! <https://platform.openai.com/docs/api-reference/chat/object>. `thoughts` describes the form of thoughts.

mod choice;
mod chunk;
mod finish;
mod usage;
mod whole;

use crate::chat::{Answer, Event};
use crate::{Context, Usage, WriteAnswer};
use choice::Choice;
use chunk::{Chunk, Delta};
use std::collections::BTreeMap;

/// Writes an answer as `chat.completion.chunk`s, or buffered as a `chat.completion`.
#[derive(Debug)]
pub struct Writer {
    context: Context,
    head: Head,
    choices: BTreeMap<u32, Choice>,
    usage: Option<Usage>,
}

/// The members that every chunk repeats.
#[derive(Debug)]
struct Head {
    id: String,
    model: String,
    created: u64,
    service_tier: Option<String>,
}

impl Writer {
    /// A writer of one answer.
    pub fn new(context: Context) -> Self {
        let head = Head::new(&context, String::new(), String::new(), None);
        Writer { context, head, choices: BTreeMap::new(), usage: None }
    }

    fn write(&self, choice: u32, deltas: Vec<Delta>, out: &mut String) {
        for delta in deltas {
            Chunk::of_choice(&self.head, self.context.usage_in_stream, choice, delta).write(out);
        }
    }

    fn done(&self, out: &mut String) {
        if let Some(usage) = self.usage.filter(|_| self.context.usage_in_stream) {
            Chunk::of_usage(&self.head, usage).write(out);
        }
        out.push_str("data: [DONE]\n\n");
    }
}

impl Head {
    /// The gateway provides ids and times that the vendor does not report.
    fn new(context: &Context, id: String, model: String, created: Option<u64>) -> Self {
        let or =
            |said: String, other: &dyn Fn() -> String| if said.is_empty() { other() } else { said };
        Head {
            id: or(id, &|| format!("chatcmpl-{}", context.request_id)),
            model: or(model, &|| context.model.clone()),
            created: created.unwrap_or(context.unix_s),
            service_tier: None,
        }
    }
}

impl WriteAnswer for Writer {
    fn event(&mut self, event: Event, out: &mut String) {
        let (index, deltas) = match event {
            Event::Started { id, model, created_unix_s } => {
                let service_tier = self.head.service_tier.take();
                let head = Head::new(&self.context, id, model, created_unix_s);
                self.head = Head { service_tier, ..head };
                return;
            }
            Event::ServiceTier(tier) => {
                self.head.service_tier = Some(tier);
                return;
            }
            Event::Usage(usage) => {
                self.usage = Some(usage);
                return;
            }
            Event::Done => return self.done(out),
            Event::Begun(slot, kind) => {
                (slot.choice, self.choice(slot.choice).begin(slot.part, kind))
            }
            Event::Delta(slot, delta) => {
                (slot.choice, self.choice(slot.choice).more(slot.part, delta))
            }
            Event::Ended(slot) => (slot.choice, self.choice(slot.choice).end(slot.part)),
            Event::Logprobs(index, logprobs) => (index, vec![Delta::logprobs(logprobs)]),
            Event::Finished(index, finish) => (index, self.choice(index).finish(finish)),
        };
        let deltas = self.choice(index).with_role(deltas);
        self.write(index, deltas, out);
    }

    fn whole(&mut self, answer: Answer) -> String {
        whole::write(&self.context, answer)
    }
}

impl Writer {
    fn choice(&mut self, index: u32) -> &mut Choice {
        let id = &self.context.request_id;
        self.choices.entry(index).or_insert_with(|| Choice::new(format!("{id}_{index}")))
    }
}
