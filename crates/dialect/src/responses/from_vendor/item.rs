//! Items of an answer as they arrive.
//!
//! The event that ends an item has all of its content: whatever earlier events did not have is emitted then. So servers that
//! send fewer events, and buffered answers, yield the same.

use super::event::{Kind as Of, More};
use super::{MAX_ITEMS, Reader, text};
use crate::Dialect;
use crate::chat::{Content, Delta, Event, Image, Kind, Sealed, Slot, Source};
use crate::responses::annotation;
use serde_json::Value;
use std::collections::BTreeMap;

/// An item that has begun.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Its parts: a message has one for each content, a call and thoughts have one.
    parts: BTreeMap<u64, Part>,
    done: bool,
}

/// A part, and how much of it was emitted.
#[derive(Debug)]
struct Part {
    slot: Slot,
    bytes: usize,
    notes: usize,
    logprobs: usize,
    summary: Vec<usize>,
    ended: bool,
}

impl Part {
    fn new(slot: Slot) -> Self {
        Part { slot, bytes: 0, notes: 0, logprobs: 0, summary: Vec::new(), ended: false }
    }

    /// Emits the rest of the complete text.
    fn rest(&mut self, mut whole: String, events: &mut Vec<Event>) {
        if self.bytes > 0 {
            whole = whole.get(self.bytes..).unwrap_or_default().to_owned();
        }
        self.say(whole, events);
    }

    fn say(&mut self, more: String, events: &mut Vec<Event>) {
        self.bytes = self.bytes.saturating_add(more.len());
        events.extend(text(more).map(|delta| Event::Delta(self.slot, delta)));
    }

    fn summary(&mut self, piece: u32, more: String, events: &mut Vec<Event>) {
        let at = (piece as usize).min(self.summary.len());
        if at == self.summary.len() {
            self.summary.push(0);
        }
        if let Some(bytes) = self.summary.get_mut(at) {
            *bytes = bytes.saturating_add(more.len());
        }
        let piece = u32::try_from(at).unwrap_or(u32::MAX);
        events.push(Event::Delta(self.slot, Delta::Summary(piece, more)));
    }

    fn note(&mut self, note: Value, events: &mut Vec<Event>) {
        self.notes += 1;
        events.push(Event::Delta(self.slot, Delta::Annotation(annotation::read(note))));
    }

    fn logprobs(&mut self, more: Vec<Value>, events: &mut Vec<Event>) {
        self.logprobs += more.len();
        if !more.is_empty() {
            events.push(Event::Logprobs(0, more));
        }
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        if !std::mem::replace(&mut self.ended, true) {
            events.push(Event::Ended(self.slot));
        }
    }
}

