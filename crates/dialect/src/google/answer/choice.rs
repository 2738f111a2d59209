//! One choice of an answer, part by part.

use super::sound::Sound;
use super::wire::{Blob, Candidate, EVENT, FunctionCall, Part};
use super::{finish, grounding, logprobs};
use crate::Dialect;
use crate::chat::{Annotation, Content, Delta, Event, Finish, Image, Kind, Sealed, Slot, Source};
use crate::google::request::OF_THOUGHT;
use crate::vendor_fault::{invalid, parsed};
use postern_fault::Fault;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The state of a choice.
#[derive(Debug)]
pub(super) struct Choice {
    index: u32,
    /// The number of parts that have begun.
    parts: u32,
    open: Option<Open>,
    /// A signature that came alone. It becomes a part of its own once the text before it is known to be complete.
    seal: Option<String>,
    calls: u32,
    finish: Option<String>,
}

/// The open part.
#[derive(Debug)]
enum Open {
    Text(Slot, Text),
    Thought(Slot),
    Sound(Slot, Sound),
}

#[derive(Debug, Default)]
struct Text {
    /// Its complete text, as sources refer to byte positions in it.
    text: String,
    /// Whether it began with a signature. Text without one is then another part.
    signed: bool,
    sources: Vec<Annotation>,
}

impl Choice {
    pub fn new(index: u32) -> Self {
        Choice { index, parts: 0, open: None, seal: None, calls: 0, finish: None }
    }

    /// Reads more of the choice. `answer` is Google's id of the answer.
    pub fn candidate(
        &mut self,
        read: Candidate<'_>,
        answer: &str,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        let parts = read.content.and_then(|content| content.parts).unwrap_or_default();
        for part in parts {
            self.part(part, answer, events)?;
        }
        if let Some(result) = read.logprobs_result {
            let tokens = logprobs::tokens(result);
            if !tokens.is_empty() {
                events.push(Event::Logprobs(self.index, tokens));
            }
        }
        if let Some(Open::Text(_, text)) = &mut self.open {
            // The latest sources hold, like all values in these events.
            let sources =
                grounding::sources(&text.text, read.grounding_metadata, read.citation_metadata);
            if !sources.is_empty() {
                text.sources = sources;
            }
        }
        let reason = read.finish_reason.filter(|reason| !reason.is_empty());
        self.finish = reason.or(self.finish.take());
        Ok(())
    }

    /// Ends the choice. `blocked`: the reason why the prompt was not answered.
    pub fn end(&mut self, blocked: Option<&Finish>, events: &mut Vec<Event>) -> Result<(), Fault> {
        self.close(events);
        let finish = match (&self.finish, blocked) {
            (Some(reason), _) => finish::finish(reason, self.calls > 0),
            (None, Some(blocked)) => blocked.clone(),
            (None, None) => {
                return Err(invalid("the provider's answer ended before it was whole"));
            }
        };
        events.push(Event::Finished(self.index, finish));
        Ok(())
    }

    fn part(&mut self, raw: &RawValue, answer: &str, events: &mut Vec<Event>) -> Result<(), Fault> {
        let part: Part<'_> = parsed(EVENT, raw.get())?;
        match part {
            Part { function_call: Some(call), thought_signature, .. } => {
                self.close(events);
                self.call(call, thought_signature, answer, events);
            }
            Part { inline_data: Some(blob), thought_signature, .. } if is_known(&blob) => {
                self.blob(blob, thought_signature, events);
            }
            Part { text: Some(text), thought: Some(true), thought_signature, .. } => {
                self.thought(text, thought_signature, events);
            }
            Part { text: Some(text), thought_signature, .. } => {
                self.text(text, thought_signature, events);
            }
            // Google omits an empty text, even if it is the only content.
            Part { thought: Some(true), thought_signature, .. } if is_empty(raw) => {
                self.thought(String::new(), thought_signature, events);
            }
            Part { thought_signature, .. } if is_empty(raw) => {
                self.text(String::new(), thought_signature, events);
            }
            Part { .. } => {
                self.close(events);
                let value = parsed(EVENT, raw.get())?;
                self.whole(Content::Foreign(Dialect::Google, value), events);
            }
        }
        Ok(())
    }

