//! Whether a text of an answer is JSON.

use postern_types::provider::TextKind;
use serde::de::IgnoredAny;

/// What is known of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Json {
    /// Its first character decides: a custom tool takes free text, and a model that must answer in JSON may not.
    Undecided,
    /// The text comes whole, and is JSON if it parses.
    Whole,
    Yes,
    No,
}

impl Json {
    /// `answer_is_json`: the request wants the answer's text as JSON.
    pub fn new(kind: TextKind, answer_is_json: bool) -> Self {
        match kind {
            TextKind::ToolArguments => Json::Undecided,
            TextKind::Text if answer_is_json => Json::Undecided,
            TextKind::ToolData => Json::Whole,
            _ => Json::No,
        }
    }

    pub fn is_json(self) -> bool {
        self != Json::No
    }

    /// Looks at more of the text. Returns whether it has turned out not to be JSON.
    pub fn see(&mut self, more: &str) -> bool {
        let Some(first) = more.trim_start().chars().next() else { return false };
        let opens = matches!(first, '{' | '[');
        *self = match self {
            Json::Undecided if opens => Json::Yes,
            Json::Whole if opens && serde_json::from_str::<IgnoredAny>(more).is_ok() => Json::Yes,
            Json::Undecided | Json::Whole => Json::No,
            Json::Yes | Json::No => return false,
        };
        !self.is_json()
    }
}
