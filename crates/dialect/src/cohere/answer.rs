//! The common shapes of Cohere's answers and events.

use super::explain;
use crate::Usage;
use crate::chat::{Finish, FinishReason};
use crate::usage::{Count, Said, lenient};
use postern_fault::Fault;
use serde::Deserialize;
use serde_json::{Value, json};

/// One value, or an array of them: the SDK types an event's `tool_calls` and `citations` as objects, despite their plural
/// names.
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

/// A block of the content, or more of one.
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
    /// Converts it to OpenAI's form. Cohere does not report which token is which part of the text, so a piece of several tokens
    /// becomes one, whose probability is their product.
    pub fn into_openai(self) -> Value {
        let text = self.text.unwrap_or_default();
        let logprob: f64 = self.logprobs.unwrap_or_default().iter().sum();
        json!({ "token": text, "logprob": logprob, "bytes": text.as_bytes(), "top_logprobs": [] })
    }
}

/// The usage of an answer.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Cost {
    #[serde(deserialize_with = "lenient")]
    tokens: Counts,
    #[serde(deserialize_with = "lenient")]
    billed_units: Counts,
    cached_tokens: Count,
}

/// Cohere's schema types counts as floats.
#[derive(Default, Deserialize, Clone, Copy)]
#[serde(default)]
struct Counts {
    input_tokens: Count,
    output_tokens: Count,
}

impl Cost {
    /// `tokens` counts everything that the model read and wrote; `billed_units` excludes what Cohere itself adds to the prompt,
    /// and is used only if `tokens` is absent. The input includes cached tokens.
    pub fn into_usage(self) -> Option<Usage> {
        let (tokens, billed) = (self.tokens, self.billed_units);
        let known = |one: Count, other: Count| if one.get().is_some() { one } else { other };
        let said = Said {
            input: known(tokens.input_tokens, billed.input_tokens),
            output: known(tokens.output_tokens, billed.output_tokens),
            cached: self.cached_tokens,
            ..Said::default()
        };
        said.usage()
    }
}

/// The reason why an answer ended: <https://docs.cohere.com/v2/reference/chat>. The two errors with a longer name are from API
/// v1, which older deployments still use.
///
/// # Errors
/// The answer failed.
pub(super) fn finish(
    reason: &str,
    error: Option<String>,
    called_tools: bool,
) -> Result<Finish, Fault> {
    Ok(match reason {
        // The client must act on the calls, whatever reason the vendor gives.
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
