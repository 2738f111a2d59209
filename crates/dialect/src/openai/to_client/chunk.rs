//! `chat.completion.chunk`, as it is written.

use super::Head;
use super::finish::Ending;
use super::usage::Counts;
use crate::Usage;
use crate::openai::thoughts::Detail;
use serde::{Serialize, Serializer};
use serde_json::Value;

#[derive(Serialize)]
pub(super) struct Chunk<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'a str>,
    choices: Vec<ChunkChoice>,
    /// If the usage was requested, `null` in all chunks but the last; otherwise absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Option<Counts>>,
}

#[derive(Serialize)]
struct ChunkChoice {
    index: u32,
    #[serde(flatten)]
    delta: Delta,
}

/// The content of a chunk for one choice.
#[derive(Debug, Default)]
pub(super) struct Delta {
    pub said: Said,
    pub logprobs: Vec<Value>,
    pub ending: Option<Ending>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Said {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_content: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasoning_details: Vec<Detail>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_calls: Option<[Call; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<Audio>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Value>,
}

/// A piece of a tool call; a complete call has no `index`.
#[derive(Debug, Default, Serialize)]
pub(super) struct Call {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<Function>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Custom>,
}

#[derive(Debug, Serialize)]
pub(super) struct Function {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub arguments: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Custom {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub input: String,
}

impl Call {
    /// A call with its name and the arguments that are known.
    pub fn of(custom: bool, name: Option<String>, arguments: String) -> Self {
        match custom {
            true => Call { custom: Some(Custom { name, input: arguments }), ..Call::default() },
            false => Call { function: Some(Function { name, arguments }), ..Call::default() },
        }
    }
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Audio {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcript: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
}

#[derive(Debug, Serialize)]
pub(super) struct Logprobs<'a> {
    pub content: &'a [Value],
    pub refusal: Option<()>,
}

impl Delta {
    pub fn said(said: Said) -> Self {
        Delta { said, ..Delta::default() }
    }

    pub fn logprobs(logprobs: Vec<Value>) -> Self {
        Delta { logprobs, ..Delta::default() }
    }
}

impl Serialize for Delta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            delta: &'a Said,
            logprobs: Option<Logprobs<'a>>,
            finish_reason: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            stop_reason: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            native_finish_reason: Option<&'a str>,
        }
        let logprobs = Logprobs { content: &self.logprobs, refusal: None };
        let ending = self.ending.as_ref();
        let written = Written {
            delta: &self.said,
            logprobs: Some(logprobs).filter(|logprobs| !logprobs.content.is_empty()),
            finish_reason: ending.map(|ending| ending.finish_reason),
            stop_reason: ending.and_then(|ending| ending.stop_reason.as_deref()),
            native_finish_reason: ending.and_then(|ending| ending.native_finish_reason.as_deref()),
        };
        written.serialize(serializer)
    }
}

impl<'a> Chunk<'a> {
    pub fn of_choice(head: &'a Head, asked_for_usage: bool, index: u32, delta: Delta) -> Self {
        Self::new(head, vec![ChunkChoice { index, delta }], asked_for_usage.then_some(None))
    }

    pub fn of_usage(head: &'a Head, usage: Usage) -> Self {
        Self::new(head, Vec::new(), Some(Some(usage.into())))
    }

    fn new(head: &'a Head, choices: Vec<ChunkChoice>, usage: Option<Option<Counts>>) -> Self {
        Chunk {
            id: &head.id,
            object: "chat.completion.chunk",
            created: head.created,
            model: &head.model,
            service_tier: head.service_tier.as_deref(),
            choices,
            usage,
        }
    }

    /// Writes it as an event without a name.
    pub fn write(&self, out: &mut String) {
        out.push_str("data: ");
        // Serializing strings, numbers and JSON cannot fail.
        out.push_str(&serde_json::to_string(self).unwrap_or_default());
        out.push_str("\n\n");
    }
}
