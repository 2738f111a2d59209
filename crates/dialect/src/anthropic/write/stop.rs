//! The reason why an answer ended: <https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons>.

use crate::chat::{Finish, FinishReason};

/// The content of the answer that determines its reason, whatever its vendor's reason is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    pub calls: bool,
    pub refusal: bool,
}

/// `stop_reason` and `stop_sequence`. Clients run tools if and only if the reason is `tool_use`, but some vendors end a turn
/// with calls like any other.
pub(super) fn words(finish: Option<Finish>, seen: Seen) -> (&'static str, Option<String>) {
    let Some(finish) = finish else { return (ended(seen), None) };
    let word = match finish.reason {
        FinishReason::Stop if finish.stop_sequence.is_some() && !seen.calls => {
            return ("stop_sequence", finish.stop_sequence);
        }
        FinishReason::Length => "max_tokens",
        FinishReason::ContextFull => "model_context_window_exceeded",
        FinishReason::ContentFilter | FinishReason::Refusal => "refusal",
        FinishReason::Pause => "pause_turn",
        FinishReason::Stop
        | FinishReason::ToolCalls
        | FinishReason::MalformedToolCall
        | FinishReason::Other => ended(seen),
    };
    (word, None)
}

fn ended(seen: Seen) -> &'static str {
    match seen {
        Seen { calls: true, .. } => "tool_use",
        Seen { refusal: true, .. } => "refusal",
        _ => "end_turn",
    }
}
