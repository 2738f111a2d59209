//! The state of one choice: turns the vendor's deltas into events of the hub.
//!
//! This API does not delimit parts: a part ends where another kind begins, or with the answer. A call ends where the next one
//! begins.

use super::finish;
use super::said::{Audio, Call, Said, Word, Words};
use super::thinking::Thinking;
use crate::chat::{Content, Delta, Event, Image, Kind, Slot, Source};
use crate::openai::{annotation, thoughts};
use crate::vendor_fault::invalid;
use postern_fault::Fault;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct Choice {
    /// The base of ids of calls that the vendor does not report.
    id: String,
    index: u32,
    parts: u32,
    open: Option<Open>,
    /// The text that citations refer to.
    text: Option<Slot>,
    /// Calls by the vendor's index, with the vendor's id.
    calls: BTreeMap<u64, Known>,
    last_call: Option<u64>,
    said: finish::Said,
    /// The vendor's latest finish reason.
    finish_reason: Option<String>,
    stop_reason: Option<Value>,
}

/// The part that is being written.
#[derive(Debug)]
enum Open {
    Text(Slot),
    Refusal(Slot),
    Thinking(Thinking),
    Audio(Slot),
    Call(u64),
}

#[derive(Debug, Default)]
struct Known {
    id: String,
    /// Its slot, once its name is known.
    slot: Option<Slot>,
    custom: bool,
    /// The arguments that came before the name.
    early: String,
}

impl Choice {
    pub fn new(answer_id: &str, index: u32) -> Self {
        Choice {
            id: format!("{answer_id}_{index}"),
            index,
            parts: 0,
            open: None,
            text: None,
            calls: BTreeMap::new(),
            last_call: None,
            said: finish::Said::default(),
            finish_reason: None,
            stop_reason: None,
        }
    }

    pub fn finished(&self) -> bool {
        self.finish_reason.is_some()
    }

    pub fn see_finish(&mut self, word: Option<String>, stop_reason: Option<Value>) {
        self.finish_reason = word.or(self.finish_reason.take());
        self.stop_reason = stop_reason.or(self.stop_reason.take());
    }

    /// Reads the content of a chunk, in the hub's order of parts.
    pub fn said(&mut self, said: Said<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        self.thoughts(said.reasoning_content, said.reasoning, said.reasoning_details, events);
        self.content(said.content, events);
        for annotation in said.annotations.into_iter().flatten() {
            let slot = self.cited_text(events);
            events.push(Event::Delta(slot, Delta::Annotation(annotation::read(annotation))));
        }
        if let Some(words) = said.refusal.filter(|words| !words.is_empty()) {
            let slot = self.refusal(events);
            events.push(Event::Delta(slot, Delta::Text(words)));
        }
        if let Some(audio) = said.audio {
            self.audio(audio, events);
        }
        for image in said.images.into_iter().flatten() {
            self.image(&image, events);
        }
        for call in said.tool_calls.into_iter().flatten() {
            self.call(call, events)?;
        }
        if let Some(function) = said.function_call {
            let call = Call { index: Some(0), id: None, function: Some(function), custom: None };
            self.call(call, events)?;
        }
        Ok(())
    }

    /// Ends the choice.
    pub fn end(&mut self, events: &mut Vec<Event>) {
        let nameless = self.calls.iter().filter(|(_, known)| known.slot.is_none());
        for key in nameless.map(|(key, _)| *key).collect::<Vec<_>>() {
            self.begin_call(key, String::new(), events);
        }
        self.close(events);
        let finish =
            finish::read(self.finish_reason.as_deref(), self.stop_reason.take(), self.said);
        events.push(Event::Finished(self.index, finish));
    }

    fn thoughts(
        &mut self,
        content: Words,
        reasoning: Words,
        details: Option<Vec<thoughts::Detail>>,
        events: &mut Vec<Event>,
    ) {
        let details = details.unwrap_or_default();
        let have_words = details.iter().any(Thinking::has_words);
        for detail in details {
            self.detail(detail, events);
        }
        // Servers that send the words twice send the same words.
        let (field, words) = match content.is_empty() {
            true => (thoughts::REASONING, reasoning),
            false => (thoughts::CONTENT, content),
        };
        if !have_words && !words.is_empty() {
            self.thought(field, words.joined(), events);
        }
    }

