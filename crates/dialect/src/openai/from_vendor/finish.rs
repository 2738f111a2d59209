//! The reason why a choice ended, in the words of all servers that speak this API.

use crate::chat::{Finish, FinishReason};
use serde_json::Value;

/// The properties of a choice that determine the meaning of its last word.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said {
    pub calls: bool,
    pub refusal: bool,
}

/// `stop`, `length`, `tool_calls`, `content_filter` and `function_call` are OpenAI's; `model_length` is Mistral's, `eos_token`
/// and `stop_sequence` are Text Generation Inference's; other servers pass on their models' own words.
pub(super) fn read(word: Option<&str>, stop_reason: Option<Value>, said: Said) -> Finish {
    let (reason, known) = match word.unwrap_or_default() {
        "stop" | "eos_token" | "eos" | "end_turn" | "stop_sequence" | "STOP" => {
            (FinishReason::Stop, true)
        }
        "length" | "max_tokens" | "MAX_TOKENS" => (FinishReason::Length, true),
        "model_length" => (FinishReason::ContextFull, true),
        "tool_calls" | "function_call" | "tool_use" => (FinishReason::ToolCalls, true),
        "content_filter" => (FinishReason::ContentFilter, true),
        "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "safety" => {
            (FinishReason::ContentFilter, false)
        }
        "refusal" => (FinishReason::Refusal, true),
        "MALFORMED_FUNCTION_CALL" => (FinishReason::MalformedToolCall, false),
        _ => (FinishReason::Other, false),
    };
    let reason = match reason {
        // Some servers send `stop` after calls, which a client would then never make.
        FinishReason::Stop if said.calls => FinishReason::ToolCalls,
        FinishReason::Other if said.calls && word.is_none() => FinishReason::ToolCalls,
        // OpenAI's own refusals end with `stop`.
        FinishReason::Stop if said.refusal => FinishReason::Refusal,
        other => other,
    };
    let detail = word.filter(|_| !known).map(str::to_owned);
    let stop_sequence = match stop_reason {
        Some(Value::String(text)) if reason == FinishReason::Stop => Some(text),
        _ => None,
    };
    Finish { reason, stop_sequence, detail }
}
