//! The beginnings of parts.

use super::Writer;
use super::emit::{At, More};
use super::item::{COMPLETED, Content, IN_PROGRESS, Item};
use crate::Dialect;
use crate::chat::{self, Delta, Kind, Source};
use serde::Serialize;

/// The place of one of the hub's parts.
#[derive(Debug)]
pub(super) struct Open {
    pub item: usize,
    /// In a message, the index of the content.
    pub content: usize,
    pub ended: bool,
    /// Whether it is sound, of which only the transcript is written.
    pub spoken: bool,
    /// The number of characters of its text so far.
    pub chars: u64,
}

impl Open {
    fn new(item: usize, content: usize) -> Self {
        Open { item, content, ended: false, spoken: false, chars: 0 }
    }
}

#[derive(Serialize)]
struct Added<'a> {
    output_index: usize,
    item: &'a Item,
}

#[derive(Serialize)]
struct Part<'a> {
    part: &'a Content,
}

impl Writer {
    pub(super) fn begin(&mut self, part: u32, kind: Kind) {
        if self.parts.contains_key(&part) {
            return;
        }
        match kind {
            Kind::Text => self.begin_content(part, Content::text()),
            // The transcript: the API has no place for the sound itself.
            Kind::Audio { .. } => {
                self.begin_content(part, Content::text());
                if let Some(open) = self.parts.get_mut(&part) {
                    open.spoken = true;
                }
            }
            Kind::Refusal => {
                self.begin_content(part, Content::Refusal { refusal: String::new() });
            }
            Kind::Reasoning { redacted } => {
                let item = Item::Reasoning {
                    id: self.id("rs"),
                    summary: Vec::new(),
                    content: (!redacted).then(Vec::new),
                    encrypted_content: None,
                    status: IN_PROGRESS,
                };
                self.begin_item(part, item);
            }
            Kind::ToolCall { id, name, custom } => self.begin_call(part, id, name, custom),
            Kind::Whole(content) => self.begin_whole(part, *content),
        }
    }

    /// Begins a content in the open message, or in a new one.
    fn begin_content(&mut self, part: u32, content: Content) {
        if matches!(self.items.last(), Some(Item::Message { status: IN_PROGRESS, .. })) {
            self.close_ended_parts();
        } else {
            let id = self.id("msg");
            let (status, role) = (IN_PROGRESS, "assistant");
            self.add(Item::Message { id, status, role, content: Vec::new() });
        }
        let index = self.items.len().saturating_sub(1);
        let Some(item) = self.items.last_mut() else { return };
        let number = item.push(content);
        *self.messages.entry(index).or_default() += 1;
        self.parts.insert(part, Open::new(index, number));
        if matches!(item.content(number), Some(Content::OutputText { .. })) {
            self.latest_text = Some((index, number));
        }
        self.content_added(index, number);
    }

    pub(super) fn content_added(&mut self, index: usize, number: usize) {
        let Some(item) = self.items.get(index) else { return };
        let Some(part) = item.contents().get(number) else { return };
        let at = At::item(item, index).content(number);
        self.emit.event("response.content_part.added", More { at, what: Part { part } });
    }

    fn begin_call(&mut self, part: u32, call_id: String, name: String, custom: bool) {
        let own = || format!("call_{}_{part}", self.request_id);
        let call_id = if call_id.is_empty() { own() } else { call_id };
        let (namespace, name) = match self.namespaced.get(&name).cloned() {
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, name),
        };
        let item = match custom {
            true => {
                let (id, input) = (self.id("ctc"), String::new());
                Item::CustomToolCall { id, call_id, namespace, name, input }
            }
            false => Item::FunctionCall {
                id: self.id("fc"),
                call_id,
                namespace,
                name,
                arguments: String::new(),
                status: IN_PROGRESS,
            },
        };
        self.begin_item(part, item);
    }

    /// A picture is the result of a built-in tool here; an address can only be written as words. Content that only another
    /// dialect knows is left out.
    fn begin_whole(&mut self, part: u32, content: chat::Content) {
        match content {
            chat::Content::Image(image) => match image.source {
                Source::Base64 { data, .. } => {
                    let id = self.id("ig");
                    let item = Item::ImageGenerationCall { id, status: COMPLETED, result: data };
                    self.begin_item(part, item);
                }
                Source::Url(url) => {
                    self.begin_content(part, Content::text());
                    self.more(part, Delta::Text(format!("![]({url})")));
                }
                Source::FileId(_) | Source::Text(_) => {}
            },
            chat::Content::Foreign(Dialect::Responses, value) => {
                self.begin_item(part, Item::Own(value));
            }
            _ => {}
        }
    }

    fn begin_item(&mut self, part: u32, item: Item) {
        self.add(item);
        self.parts.insert(part, Open::new(self.items.len().saturating_sub(1), 0));
    }

    /// Adds an item. Earlier content that has ended is complete.
    fn add(&mut self, item: Item) {
        self.close_ended();
        let output_index = self.items.len();
        self.emit.event("response.output_item.added", Added { output_index, item: &item });
        self.items.push(item);
    }

    fn id(&self, prefix: &str) -> String {
        format!("{prefix}_{}_{}", self.request_id, self.items.len())
    }
}