    fn content(&mut self, words: Words, events: &mut Vec<Event>) {
        for word in words.0 {
            match word {
                Word::Text(text) => {
                    let slot = self.text(events);
                    events.push(Event::Delta(slot, Delta::Text(text)));
                }
                Word::Thought(text) => self.thought(thoughts::THINKING, text, events),
            }
        }
    }

    fn text(&mut self, events: &mut Vec<Event>) -> Slot {
        if let Some(Open::Text(slot)) = self.open {
            return slot;
        }
        let slot = self.begin(Kind::Text, events);
        self.open = Some(Open::Text(slot));
        self.text = Some(slot);
        slot
    }

    fn cited_text(&mut self, events: &mut Vec<Event>) -> Slot {
        match self.text {
            Some(slot) => slot,
            None => self.text(events),
        }
    }

    fn refusal(&mut self, events: &mut Vec<Event>) -> Slot {
        if let Some(Open::Refusal(slot)) = self.open {
            return slot;
        }
        let slot = self.begin(Kind::Refusal, events);
        self.open = Some(Open::Refusal(slot));
        self.said.refusal = true;
        slot
    }

    fn thought(&mut self, field: &'static str, words: String, events: &mut Vec<Event>) {
        if !matches!(&self.open, Some(Open::Thinking(thinking)) if thinking.is_of_field(field)) {
            let slot = self.begin(Kind::Reasoning { redacted: false }, events);
            self.open = Some(Open::Thinking(Thinking::of_field(slot, field)));
        }
        if let Some(Open::Thinking(thinking)) = &mut self.open {
            thinking.say(words, events);
        }
    }

    fn detail(&mut self, detail: thoughts::Detail, events: &mut Vec<Event>) {
        if let Some(Open::Thinking(thinking)) = &mut self.open {
            if thinking.is_of(&detail) {
                return thinking.add(detail, events);
            }
            if thinking.is_sealed_by(&detail) {
                return thinking.seal(detail);
            }
        }
        let slot = self.begin(Kind::Reasoning { redacted: false }, events);
        let mut thinking = Thinking::of_detail(slot, &detail);
        thinking.add(detail, events);
        self.open = Some(Open::Thinking(thinking));
    }

    fn audio(&mut self, audio: Audio, events: &mut Vec<Event>) {
        let slot = match self.open {
            Some(Open::Audio(slot)) => slot,
            // The last piece has only the expiry of the id.
            _ if audio.id.is_none() && audio.data.is_none() && audio.transcript.is_none() => return,
            _ => {
                let kind = Kind::Audio {
                    format: String::new(),
                    id: audio.id,
                    expires_unix_s: audio.expires_at,
                };
                let slot = self.begin(kind, events);
                self.open = Some(Open::Audio(slot));
                slot
            }
        };
        let text = |text: &String| !text.is_empty();
        events.extend(audio.data.filter(text).map(|data| Event::Delta(slot, Delta::Text(data))));
        let transcript = audio.transcript.filter(text);
        events.extend(transcript.map(|words| Event::Delta(slot, Delta::Transcript(words))));
    }

    fn image(&mut self, image: &Value, events: &mut Vec<Event>) {
        let url = image.pointer("/image_url/url").and_then(Value::as_str);
        let Some(url) = url else { return };
        let data = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
        let source = match data {
            Some((media_type, data)) => {
                Source::Base64 { media_type: media_type.to_owned(), data: data.to_owned() }
            }
            None => Source::Url(url.to_owned()),
        };
        let content = Content::Image(Image { source, detail: None });
        let slot = self.begin(Kind::Whole(Box::new(content)), events);
        events.push(Event::Ended(slot));
    }

