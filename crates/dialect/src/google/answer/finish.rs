//! The reason why an answer ended: `FinishReason` of <https://ai.google.dev/api/generate-content#FinishReason>.

use crate::chat::{Finish, FinishReason};

/// The meaning of `reason`. Google sends `STOP` for calls as well. The vendor's word is kept where it is more precise than the
/// reason.
pub(super) fn finish(reason: &str, calls: bool) -> Finish {
    let (reason, detail) = match reason {
        "STOP" if calls => (FinishReason::ToolCalls, None),
        "STOP" => (FinishReason::Stop, None),
        "MAX_TOKENS" => (FinishReason::Length, None),
        "MALFORMED_FUNCTION_CALL" | "UNEXPECTED_TOOL_CALL" => {
            (FinishReason::MalformedToolCall, Some(reason))
        }
        "SAFETY"
        | "RECITATION"
        | "LANGUAGE"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "MODEL_ARMOR"
        | "ESCALATION"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION" => (FinishReason::ContentFilter, Some(reason)),
        _ => (FinishReason::Other, Some(reason)),
    };
    Finish { detail: detail.map(str::to_owned), ..Finish::from(reason) }
}
