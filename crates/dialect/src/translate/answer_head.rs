//! What comes before the answer.

use crate::Memo;

/// What a decoder must know besides the request's facts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AnswerHead {
    /// The answer's, empty if it had none.
    pub content_type: String,
    /// What `encode` gave.
    pub memo: Memo,
    /// The gateway's own id for the request.
    pub request_id: String,
    /// Now, in seconds since 1970.
    pub unix_s: u64,
    /// The texts of the answer are wanted, to be read or edited.
    pub segments: bool,
}

impl AnswerHead {
    /// `text/event-stream`, or nothing that says otherwise.
    pub(super) fn is_stream(&self) -> bool {
        self.media_type().eq_ignore_ascii_case("text/event-stream")
    }

    pub(super) fn media_type(&self) -> &str {
        self.content_type.split(';').next().unwrap_or_default().trim()
    }
}
