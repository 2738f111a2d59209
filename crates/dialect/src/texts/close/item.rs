//! An item of a response, as far as the client has received it.

use super::Ending;
use super::raw::{Raw, array, string};
use crate::texts::items::{STRINGS, place};
use postern_types::provider::{Place, TextKind};
use std::collections::BTreeMap;

pub struct Item {
    pub index: u32,
    /// As it began, or its complete form.
    pub raw: String,
    pub done: bool,
    /// Whether its one string was sent completely.
    pub said: bool,
    /// The parts of its summary and of its content.
    pub parts: BTreeMap<(bool, u32), Part>,
}

/// A part of an item's content or summary.
pub struct Part {
    /// As it began, or its complete form.
    pub raw: String,
    pub annotations: Vec<String>,
    /// Whether its text was sent completely.
    pub said: bool,
    pub done: bool,
}

impl Part {
    pub fn new(raw: &str) -> Self {
        Part { raw: raw.to_owned(), annotations: Vec::new(), said: false, done: false }
    }

    /// The kind of its text, the member, and the prefix of its events.
    fn kind(&self) -> (TextKind, &'static str, &'static str) {
        match Raw::uncut(&self.raw).text_of("type").as_str() {
            "refusal" => (TextKind::Refusal, "refusal", "refusal"),
            "reasoning_text" => (TextKind::Reasoning, "text", "reasoning_text"),
            "summary_text" => (TextKind::ReasoningSummary, "text", "reasoning_summary_text"),
            _ => (TextKind::Text, "text", "output_text"),
        }
    }
}

/// An empty part for a text that began without one.
pub fn empty_part(kind: TextKind) -> &'static str {
    match kind {
        TextKind::Refusal => r#"{"type":"refusal","refusal":""}"#,
        TextKind::Reasoning => r#"{"type":"reasoning_text","text":""}"#,
        TextKind::ReasoningSummary => r#"{"type":"summary_text","text":""}"#,
        _ => r#"{"type":"output_text","text":"","annotations":[],"logprobs":[]}"#,
    }
}

impl Item {
    pub fn new(index: u32, raw: &str) -> Self {
        Item { index, raw: raw.to_owned(), done: false, said: false, parts: BTreeMap::new() }
    }

    pub fn kind(&self) -> String {
        Raw::uncut(&self.raw).text_of("type")
    }

    /// The first events of an item.
    pub fn begin(&self, ending: &mut Ending<'_>) {
        let at = vec![("output_index", self.index.to_string()), ("item", self.raw.clone())];
        numbered("response.output_item.added", at, ending);
    }

    /// Begins an empty part.
    pub fn begin_part(&mut self, number: u32, ending: &mut Ending<'_>) {
        let part = Part::new(empty_part(TextKind::Text));
        let mut event = self.at(Some((false, number)));
        event.push(("part", part.raw.clone()));
        numbered("response.content_part.added", event, ending);
        self.parts.insert((false, number), part);
    }

    /// The text that was opened last.
    pub fn open_text(&self) -> Option<u32> {
        let mut parts = self.parts.iter().rev();
        let is_open = |part: &Part| !part.said && !part.done && part.kind().0 == TextKind::Text;
        parts.find(|(_, part)| is_open(part)).map(|((_, number), _)| *number)
    }

    /// Whether more text of this place can be sent.
    pub fn is_open(&self, at: Place) -> bool {
        let key = (at.kind == TextKind::ReasoningSummary, at.part);
        let part = self.parts.get(&key);
        !self.done && part.is_some_and(|part| !part.said && !part.done && part.kind().0 == at.kind)
    }

    pub fn say(&self, at: Place, text: &str, ending: &mut Ending<'_>) {
        let key = (at.kind == TextKind::ReasoningSummary, at.part);
        let Some(part) = self.parts.get(&key) else { return };
        let (kind, _, name) = part.kind();
        let mut event = self.at(Some(key));
        event.push(("delta", string(text)));
        if kind == TextKind::Text {
            event.push(("logprobs", "[]".to_owned()));
        }
        numbered(&format!("response.{name}.delta"), event, ending);
        ending.memory.release(at, text);
    }

