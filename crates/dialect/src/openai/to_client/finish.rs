//! Why a choice ended, in the four words that this API has for it.

use crate::chat::{Finish, FinishReason};
use serde::Serialize;

/// How a choice ended, as it is written.
#[derive(Debug, Serialize)]
pub(super) struct Ending {
    pub finish_reason: &'static str,
    /// The text at which it stopped: a field that vLLM has added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<String>,
    /// The vendor's own word, where the four do not say it: a field that OpenRouter has added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native_finish_reason: Option<String>,
}

/// What of a choice decides which word fits.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said {
    /// It calls tools.
    pub calls: bool,
    /// It says in words that it refuses.
    pub refusal: bool,
}

impl Ending {
    pub fn new(finish: Finish, said: Said) -> Self {
        let mut detail = finish.detail;
        let finish_reason = match finish.reason {
            FinishReason::Stop | FinishReason::Other if said.calls => "tool_calls",
            FinishReason::ToolCalls => "tool_calls",
            FinishReason::Length | FinishReason::ContextFull => "length",
            FinishReason::ContentFilter => "content_filter",
            // OpenAI ends its own refusals, which are words in `refusal`, with `stop`; `content_filter` is for content
            // that was left out, which is what a refusal without words is (Anthropic's `refusal`).
            FinishReason::Refusal if said.refusal => "stop",
            FinishReason::Refusal => "content_filter",
            // The call is not there to be made, and nothing else was said.
            FinishReason::MalformedToolCall => {
                detail.get_or_insert_with(|| "malformed_tool_call".to_owned());
                "stop"
            }
            FinishReason::Pause => {
                detail.get_or_insert_with(|| "pause_turn".to_owned());
                "stop"
            }
            FinishReason::Stop | FinishReason::Other => "stop",
        };
        Ending { finish_reason, stop_reason: finish.stop_sequence, native_finish_reason: detail }
    }
}

/// The answer was cut: its last call may not be whole.
pub(super) fn is_cut(reason: FinishReason) -> bool {
    !matches!(reason, FinishReason::Stop | FinishReason::ToolCalls | FinishReason::Pause)
}
