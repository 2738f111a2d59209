//! A model's answer, buffered and as events.

use super::{Annotation, Content, Part, Sealed};
use crate::{Dialect, Usage};
use serde_json::Value;

/// A buffered answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// The vendor's id for it; empty if it has none.
    pub id: String,
    /// The model that answered, by the vendor's name for it; empty if the vendor does not say.
    pub model: String,
    /// The time of the answer in seconds since 1970, if the vendor reports it.
    pub created_unix_s: Option<u64>,
    /// The service tier that served it, if the vendor reports it.
    pub service_tier: Option<String>,
    /// The alternative answers.
    pub choices: Vec<Choice>,
    /// The tokens used, if the vendor reports them.
    pub usage: Option<Usage>,
}

/// One alternative answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Choice {
    /// Its parts, in order.
    pub parts: Vec<Part>,
    /// OpenAI's objects for the tokens of the text (`logprobs.content`).
    pub logprobs: Vec<Value>,
    /// The reason for its end.
    pub finish: Option<Finish>,
}

/// The end of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finish {
    /// The reason.
    pub reason: FinishReason,
    /// The stop sequence at which it ended, if that is one of the client's.
    pub stop_sequence: Option<String>,
    /// The vendor's own word for a reason that [`FinishReason`] does not have (`SPII`).
    pub detail: Option<String>,
}

impl From<FinishReason> for Finish {
    fn from(reason: FinishReason) -> Self {
        Finish { reason, stop_sequence: None, detail: None }
    }
}

/// The reason why a choice ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// The model ended its answer, or met a stop sequence.
    Stop,
    /// The cap on the answer was reached.
    Length,
    /// The model's context is full.
    ContextFull,
    /// Tools must be called.
    ToolCalls,
    /// The vendor's filter ended it.
    ContentFilter,
    /// The model refused.
    Refusal,
    /// The vendor paused a long turn: the client continues it by sending the answer back (Anthropic's `pause_turn`).
    Pause,
    /// The model wrote a tool call that cannot be read.
    MalformedToolCall,
    /// Another reason (see `detail`), or one that the vendor did not report.
    Other,
}

/// The part and the choice that an event belongs to. Parts of a choice are numbered from 0 in the order in which they begin;
/// the events of several parts may be interleaved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[allow(missing_docs)]
pub struct Slot {
    pub choice: u32,
    pub part: u32,
}

/// A piece of an answer. A valid sequence is `Started`, then for each part `Begun`, `Delta`s and `Ended`, then `Finished` for
/// each choice, and `Done` last. `Usage` may come anywhere; the latest holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The head, with what the vendor reports.
    Started {
        /// Empty if the vendor has none.
        id: String,
        /// Empty if the vendor does not report it.
        model: String,
        /// Absent if the vendor does not report it.
        created_unix_s: Option<u64>,
    },
    /// The tier that served it.
    ServiceTier(String),
    /// A part begins.
    Begun(Slot, Kind),
    /// More of a part.
    Delta(Slot, Delta),
    /// A part is complete.
    Ended(Slot),
    /// OpenAI's objects for tokens of a choice's text.
    Logprobs(u32, Vec<Value>),
    /// A choice is complete.
    Finished(u32, Finish),
    /// The latest counts.
    Usage(Usage),
    /// The end of the answer.
    Done,
}

/// The kind of a part that begins.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Deltas: text, annotations.
    Text,
    /// Deltas: text.
    Refusal,
    /// Deltas: text, summary, seal.
    Reasoning {
        /// Whether the vendor hides the words.
        redacted: bool,
    },
    /// Deltas: text, which is the arguments.
    ToolCall {
        /// Unique within its conversation.
        id: String,
        /// The tool's name.
        name: String,
        /// Whether the tool takes free text.
        custom: bool,
    },
    /// Deltas: text, which is base64 in pieces that can be joined, and transcript.
    Audio {
        /// `wav`, `mp3`, `pcm16`; empty if the vendor does not say.
        format: String,
        /// The vendor's id for it.
        id: Option<String>,
        /// The time until which the id is valid.
        expires_unix_s: Option<u64>,
    },
    /// A part that is complete at once (an image, or content that only one dialect knows); no deltas.
    Whole(Box<Content>),
}

/// More of a part.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// Words, arguments or data, to be joined.
    Text(String),
    /// More of the summary piece with this number.
    Summary(u32, String),
    /// The words spoken in the audio.
    Transcript(String),
    /// The seal of the thoughts; the latest one holds.
    Sealed(Sealed),
    /// A source of the text.
    Annotation(Annotation),
    /// Data of a part that only one dialect knows (`citations_delta`).
    Foreign(Dialect, Value),
}

impl Answer {
    /// The events from which this answer would be collected.
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
