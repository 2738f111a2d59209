//! A thought that is being written.

use crate::chat::{Delta, Event, Slot};
use crate::openai::thoughts::{self, Detail};
use serde_json::Value;

#[derive(Debug)]
pub(super) struct Thinking {
    slot: Slot,
    seal: Seal,
    /// Its words so far, if they came in a field.
    words: String,
}

/// The data from which its seal will be made.
#[derive(Debug)]
enum Seal {
    Field(&'static str),
    /// The joined pieces of one detail, without its words.
    Detail {
        whole: Detail,
        index: Option<u64>,
        kind: String,
    },
}

impl Thinking {
    pub fn of_field(slot: Slot, field: &'static str) -> Self {
        Thinking { slot, seal: Seal::Field(field), words: String::new() }
    }

    pub fn of_detail(slot: Slot, detail: &Detail) -> Self {
        let kind = thoughts::kind(detail).to_owned();
        let seal = Seal::Detail { whole: Detail::new(), index: index(detail), kind };
        Thinking { slot, seal, words: String::new() }
    }

    pub fn is_of_field(&self, field: &str) -> bool {
        matches!(self.seal, Seal::Field(own) if own == field)
    }

    /// Whether the detail is another piece of this one.
    pub fn is_of(&self, detail: &Detail) -> bool {
        match &self.seal {
            Seal::Field(_) => false,
            Seal::Detail { index: own, kind, .. } => {
                index(detail) == *own && thoughts::kind(detail) == kind
            }
        }
    }

    /// Adds words of the field.
    pub fn say(&mut self, words: String, events: &mut Vec<Event>) {
        self.words.push_str(&words);
        events.push(Event::Delta(self.slot, Delta::Text(words)));
    }

    /// Whether the detail repeats the field's words completely and seals them, as the gateway's own writer does.
    pub fn is_sealed_by(&self, detail: &Detail) -> bool {
        let whole = detail.get("text").and_then(Value::as_str);
        matches!(self.seal, Seal::Field(_))
            && whole.is_some_and(|whole| !whole.is_empty() && whole == self.words)
    }

    pub fn seal(&mut self, mut detail: Detail) {
        let (index, kind) = (index(&detail), thoughts::kind(&detail).to_owned());
        thoughts::take_words(&mut detail);
        self.seal = Seal::Detail { whole: detail, index, kind };
    }

    pub fn has_words(detail: &Detail) -> bool {
        let words = detail.get("text").or_else(|| detail.get("summary"));
        words.and_then(Value::as_str).is_some_and(|words| !words.is_empty())
    }

    /// Adds a piece: its words are emitted at once, its opaque data is joined.
    pub fn add(&mut self, mut detail: Detail, events: &mut Vec<Event>) {
        let Seal::Detail { whole, kind, .. } = &mut self.seal else { return };
        if let Some(words) = thoughts::take_words(&mut detail).filter(|words| !words.is_empty()) {
            let delta = match kind == thoughts::SUMMARY {
                true => Delta::Summary(0, words),
                false => Delta::Text(words),
            };
            events.push(Event::Delta(self.slot, delta));
        }
        for (name, value) in detail.into_iter().filter(|(_, value)| !value.is_null()) {
            match (whole.get_mut(&name), value) {
                (Some(Value::String(so_far)), Value::String(more))
                    if matches!(name.as_str(), "data" | "signature") =>
                {
                    so_far.push_str(&more);
                }
                (_, value) => drop(whole.insert(name, value)),
            }
        }
    }

    pub fn end(self, events: &mut Vec<Event>) {
        let sealed = match self.seal {
            Seal::Field(field) => Some(thoughts::of_field(field)),
            Seal::Detail { whole, .. } => thoughts::seal(whole),
        };
        events.extend(sealed.map(|sealed| Event::Delta(self.slot, Delta::Sealed(sealed))));
        events.push(Event::Ended(self.slot));
    }
}

fn index(detail: &Detail) -> Option<u64> {
    detail.get("index").and_then(Value::as_u64)
}
