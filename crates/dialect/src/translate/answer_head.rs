//! What is known before an answer begins.

use crate::Memo;

/// What a decoder must know besides the request's facts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AnswerHead {
    /// The answer's content type, empty if it had none.
    pub content_type: String,
    /// The memo that `encode` returned.
    pub memo: Memo,
    /// The gateway's own id for the request.
    pub request_id: String,
    /// The current time, in seconds since 1970.
    pub unix_s: u64,
    /// Whether the texts of the answer are to be read or edited.
    pub segments: bool,
}

impl AnswerHead {
    /// Whether the content type is `text/event-stream`, or absent.
    pub(super) fn is_stream(&self) -> bool {
        self.media_type().eq_ignore_ascii_case("text/event-stream")
    }

    pub(super) fn media_type(&self) -> &str {
        self.content_type.split(';').next().unwrap_or_default().trim()
    }
}