    /// Ends its parts and the item itself.
    pub fn close(&mut self, status: &str, ending: &mut Ending<'_>) {
        let keys: Vec<(bool, u32)> = self.parts.keys().copied().collect();
        keys.into_iter().for_each(|key| self.close_part(key, ending));
        let mut changes = self.whole_parts();
        changes.extend(self.close_string(ending));
        changes.push(("status", Some(string(status))));
        self.raw = Raw::uncut(&self.raw).with_all(changes);
        self.done = true;
        let event = vec![("output_index", self.index.to_string()), ("item", self.raw.clone())];
        numbered("response.output_item.done", event, ending);
    }

    /// The members that hold its parts. Incomplete thoughts have no seal.
    fn whole_parts(&self) -> Vec<(&'static str, Option<String>)> {
        let parts = |summary| {
            let own = self.parts.iter().filter(move |((of_summary, _), _)| *of_summary == summary);
            own.map(|(_, part)| part.raw.as_str()).collect::<Vec<&str>>()
        };
        let (kind, contents) = (self.kind(), parts(false));
        let mut members = Vec::new();
        if kind == "message" || !contents.is_empty() {
            members.push(("content", Some(array(contents))));
        }
        if kind == "reasoning" {
            members.push(("summary", Some(array(parts(true)))));
            members.push(("encrypted_content", None));
        }
        members
    }

    /// The member with its one string, if the item has one.
    fn close_string(&self, ending: &mut Ending<'_>) -> Option<(&'static str, Option<String>)> {
        let kind = self.kind();
        let (_, member, name) = STRINGS.iter().find(|(of, _, _)| *of == kind)?;
        let at = place(TextKind::ToolArguments, self.index, 0);
        let said = string(ending.memory.released(at));
        if !self.said {
            let mut event = self.at(None);
            if kind == "function_call" {
                let name = Raw::uncut(&self.raw).text_of("name");
                event.push(("name", string(&name)));
            }
            event.push((member, said.clone()));
            numbered(&format!("response.{name}.done"), event, ending);
        }
        Some((member, Some(said)))
    }

    fn close_part(&mut self, key: (bool, u32), ending: &mut Ending<'_>) {
        let (at, index) = (self.at(Some(key)), self.index);
        let Some(part) = self.parts.get_mut(&key).filter(|part| !part.done) else { return };
        let (kind, member, name) = part.kind();
        let text = string(ending.memory.released(place(kind, index, key.1)));
        if !part.said {
            let mut event = at.clone();
            event.push((member, text.clone()));
            if kind == TextKind::Text {
                event.push(("logprobs", "[]".to_owned()));
            }
            numbered(&format!("response.{name}.done"), event, ending);
        }
        let mut changes = vec![(member, Some(text))];
        if !part.annotations.is_empty() {
            changes.push(("annotations", Some(array(&part.annotations))));
        }
        part.raw = Raw::uncut(&part.raw).with_all(changes);
        part.done = true;
        let mut event = at;
        event.push(("part", part.raw.clone()));
        let name = if key.0 { "reasoning_summary_part" } else { "content_part" };
        numbered(&format!("response.{name}.done"), event, ending);
    }

    /// The members that locate an event.
    fn at(&self, part: Option<(bool, u32)>) -> Vec<(&'static str, String)> {
        let id = string(&Raw::uncut(&self.raw).text_of("id"));
        let mut at = vec![("item_id", id), ("output_index", self.index.to_string())];
        if let Some((of_summary, number)) = part {
            let name = if of_summary { "summary_index" } else { "content_index" };
            at.push((name, number.to_string()));
        }
        at
    }
}

/// The next event, with these members.
pub fn numbered(name: &str, members: Vec<(&'static str, String)>, ending: &mut Ending<'_>) {
    let head = format!(r#"{{"type":{},"sequence_number":{}}}"#, string(name), ending.number);
    ending.number = ending.number.saturating_add(1);
    let members = members.into_iter().map(|(name, value)| (name, Some(value))).collect();
    ending.event(name, &Raw::uncut(&head).with_all(members));
}
