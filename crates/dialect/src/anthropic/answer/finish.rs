//! The reason why an answer ended: <https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons>.

use crate::chat::{Finish, FinishReason};

pub(super) fn finish(reason: String, stop_sequence: Option<String>) -> Finish {
    let known = match reason.as_str() {
        "end_turn" | "stop_sequence" => FinishReason::Stop,
        "max_tokens" => FinishReason::Length,
        "tool_use" => FinishReason::ToolCalls,
        "pause_turn" => FinishReason::Pause,
        "refusal" => FinishReason::Refusal,
        "model_context_window_exceeded" => FinishReason::ContextFull,
        _ => FinishReason::Other,
    };
    let detail = (known == FinishReason::Other).then_some(reason);
    Finish { reason: known, stop_sequence, detail }
}
