//! Texts of an answer.

use crate::provider::{AnswerSegment, Place, SegmentForm, TextKind};
use crate::unescape;
use std::borrow::Cow;

impl Place {
    /// The place of a choice's text outside of numbered contents.
    pub fn new(kind: TextKind, choice: u32) -> Self {
        Place { kind, choice, content: 0, part: 0 }
    }

    /// The place within this content.
    #[must_use]
    pub fn in_content(self, content: u32) -> Self {
        Place { content, ..self }
    }

    /// The place within this part of its content.
    #[must_use]
    pub fn in_part(self, part: u32) -> Self {
        Place { part, ..self }
    }

    /// A key that orders places.
    pub fn key(self) -> (u32, u32, u32, u8) {
        (self.choice, self.content, self.part, self.kind as u8)
    }
}

impl AnswerSegment {
    /// Its text; none if `output` is not the text that it belongs to.
    pub fn text<'a>(&self, output: &'a str) -> Option<Cow<'a, str>> {
        let raw = self.span.of(output)?;
        Some(match self.form {
            SegmentForm::JsonString => unescape(raw),
            SegmentForm::JsonValue | SegmentForm::PlainText => Cow::Borrowed(raw),
        })
    }
}
