//! The reason why a choice ended, in this API's four words.

use crate::chat::{Finish, FinishReason};
use serde::Serialize;

/// How a choice ended, as it is written.
#[derive(Debug, Serialize)]
pub(super) struct Ending {
    pub finish_reason: &'static str,
    /// The stop sequence at which it ended, in a field that vLLM has added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<String>,
    /// The vendor's own word where the four are not enough, in a field that OpenRouter has added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native_finish_reason: Option<String>,
}

/// The properties of a choice that determine its reason.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said {
    /// Whether it calls tools.
    pub calls: bool,
    /// Whether it refuses in words.
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
            // OpenAI ends its own refusals, whose words are in `refusal`, with `stop`. `content_filter` means that content was
            // left out, as in a refusal without words (Anthropic's `refusal`).
            FinishReason::Refusal if said.refusal => "stop",
            FinishReason::Refusal => "content_filter",
            // There is no call to make, and no other content.
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

/// Whether the answer was cut, so that its last call may be incomplete.
pub(super) fn is_cut(reason: FinishReason) -> bool {
    !matches!(reason, FinishReason::Stop | FinishReason::ToolCalls | FinishReason::Pause)
}
