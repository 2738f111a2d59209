//! The end of an answer, as its status expresses it.

use super::item::{Content, Item};
use crate::chat::{Finish, FinishReason};

/// The end of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ending {
    pub event: &'static str,
    pub status: &'static str,
    /// The reason why it is incomplete.
    pub incomplete: Option<&'static str>,
    /// The reason why it failed.
    pub failed: Option<&'static str>,
}

const COMPLETED: Ending =
    Ending { event: "response.completed", status: "completed", incomplete: None, failed: None };

impl Ending {
    pub fn new(finish: Finish, items: &[Item]) -> Self {
        match finish.reason {
            FinishReason::Length | FinishReason::ContextFull => incomplete("max_output_tokens"),
            FinishReason::ContentFilter => incomplete("content_filter"),
            // The API's own refusals are words and complete; a refusal without words leaves out content.
            FinishReason::Refusal if !items.iter().any(refuses) => incomplete("content_filter"),
            FinishReason::MalformedToolCall => Ending {
                event: "response.failed",
                status: "failed",
                failed: Some("the model wrote a tool call that cannot be read"),
                ..COMPLETED
            },
            FinishReason::Stop
            | FinishReason::ToolCalls
            | FinishReason::Refusal
            | FinishReason::Pause
            | FinishReason::Other => COMPLETED,
        }
    }
}

fn incomplete(reason: &'static str) -> Ending {
    Ending {
        event: "response.incomplete",
        status: "incomplete",
        incomplete: Some(reason),
        ..COMPLETED
    }
}

fn refuses(item: &Item) -> bool {
    item.contents().iter().any(|content| matches!(content, Content::Refusal { .. }))
}

/// Whether the answer was cut, so that its last call may be incomplete.
pub(super) fn is_cut(reason: FinishReason) -> bool {
    matches!(
        reason,
        FinishReason::Length
            | FinishReason::ContextFull
            | FinishReason::ContentFilter
            | FinishReason::MalformedToolCall
    )
}

/// `standard` is Anthropic's value for the default tier.
pub(super) fn service_tier(tier: String) -> String {
    if tier == "standard" { "default".to_owned() } else { tier }
}
