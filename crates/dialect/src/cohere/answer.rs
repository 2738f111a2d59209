//! What an answer and an event of one have in common, as Cohere writes it.

use super::explain;
use crate::Usage;
use crate::chat::{Finish, FinishReason};
use postern_fault::Fault;
use serde::Deserialize;
use serde_json::{Value, json};

/// More than any answer can cost: see `openai::usage`.
const MAX_TOKENS: f64 = 1e9;

/// One, or several in an array: the SDK knows `tool_calls` and `citations` of an event as objects in spite of their names.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

impl<T> OneOrMany<T> {
    pub fn into_vec(self) -> Vec<T> {
        match self {
            OneOrMany::Many(many) => many,
            OneOrMany::One(one) => vec![one],
        }
    }
}

/// A call of a tool, or more of its arguments.
#[derive(Deserialize)]
pub(super) struct ToolCall {
    pub id: Option<String>,
    pub function: Option<Function>,
}

#[derive(Deserialize, Default)]
pub(super) struct Function {
    pub name: Option<String>,
    pub arguments: Option<String>,
}

/// A block of the content, or more of it.
#[derive(Deserialize)]
pub(super) struct Block {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub text: Option<String>,
    pub thinking: Option<String>,
}

/// The probabilities of the tokens of a piece of text.
#[derive(Deserialize)]
pub(super) struct LogprobItem {
    text: Option<String>,
    logprobs: Option<Vec<f64>>,
}

impl LogprobItem {
    /// As OpenAI writes it. Cohere does not say which token of the piece is which part of its text: a piece of several
    /// tokens stands as one, whose probability is theirs multiplied.
    pub fn into_openai(self) -> Value {
        let text = self.text.unwrap_or_default();
        let logprob: f64 = self.logprobs.unwrap_or_default().iter().sum();
        json!({ "token": text, "logprob": logprob, "bytes": text.as_bytes(), "top_logprobs": [] })
    }
}

/// What it cost.
#[derive(Deserialize)]
pub(super) struct Cost {
    tokens: Option<Counts>,
    billed_units: Option<Counts>,
    cached_tokens: Option<f64>,
}

#[derive(Deserialize, Clone, Copy)]
struct Counts {
    input_tokens: Option<f64>,
    output_tokens: Option<f64>,
}

impl Cost {
    /// `tokens` counts all that the model read and wrote; `billed_units` leaves out what Cohere itself put into the
    /// prompt, and holds only where the other is not said. Tokens from the cache are among the input's.
    pub fn into_usage(self) -> Option<Usage> {
        let counts = self.tokens.filter(|counts| counts.input_tokens.is_some());
        let counts = counts.or(self.billed_units)?;
        let input_tokens = whole(counts.input_tokens?)?;
        let cached = self.cached_tokens.and_then(whole).unwrap_or_default();
        Some(Usage {
            input_tokens,
            cached_input_tokens: cached.min(input_tokens),
            output_tokens: counts.output_tokens.and_then(whole).unwrap_or_default(),
            ..Usage::default()
        })
    }
}

/// A count; Cohere's schema has it as a float.
fn whole(count: f64) -> Option<u64> {
    // The cast is exact in this range.
    (0.0..=MAX_TOKENS).contains(&count).then_some(count.round() as u64)
}

/// Why an answer ended: <https://docs.cohere.com/v2/reference/chat>. The two errors with a word more are the API v1's,
/// which older deployments still say.
///
/// # Errors
/// It did not end but fail.
pub(super) fn finish(
    reason: &str,
    error: Option<String>,
    called_tools: bool,
) -> Result<Finish, Fault> {
    Ok(match reason {
        // The calls are what the client must act on, whatever the vendor calls the end.
        "COMPLETE" | "STOP_SEQUENCE" if called_tools => FinishReason::ToolCalls.into(),
        "COMPLETE" | "STOP_SEQUENCE" => FinishReason::Stop.into(),
        "MAX_TOKENS" => FinishReason::Length.into(),
        "TOOL_CALL" => FinishReason::ToolCalls.into(),
        "ERROR_LIMIT" => FinishReason::ContextFull.into(),
        "ERROR_TOXIC" => FinishReason::ContentFilter.into(),
        "ERROR" | "TIMEOUT" => return Err(explain::ended(reason, error)),
        other => Finish { detail: Some(other.to_owned()), ..FinishReason::Other.into() },
    })
}
