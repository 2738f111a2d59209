//! Writes an answer of the hub for a client of this API.
//!
//! Streams: <https://platform.openai.com/docs/api-reference/responses-streaming>; buffered answers:
//! <https://platform.openai.com/docs/api-reference/responses/object>. Both are built from the same events: a stream writes the
//! steps towards the complete response. The types are those of `openai-python` 3.57.

mod close;
mod emit;
mod finish;
mod item;
mod more;
mod open;
mod response;

use crate::chat::{Answer, Event, Finish, FinishReason, Slot};
use crate::{Context, Usage, WriteAnswer};
use emit::Emit;
use finish::Ending;
use item::Item;
use open::Open;
use postern_fault::Fault;
use response::Head;
use std::collections::BTreeMap;

/// Writes an answer as the events of this API, or buffered as a `response`.
#[derive(Debug)]
pub struct Writer {
    request_id: String,
    /// The tools of namespaces, by their names in the hub.
    namespaced: BTreeMap<String, (String, String)>,
    head: Head,
    started: bool,
    emit: Emit,
    /// The items of the answer, in order.
    items: Vec<Item>,
    /// The place of each of the hub's parts that has begun.
    parts: BTreeMap<u32, Open>,
    /// Messages that are incomplete, and how many of their contents are open.
    messages: BTreeMap<usize, usize>,
    /// The item that holds the latest text, for the probabilities of its tokens.
    latest_text: Option<(usize, usize)>,
    finish: Option<Finish>,
    usage: Option<Usage>,
}

impl Writer {
    /// A writer of one answer.
    pub fn new(context: Context) -> Self {
        Writer {
            head: Head::new(&context),
            namespaced: context.memo.namespaced,
            request_id: context.request_id,
            started: false,
            emit: Emit::default(),
            items: Vec::new(),
            parts: BTreeMap::new(),
            messages: BTreeMap::new(),
            latest_text: None,
            finish: None,
            usage: None,
        }
    }

    /// The event that ends a failed stream, with its sequence number: see [`error::event`].
    ///
    /// [`error::event`]: crate::responses::error::event
    pub fn fault(&mut self, fault: &Fault, out: &mut String) {
        out.push_str(&super::error::numbered(fault, self.emit.next_number()));
    }

    /// Takes an event of the only choice that the API has.
    fn take(&mut self, event: Event) {
        match event {
            Event::Started { id, model, created_unix_s } => {
                self.head.see(id, model, created_unix_s);
                self.start();
            }
            Event::ServiceTier(tier) => self.head.service_tier = Some(finish::service_tier(tier)),
            Event::Begun(Slot { choice: 0, part }, kind) => {
                self.start();
                self.begin(part, kind);
            }
            Event::Delta(Slot { choice: 0, part }, delta) => self.more(part, delta),
            Event::Ended(Slot { choice: 0, part }) => {
                if let Some(open) = self.parts.get_mut(&part) {
                    open.ended = true;
                }
            }
            Event::Logprobs(0, logprobs) => self.logprobs(logprobs),
            Event::Finished(0, finish) => {
                self.start();
                self.close_all(finish::is_cut(finish.reason));
                self.finish = Some(finish);
            }
            Event::Usage(usage) => self.usage = Some(usage),
            Event::Done => self.done(),
            _ => {}
        }
    }

    fn start(&mut self) {
        if !std::mem::replace(&mut self.started, true) {
            for kind in ["response.created", "response.in_progress"] {
                self.emit.response(kind, &self.head.in_progress());
            }
        }
    }

    fn done(&mut self) {
        self.start();
        let ending = self.ending();
        let response = self.head.ended(&ending, &self.items, self.usage);
        self.emit.response(ending.event, &response);
    }

    fn ending(&mut self) -> Ending {
        self.close_all(false);
        let finish = self.finish.take().unwrap_or(Finish::from(FinishReason::Other));
        Ending::new(finish, &self.items)
    }
}

impl WriteAnswer for Writer {
    fn event(&mut self, event: Event, out: &mut String) {
        self.emit.open(out);
        self.take(event);
        self.emit.close(out);
    }

    fn whole(&mut self, answer: Answer) -> String {
        let mut events = answer.into_events();
        // Written last, it would only announce the end.
        events.retain(|event| *event != Event::Done);
        events.into_iter().for_each(|event| self.take(event));
        let ending = self.ending();
        let response = self.head.ended(&ending, &self.items, self.usage);
        // Serializing strings, numbers and JSON cannot fail.
        serde_json::to_string(&response).unwrap_or_default()
    }
}