    fn text(&mut self, text: String, seal: Option<String>, events: &mut Vec<Event>) {
        let signed = seal.is_some();
        match seal {
            Some(seal) if text.is_empty() => {
                if let Some(before) = self.seal.replace(seal) {
                    let after = self.seal.take();
                    self.close_part(events);
                    self.sealed(Some(before), events);
                    self.seal = after;
                }
                return;
            }
            None if text.is_empty() => return,
            seal => {
                let goes_on = matches!(&self.open, Some(Open::Text(_, text)) if !text.signed)
                    && seal.is_none()
                    && self.seal.is_none();
                if !goes_on {
                    self.close(events);
                    self.sealed(seal, events);
                    let slot = self.begin(Kind::Text, events);
                    self.open = Some(Open::Text(slot, Text { signed, ..Text::default() }));
                }
            }
        }
        if let Some(Open::Text(slot, open)) = &mut self.open {
            open.text.push_str(&text);
            events.push(Event::Delta(*slot, Delta::Text(text)));
        }
    }

    fn thought(&mut self, text: String, seal: Option<String>, events: &mut Vec<Event>) {
        let slot = match self.open {
            Some(Open::Thought(slot)) if self.seal.is_none() => slot,
            _ => {
                self.close(events);
                let slot = self.begin(Kind::Reasoning { redacted: false }, events);
                self.open = Some(Open::Thought(slot));
                slot
            }
        };
        if !text.is_empty() {
            events.push(Event::Delta(slot, Delta::Text(text)));
        }
        if let Some(data) = seal {
            let sealed = Sealed { maker: Dialect::Google, id: Some(OF_THOUGHT.to_owned()), data };
            events.push(Event::Delta(slot, Delta::Sealed(sealed)));
            self.close(events);
        }
    }

    fn call(
        &mut self,
        call: FunctionCall<'_>,
        seal: Option<String>,
        answer: &str,
        events: &mut Vec<Event>,
    ) {
        let number = self.calls;
        self.calls = self.calls.saturating_add(1);
        let args = call.args.map_or_else(|| "{}".to_owned(), |args| compact(args.get()));
        let id = call.id.filter(|id| !id.is_empty());
        let id = id.unwrap_or_else(|| self.made_id(answer, number, &call.name, &args));
        // Dialects that move thoughts to the front keep the id, which tells where the seal belongs. A dot would break the
        // envelope.
        let of_call = Some(id.clone()).filter(|id| !id.contains('.'));
        self.seal_of(of_call, seal, events);
        let slot = self.begin(Kind::ToolCall { id, name: call.name, custom: false }, events);
        events.push(Event::Delta(slot, Delta::Text(args)));
        events.push(Event::Ended(slot));
    }

    /// An id for a call without one, which Vertex AI does not always provide. It must be unique within a conversation of
    /// several answers, and the same whenever the answer is read.
    fn made_id(&self, answer: &str, number: u32, name: &str, args: &str) -> String {
        let seed = match answer.is_empty() {
            true => hash(&[name, args]),
            false => hash(&[answer]),
        };
        match self.index {
            0 => format!("call_{seed:016x}_{number}"),
            choice => format!("call_{seed:016x}_{choice}_{number}"),
        }
    }