    fn call(&mut self, call: Call<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        let custom = call.custom.is_some();
        let function = call.function.or(call.custom);
        let named = function.as_ref().and_then(|function| function.name.as_deref());
        let named = named.is_some_and(|name| !name.is_empty());
        let key = self.key_of(call.index, call.id.as_deref(), named);
        let at = self.calls.len();
        let known = self.calls.entry(key).or_default();
        if known.slot.is_none() {
            let given = call.id.filter(|id| !id.is_empty());
            known.id = given.unwrap_or_else(|| match known.id.is_empty() {
                true => format!("call_{}_{at}", self.id),
                false => std::mem::take(&mut known.id),
            });
            known.custom |= custom;
        }
        let (name, arguments) = match function {
            Some(function) => (function.name.clone(), function.arguments()),
            None => (None, String::new()),
        };
        self.last_call = Some(key);
        let name = name.filter(|name| !name.is_empty());
        self.continue_call(key, name, arguments, events)
    }

    fn continue_call(
        &mut self,
        key: u64,
        name: Option<String>,
        arguments: String,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        let Some(known) = self.calls.get_mut(&key) else { return Ok(()) };
        match (known.slot, name) {
            (Some(slot), _) => {
                if arguments.is_empty() {
                    return Ok(());
                }
                if !matches!(self.open, Some(Open::Call(open)) if open == key) {
                    return Err(invalid("the provider went on with a tool call that had ended"));
                }
                events.push(Event::Delta(slot, Delta::Text(arguments)));
            }
            (None, Some(name)) => {
                known.early.push_str(&arguments);
                self.begin_call(key, name, events);
            }
            (None, None) => known.early.push_str(&arguments),
        }
        Ok(())
    }

    fn begin_call(&mut self, key: u64, name: String, events: &mut Vec<Event>) {
        let Some(known) = self.calls.get_mut(&key) else { return };
        let kind = Kind::ToolCall { id: known.id.clone(), name, custom: known.custom };
        let early = std::mem::take(&mut known.early);
        let slot = self.begin(kind, events);
        if let Some(known) = self.calls.get_mut(&key) {
            known.slot = Some(slot);
        }
        if !early.is_empty() {
            events.push(Event::Delta(slot, Delta::Text(early)));
        }
        self.open = Some(Open::Call(key));
        self.said.calls = true;
    }

    /// The key of a call: its index, except that another id begins a new call. Without an index, the id decides between a known
    /// call and a new one; without an id as well, a name begins a new call, and anything else continues the last one.
    fn key_of(&self, index: Option<u64>, id: Option<&str>, named: bool) -> u64 {
        let id = id.filter(|id| !id.is_empty());
        let next = || self.calls.keys().next_back().map_or(0, |last| last.saturating_add(1));
        let same = |key: &u64| match (self.calls.get(key), id) {
            (Some(known), Some(id)) => known.id == id,
            _ => true,
        };
        match (index, id) {
            (Some(index), _) if same(&index) => index,
            (None, None) if named => next(),
            (None, None) => self.last_call.unwrap_or_default(),
            (_, Some(id)) => {
                let known = self.calls.iter().find(|(_, known)| known.id == id);
                known.map_or_else(next, |(key, _)| *key)
            }
            (Some(index), None) => index,
        }
    }

    /// Begins a part and ends the one before it.
    fn begin(&mut self, kind: Kind, events: &mut Vec<Event>) -> Slot {
        self.close(events);
        let slot = Slot { choice: self.index, part: self.parts };
        self.parts = self.parts.saturating_add(1);
        events.push(Event::Begun(slot, kind));
        slot
    }

    fn close(&mut self, events: &mut Vec<Event>) {
        match self.open.take() {
            None => {}
            Some(Open::Text(slot) | Open::Refusal(slot) | Open::Audio(slot)) => {
                events.push(Event::Ended(slot));
            }
            Some(Open::Thinking(thinking)) => thinking.end(events),
            Some(Open::Call(key)) => {
                let slot = self.calls.get(&key).and_then(|known| known.slot);
                events.extend(slot.map(Event::Ended));
            }
        }
    }
}
