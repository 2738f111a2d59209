//! Why an answer ended, as its status says it.

use super::item::{Content, Item};
use crate::chat::{Finish, FinishReason};

/// How a response ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ending {
    pub event: &'static str,
    pub status: &'static str,
    /// Why it is incomplete.
    pub incomplete: Option<&'static str>,
    /// Why it failed.
    pub failed: Option<&'static str>,
}

const COMPLETED: Ending =
    Ending { event: "response.completed", status: "completed", incomplete: None, failed: None };

impl Ending {
    pub fn new(finish: Finish, items: &[Item]) -> Self {
        match finish.reason {
            FinishReason::Length | FinishReason::ContextFull => incomplete("max_output_tokens"),
            FinishReason::ContentFilter => incomplete("content_filter"),
            // The API's own refusals are words, and complete; one without words leaves out what was to come.
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

/// The answer was cut: its last call may not be whole.
pub(super) fn is_cut(reason: FinishReason) -> bool {
    matches!(
        reason,
        FinishReason::Length
            | FinishReason::ContextFull
            | FinishReason::ContentFilter
            | FinishReason::MalformedToolCall
    )
}

/// `standard` is Anthropic's word for the usual tier.
pub(super) fn service_tier(tier: String) -> String {
    if tier == "standard" { "default".to_owned() } else { tier }
}