    fn blob(&mut self, blob: Blob, seal: Option<String>, events: &mut Vec<Event>) {
        if !blob.mime_type.starts_with("audio/") {
            self.close(events);
            self.sealed(seal, events);
            let source = Source::Base64 { media_type: blob.mime_type, data: blob.data };
            self.whole(Content::Image(Image { source, detail: None }), events);
            return;
        }
        let goes_on = matches!(&self.open, Some(Open::Sound(_, sound)) if sound.is(&blob.mime_type))
            && seal.is_none();
        if !goes_on {
            self.close(events);
            self.sealed(seal, events);
            let sound = Sound::new(blob.mime_type);
            let kind = Kind::Audio { format: sound.format(), id: None, expires_unix_s: None };
            let slot = self.begin(kind, events);
            self.open = Some(Open::Sound(slot, sound));
        }
        if let Some(Open::Sound(slot, sound)) = &mut self.open {
            let data = sound.push(blob.data);
            if !data.is_empty() {
                events.push(Event::Delta(*slot, Delta::Text(data)));
            }
        }
    }

    fn whole(&mut self, content: Content, events: &mut Vec<Event>) {
        let slot = self.begin(Kind::Whole(Box::new(content)), events);
        events.push(Event::Ended(slot));
    }

    fn begin(&mut self, kind: Kind, events: &mut Vec<Event>) -> Slot {
        let slot = Slot { choice: self.index, part: self.parts };
        self.parts = self.parts.saturating_add(1);
        events.push(Event::Begun(slot, kind));
        slot
    }

    /// Emits the seal of the next part.
    fn sealed(&mut self, seal: Option<String>, events: &mut Vec<Event>) {
        self.seal_of(None, seal, events);
    }

    fn seal_of(&mut self, id: Option<String>, seal: Option<String>, events: &mut Vec<Event>) {
        let Some(data) = seal else { return };
        let slot = self.begin(Kind::Reasoning { redacted: false }, events);
        let sealed = Sealed { maker: Dialect::Google, id, data };
        events.extend([Event::Delta(slot, Delta::Sealed(sealed)), Event::Ended(slot)]);
    }

    /// Ends the open part, and emits the seal that came after it.
    fn close(&mut self, events: &mut Vec<Event>) {
        self.close_part(events);
        let seal = self.seal.take();
        self.sealed(seal, events);
    }

    fn close_part(&mut self, events: &mut Vec<Event>) {
        let slot = match self.open.take() {
            None => return,
            Some(Open::Thought(slot)) => slot,
            Some(Open::Text(slot, text)) => {
                let sources = text.sources.into_iter().map(Delta::Annotation);
                events.extend(sources.map(|source| Event::Delta(slot, source)));
                slot
            }
            Some(Open::Sound(slot, mut sound)) => {
                let rest = sound.rest();
                if !rest.is_empty() {
                    events.push(Event::Delta(slot, Delta::Text(rest)));
                }
                slot
            }
        };
        events.push(Event::Ended(slot));
    }
}

/// Whether it is a picture or sound; only Google's own dialect can express other data (videos).
fn is_known(blob: &Blob) -> bool {
    blob.mime_type.starts_with("image/") || blob.mime_type.starts_with("audio/")
}

/// A part with no content.
fn is_empty(raw: &RawValue) -> bool {
    let keys = serde_json::from_str::<BTreeMap<Cow<'_, str>, IgnoredAny>>(raw.get());
    let nothing = |key: &Cow<'_, str>| matches!(key.as_ref(), "thought" | "thoughtSignature");
    keys.is_ok_and(|keys| keys.keys().all(nothing))
}

/// JSON without white space between its tokens: Google indents its answers.
fn compact(json: &str) -> String {
    let mut compact = String::with_capacity(json.len());
    let (mut in_string, mut escaped) = (false, false);
    for c in json.chars() {
        if in_string {
            in_string = c != '"' || escaped;
            escaped = c == '\\' && !escaped;
        } else if c.is_ascii_whitespace() {
            continue;
        } else {
            in_string = c == '"';
        }
        compact.push(c);
    }
    compact
}

/// FNV-1a: short, and the same on every platform.
fn hash(texts: &[&str]) -> u64 {
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
