//! From the hub to a client: <https://platform.openai.com/docs/api-reference/completions/object>. A streamed completion is
//! the same object many times over, with a piece of the text in each.

use super::probabilities::Probabilities;
use crate::chat::{Answer, Content, Delta, Event, Finish, FinishReason, Kind, Slot};
use crate::{Context, Usage, WriteAnswer};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Writes one answer. Thoughts have no place in a completion.
#[derive(Debug)]
pub struct Writer {
    context: Context,
    head: Head,
    /// The parts whose text is the answer's.
    texts: BTreeSet<Slot>,
    /// How many characters of tokens each choice has had.
    offsets: BTreeMap<u32, usize>,
    usage: Option<Usage>,
}

#[derive(Debug, Clone, Default)]
struct Head {
    id: String,
    created: u64,
    model: String,
}

impl Writer {
    /// A writer of the answer to one request.
    pub fn new(context: Context) -> Self {
        let head = head(&context, String::new(), String::new(), None);
        Writer { context, head, texts: BTreeSet::new(), offsets: BTreeMap::new(), usage: None }
    }

    fn choice(&self, choice: Choice, out: &mut String) {
        self.chunk(vec![choice], None, out);
    }

    fn chunk(&self, choices: Vec<Choice>, usage: Option<Usage>, out: &mut String) {
        out.push_str("data: ");
        out.push_str(&self.head.object(choices, usage));
        out.push_str("\n\n");
    }
}

impl WriteAnswer for Writer {
    fn event(&mut self, event: Event, out: &mut String) {
        match event {
            Event::Started { id, model, created_unix_s } => {
                self.head = head(&self.context, id, model, created_unix_s);
            }
            Event::Begun(slot, Kind::Text | Kind::Refusal) => drop(self.texts.insert(slot)),
            Event::Delta(slot, Delta::Text(text)) if self.texts.contains(&slot) => {
                self.choice(Choice { text, ..Choice::new(slot.choice) }, out);
            }
            Event::Logprobs(index, tokens) => {
                let offset = self.offsets.entry(index).or_default();
                let logprobs = Some(Probabilities::of(tokens, offset));
                self.choice(Choice { logprobs, ..Choice::new(index) }, out);
            }
            Event::Finished(index, finish) => {
                let finish_reason = Some(word(&finish));
                self.choice(Choice { finish_reason, ..Choice::new(index) }, out);
            }
            Event::Usage(usage) => self.usage = Some(usage),
            Event::Done => {
                if self.context.usage_in_stream {
                    self.chunk(Vec::new(), Some(self.usage.unwrap_or_default()), out);
                }
                out.push_str("data: [DONE]\n\n");
            }
            _ => {}
        }
    }

    fn whole(&mut self, answer: Answer) -> String {
        let Answer { id, model, created_unix_s, choices, usage, .. } = answer;
        let head = head(&self.context, id, model, created_unix_s);
        let choices = (0_u32..).zip(choices).map(|(index, choice)| {
            let text = choice.parts.into_iter().filter_map(|part| match part.content {
                Content::Text(text) | Content::Refusal(text) => Some(text),
                _ => None,
            });
            Choice {
                text: text.collect(),
                logprobs: logprobs(choice.logprobs),
                finish_reason: choice.finish.as_ref().map(word),
                index,
            }
        });
        head.object(choices.collect(), Some(usage.unwrap_or_default()))
    }
}

fn logprobs(tokens: Vec<Value>) -> Option<Probabilities> {
    (!tokens.is_empty()).then(|| Probabilities::of(tokens, &mut 0))
}

fn head(context: &Context, id: String, model: String, created: Option<u64>) -> Head {
    Head {
        id: if id.is_empty() { format!("cmpl-{}", context.request_id) } else { id },
        created: created.unwrap_or(context.unix_s),
        model: if model.is_empty() { context.model.clone() } else { model },
    }
}

impl Head {
    fn object(&self, choices: Vec<Choice>, usage: Option<Usage>) -> String {
        let usage = usage.map(|usage| Tokens {
            prompt_tokens: usage.input_tokens,
            completion_tokens: usage.output_tokens,
            total_tokens: usage.input_tokens.saturating_add(usage.output_tokens),
        });
        let object = Object {
            id: &self.id,
            object: "text_completion",
            created: self.created,
            model: &self.model,
            choices,
            usage,
        };
        // Strings and numbers cannot fail to be written.
        serde_json::to_string(&object).unwrap_or_default()
    }
}

#[derive(Serialize)]
struct Object<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    model: &'a str,
    choices: Vec<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Tokens>,
}

#[derive(Serialize)]
struct Choice {
    text: String,
    index: u32,
    logprobs: Option<Probabilities>,
    finish_reason: Option<&'static str>,
}

impl Choice {
    fn new(index: u32) -> Self {
        Choice { text: String::new(), index, logprobs: None, finish_reason: None }
    }
}

#[derive(Serialize)]
struct Tokens {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
}

/// Completions know three reasons.
fn word(finish: &Finish) -> &'static str {
    match finish.reason {
        FinishReason::Length | FinishReason::ContextFull => "length",
        FinishReason::ContentFilter | FinishReason::Refusal => "content_filter",
        _ => "stop",
    }
}
