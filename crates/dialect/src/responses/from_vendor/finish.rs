//! The reason why an answer ended, from its status and its content.

use crate::chat::{Finish, FinishReason, Kind};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct Incomplete {
    #[serde(default)]
    reason: Option<String>,
}

/// The properties of an answer that determine the meaning of its status.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said {
    calls: bool,
    refuses: bool,
}

impl Said {
    pub fn see(&mut self, kind: &Kind) {
        self.calls |= matches!(kind, Kind::ToolCall { .. });
        self.refuses |= matches!(kind, Kind::Refusal);
    }
}

pub(super) fn read(status: Option<&str>, incomplete: Option<Incomplete>, said: Said) -> Finish {
    let why = incomplete.and_then(|incomplete| incomplete.reason);
    if status != Some("incomplete") && why.is_none() {
        return Finish::from(match said {
            Said { calls: true, .. } => FinishReason::ToolCalls,
            Said { refuses: true, .. } => FinishReason::Refusal,
            _ => FinishReason::Stop,
        });
    }
    match why.as_deref() {
        Some("max_output_tokens") => Finish::from(FinishReason::Length),
        Some("content_filter") => Finish::from(FinishReason::ContentFilter),
        _ => Finish { detail: why, ..Finish::from(FinishReason::Other) },
    }
}