fn take(value: &mut Value, name: &str) -> Option<String> {
    match value.get_mut(name).map(Value::take) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn array(value: &mut Value, name: &str) -> Vec<Value> {
    match value.get_mut(name).map(Value::take) {
        Some(Value::Array(values)) => values,
        _ => Vec::new(),
    }
}

fn kind(value: &Value) -> &str {
    value.get("type").and_then(Value::as_str).unwrap_or_default()
}

impl Reader {
    /// The item of this index, unless there are too many.
    fn reading(&mut self, index: u64) -> Option<&mut Reading> {
        if self.items.len() >= MAX_ITEMS && !self.items.contains_key(&index) {
            return None;
        }
        Some(self.items.entry(index).or_default())
    }

    /// The part of an item. If it has not begun, `begin` returns its kind.
    fn part(
        &mut self,
        index: u64,
        number: u64,
        begin: impl FnOnce() -> Kind,
        events: &mut Vec<Event>,
    ) -> Option<&mut Part> {
        let reading = self.reading(index)?;
        if !reading.parts.contains_key(&number) {
            if reading.parts.len() >= MAX_ITEMS {
                return None;
            }
            let slot = self.begin(begin(), events);
            self.reading(index)?.parts.insert(number, Part::new(slot));
        }
        self.reading(index)?.parts.get_mut(&number).filter(|part| !part.ended)
    }

    pub(super) fn item_added(&mut self, index: u64, mut item: Value, events: &mut Vec<Event>) {
        if let Some(kind) = begins(&mut item) {
            self.part(index, 0, || kind, events);
        }
    }

    pub(super) fn more(&mut self, of: Of, event: More, events: &mut Vec<Event>) {
        let More { output_index: index, content_index: number, delta, .. } = event;
        match of {
            Of::Content => match event.part.as_ref().map(kind) {
                Some("output_text") => drop(self.part(index, number, || Kind::Text, events)),
                Some("refusal") => drop(self.part(index, number, || Kind::Refusal, events)),
                _ => {}
            },
            Of::Text => {
                let Some(part) = self.part(index, number, || Kind::Text, events) else { return };
                part.say(delta, events);
                part.logprobs(event.logprobs.unwrap_or_default(), events);
            }
            Of::Refusal => {
                if let Some(part) = self.part(index, number, || Kind::Refusal, events) {
                    part.say(delta, events);
                }
            }
            Of::Annotation => {
                let Some(note) = event.annotation.filter(|note| !note.is_null()) else { return };
                if let Some(part) = self.part(index, number, || Kind::Text, events) {
                    part.note(note, events);
                }
            }
            Of::Thought | Of::Summary => {
                let begin = || Kind::Reasoning { redacted: false };
                let Some(part) = self.part(index, 0, begin, events) else { return };
                match of {
                    Of::Summary => part.summary(event.summary_index, delta, events),
                    _ => part.say(delta, events),
                }
            }
            // A call without a name cannot begin before its end.
            Of::Arguments => {
                let reading = self.items.get_mut(&index);
                let part = reading.and_then(|reading| reading.parts.get_mut(&0));
                if let Some(part) = part.filter(|part| !part.ended) {
                    part.say(delta, events);
                }
            }
            Of::ContentDone => {
                let Some(mut content) = event.part else { return };
                self.content(index, number, &mut content, events);
            }
        }
    }

    /// Reads a complete item.
    pub(super) fn item_done(&mut self, index: u64, mut item: Value, events: &mut Vec<Event>) {
        let Some(reading) = self.reading(index) else { return };
        if std::mem::replace(&mut reading.done, true) {
            return;
        }
        match kind(&item) {
            "message" => {
                for (number, mut content) in (0..).zip(array(&mut item, "content")) {
                    self.content(index, number, &mut content, events);
                }
            }
            "reasoning" => self.thought(index, item, events),
            "function_call" | "custom_tool_call" => {
                let words = take(&mut item, "arguments").or_else(|| take(&mut item, "input"));
                let Some(begin) = begins(&mut item) else { return };
                if let Some(part) = self.part(index, 0, || begin, events) {
                    part.rest(words.unwrap_or_default(), events);
                }
            }
            "image_generation_call" => self.image(item, events),
            "" => {}
            _ => self.whole(Content::Foreign(Dialect::Responses, item), events),
        }
        self.close(index, events);
    }

    /// Reads a complete content of a message.
    fn content(&mut self, index: u64, number: u64, content: &mut Value, events: &mut Vec<Event>) {
        let (begin, words) = match kind(content) {
            "output_text" => (Kind::Text, "text"),
            "refusal" => (Kind::Refusal, "refusal"),
            _ => return,
        };
        let (words, notes) = (take(content, words), array(content, "annotations"));
        let logprobs = array(content, "logprobs");
        let Some(part) = self.part(index, number, || begin, events) else { return };
        part.rest(words.unwrap_or_default(), events);
        for note in notes.into_iter().skip(part.notes) {
            part.note(note, events);
        }
        part.logprobs(logprobs.into_iter().skip(part.logprobs).collect(), events);
        part.end(events);
    }

    fn thought(&mut self, index: u64, mut item: Value, events: &mut Vec<Event>) {
        let words = array(&mut item, "content").into_iter();
        let words: String = words.filter_map(|mut word| take(&mut word, "text")).collect();
        let summary = array(&mut item, "summary");
        let id = take(&mut item, "id");
        let sealed = take(&mut item, "encrypted_content").filter(|data| !data.is_empty());
        // The vendor hides the thoughts and has only its own id to return.
        if words.is_empty() && summary.is_empty() && sealed.is_none() {
            return;
        }
        let begin = || Kind::Reasoning { redacted: false };
        let Some(part) = self.part(index, 0, begin, events) else { return };
        part.rest(words, events);
        for (piece, mut summary) in (0..).zip(summary) {
            let said = part.summary.get(piece as usize).copied();
            let whole = take(&mut summary, "text").unwrap_or_default();
            let rest = whole.get(said.unwrap_or_default()..).unwrap_or_default();
            if said.is_none() || !rest.is_empty() {
                part.summary(piece, rest.to_owned(), events);
            }
        }
        if let Some(data) = sealed {
            let sealed = Sealed { maker: Dialect::Responses, id, data };
            events.push(Event::Delta(part.slot, Delta::Sealed(sealed)));
        }
    }

    /// <https://platform.openai.com/docs/guides/tools-image-generation>
    fn image(&mut self, mut item: Value, events: &mut Vec<Event>) {
        let format = take(&mut item, "output_format").unwrap_or_else(|| "png".to_owned());
        let Some(data) = take(&mut item, "result") else { return };
        let source = Source::Base64 { media_type: format!("image/{format}"), data };
        self.whole(Content::Image(Image { source, detail: None }), events);
    }

    /// Ends an item.
    pub(super) fn close(&mut self, index: u64, events: &mut Vec<Event>) {
        if let Some(reading) = self.items.get_mut(&index) {
            reading.done = true;
            reading.parts.values_mut().for_each(|part| part.end(events));
        }
    }
}

/// The part that begins with an item. The parts of a message begin on their own, thoughts with their first word, and items that
/// only this API knows are complete at once.
fn begins(item: &mut Value) -> Option<Kind> {
    let custom = match kind(item) {
        "function_call" => false,
        "custom_tool_call" => true,
        _ => return None,
    };
    let mut text = |name: &str| take(item, name).unwrap_or_default();
    Some(Kind::ToolCall { id: text("call_id"), name: text("name"), custom })
}
