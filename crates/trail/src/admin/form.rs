//! The query of a question, and the form of its answer.

use crate::questions::{Parameters, QuestionError};

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Csv,
}

impl Format {
    /// The value of `format`; JSON if there is none.
    pub(super) fn of(parameters: Parameters<'_>) -> Result<Self, QuestionError> {
        let words = [("json", Format::Json), ("csv", Format::Csv)];
        Ok(parameters.word("format", &words)?.unwrap_or(Format::Json))
    }
}

/// Names and values of a query, decoded.
pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}
