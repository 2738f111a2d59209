//! Texts of an answer.

use crate::provider::{AnswerSegment, Place, SegmentForm, TextKind};
use crate::unescape;
use std::borrow::Cow;

impl Place {
    /// A text of a choice that is in no numbered content.
    pub fn new(kind: TextKind, choice: u32) -> Self {
        Place { kind, choice, content: 0, part: 0 }
    }

    /// In this content.
    #[must_use]
    pub fn in_content(self, content: u32) -> Self {
        Place { content, ..self }
    }

    /// In this part of its content.
    #[must_use]
    pub fn in_part(self, part: u32) -> Self {
        Place { part, ..self }
    }

    /// A number for it, by which places are ordered.
    pub fn key(self) -> (u32, u32, u32, u8) {
        (self.choice, self.content, self.part, self.kind as u8)
    }
}

impl AnswerSegment {
    /// What it says; none if `output` is not the text that it speaks of.
    pub fn text<'a>(&self, output: &'a str) -> Option<Cow<'a, str>> {
        let raw = self.span.of(output)?;
        Some(match self.form {
            SegmentForm::JsonString => unescape(raw),
            SegmentForm::JsonValue => Cow::Borrowed(raw),
        })
    }
}
