//! What a model answers, whole and in events.

use super::{Annotation, Content, Part, Sealed};
use crate::{Dialect, Usage};
use serde_json::Value;

/// An answer, whole.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// The vendor's id for it; empty if it has none.
    pub id: String,
    /// The model that answered, as the vendor names it; empty if it does not say.
    pub model: String,
    /// When, in seconds since 1970, if the vendor says it.
    pub created_unix_s: Option<u64>,
    /// The tier that served it, if the vendor says it.
    pub service_tier: Option<String>,
    /// The alternatives.
    pub choices: Vec<Choice>,
    /// What it cost, if the vendor says it.
    pub usage: Option<Usage>,
}

/// One of the alternatives.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Choice {
    /// What it says, in order.
    pub parts: Vec<Part>,
    /// OpenAI's objects for the tokens of the text (`logprobs.content`).
    pub logprobs: Vec<Value>,
    /// Why it ended.
    pub finish: Option<Finish>,
}

/// Why a choice ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finish {
    /// Why.
    pub reason: FinishReason,
    /// The text at which it stopped, if it is one of the client's.
    pub stop_sequence: Option<String>,
    /// The vendor's own word, for what no reason here says (`SPII`).
    pub detail: Option<String>,
}

impl From<FinishReason> for Finish {
    fn from(reason: FinishReason) -> Self {
        Finish { reason, stop_sequence: None, detail: None }
    }
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// The model had said all, or met a stop sequence.
    Stop,
    /// The cap on the answer was reached.
    Length,
    /// The model's context is full.
    ContextFull,
    /// Tools are to be called.
    ToolCalls,
    /// The vendor's filter cut it.
    ContentFilter,
    /// The model refused.
    Refusal,
    /// The vendor paused a long turn: send the answer back to go on (Anthropic's `pause_turn`).
    Pause,
    /// The model wrote a tool call that cannot be read.
    MalformedToolCall,
    /// Another reason, or none that the vendor said: see `detail`.
    Other,
}

/// Which part of which choice an event speaks of. Parts of a choice are numbered from 0 in the order in which they begin;
/// events of several parts may be mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[allow(missing_docs)]
pub struct Slot {
    pub choice: u32,
    pub part: u32,
}

/// A piece of an answer. The order of a good one: Started, then for each part Begun, Deltas, Ended, then Finished for each
/// choice; Usage anywhere, the latest holds; Done at last.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The head, as far as the vendor says it.
    Started {
        /// Empty if the vendor has none.
        id: String,
        /// Empty if the vendor does not say.
        model: String,
        /// If the vendor says it.
        created_unix_s: Option<u64>,
    },
    /// The tier that served it.
    ServiceTier(String),
    /// A part begins.
    Begun(Slot, Kind),
    /// More of it.
    Delta(Slot, Delta),
    /// It is whole.
    Ended(Slot),
    /// OpenAI's objects for tokens of a choice's text.
    Logprobs(u32, Vec<Value>),
    /// A choice is whole.
    Finished(u32, Finish),
    /// The latest count.
    Usage(Usage),
    /// Nothing more is to come.
    Done,
}

/// What begins.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Deltas: text, annotations.
    Text,
    /// Deltas: text.
    Refusal,
    /// Deltas: text, summary, seal.
    Reasoning {
        /// The maker shows no words.
        redacted: bool,
    },
    /// Deltas: text, which is the arguments.
    ToolCall {
        /// Unique in its conversation.
        id: String,
        /// The tool.
        name: String,
        /// It takes free text.
        custom: bool,
    },
    /// Deltas: text, which is base64 whose pieces may be joined, and transcript.
    Audio {
        /// `wav`, `mp3`, `pcm16`; empty if the vendor does not say.
        format: String,
        /// The vendor's id for it.
        id: Option<String>,
        /// Until when that holds.
        expires_unix_s: Option<u64>,
    },
    /// Whole at once (an image, what only one dialect knows); no deltas.
    Whole(Box<Content>),
}

/// More of a part.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// Words, arguments or data, to be joined.
    Text(String),
    /// More of the summary's piece of this number.
    Summary(u32, String),
    /// What is said in the audio.
    Transcript(String),
    /// The seal of the thoughts; the latest holds.
    Sealed(Sealed),
    /// Where the text is from.
    Annotation(Annotation),
    /// What only one dialect says of a part (`citations_delta`).
    Foreign(Dialect, Value),
}

impl Answer {
    /// The events of which it would be collected.
    pub fn into_events(self) -> Vec<Event> {
        let Answer { id, model, created_unix_s, service_tier, choices, usage } = self;
        let mut events = vec![Event::Started { id, model, created_unix_s }];
        events.extend(service_tier.map(Event::ServiceTier));
        for (choice, said) in (0_u32..).zip(choices) {
            for (part, content) in (0_u32..).zip(said.parts) {
                part_events(Slot { choice, part }, content, &mut events);
            }
            if !said.logprobs.is_empty() {
                events.push(Event::Logprobs(choice, said.logprobs));
            }
            events.extend(said.finish.map(|finish| Event::Finished(choice, finish)));
        }
        events.extend(usage.map(Event::Usage));
        events.push(Event::Done);
        events
    }
}

fn part_events(slot: Slot, part: Part, events: &mut Vec<Event>) {
    let mut deltas = Vec::new();
    let text = |text: String| (!text.is_empty()).then_some(Delta::Text(text));
    let kind = match part.content {
        Content::Text(words) => {
            deltas.extend(text(words));
            Kind::Text
        }
        Content::Refusal(words) => {
            deltas.extend(text(words));
            Kind::Refusal
        }
        Content::Reasoning(reasoned) => {
            deltas.extend(text(reasoned.text));
            deltas.extend(
                (0..).zip(reasoned.summary).map(|(piece, words)| Delta::Summary(piece, words)),
            );
            deltas.extend(reasoned.sealed.map(Delta::Sealed));
            Kind::Reasoning { redacted: reasoned.redacted }
        }
        Content::ToolCall(call) => {
            deltas.extend(text(call.arguments));
            Kind::ToolCall { id: call.id, name: call.name, custom: call.custom }
        }
        Content::Audio(audio) => {
            deltas.extend(text(audio.data));
            deltas.extend(audio.transcript.map(Delta::Transcript));
            Kind::Audio { format: audio.format, id: audio.id, expires_unix_s: audio.expires_unix_s }
        }
        whole => Kind::Whole(Box::new(whole)),
    };
    deltas.extend(part.annotations.into_iter().map(Delta::Annotation));
    events.push(Event::Begun(slot, kind));
    events.extend(deltas.into_iter().map(|delta| Event::Delta(slot, delta)));
    events.push(Event::Ended(slot));
}
