//! A request as it was read, and edits of its texts.

use crate::{Edit, EditError, Prompt, Segment, SegmentKind, Span, apply, escape, unescape};
use std::borrow::Cow;

impl SegmentKind {
    /// All kinds.
    pub const ALL: [SegmentKind; 23] = [
        SegmentKind::Instruction,
        SegmentKind::UserText,
        SegmentKind::AssistantText,
        SegmentKind::Reasoning,
        SegmentKind::SealedReasoning,
        SegmentKind::SpeakerName,
        SegmentKind::ToolName,
        SegmentKind::ToolSchema,
        SegmentKind::ToolArguments,
        SegmentKind::ToolResult,
        SegmentKind::Document,
        SegmentKind::FileName,
        SegmentKind::ImageReference,
        SegmentKind::LowDetailImage,
        SegmentKind::Media,
        SegmentKind::FileReference,
        SegmentKind::VendorReference,
        SegmentKind::EmbeddingInput,
        SegmentKind::TokenIds,
        SegmentKind::AnswerSchema,
        SegmentKind::Prediction,
        SegmentKind::Metadata,
        SegmentKind::Other,
    ];
}

impl Segment {
    /// The bytes of `body` in this segment.
    pub fn raw(self, body: &str) -> Option<&str> {
        self.span.of(body)
    }

    /// Its text: a string without escapes, or JSON as it is written.
    pub fn text(self, body: &str) -> Option<Cow<'_, str>> {
        let raw = self.raw(body)?;
        Some(if self.is_json_string { unescape(raw) } else { Cow::Borrowed(raw) })
    }

    /// The edit that replaces the text and leaves valid JSON: a string's text, or a string in place of a JSON value.
    /// None if the segment has nothing to replace.
    pub fn replaced_by(self, text: &str) -> Option<Edit> {
        let escaped = escape(text);
        let replacement = match self.is_json_string {
            true => escaped.into_owned(),
            false if self.span.start == self.span.end => return None,
            false => format!("\"{escaped}\""),
        };
        Some(Edit { span: self.span, replacement })
    }

    /// Whether an edit belongs to this segment. Text beside a JSON value does not.
    fn holds(self, edit: Span) -> bool {
        let is_within = self.span.start <= edit.start && edit.end <= self.span.end;
        let is_beside = edit.start == edit.end
            && (edit.start == self.span.start || edit.start == self.span.end);
        is_within && (self.is_json_string || !is_beside)
    }
}

impl Prompt {
    /// The prompt after `edits`, which satisfy the conditions of [`apply`]. Each edit is within one segment, or in
    /// none, or removes whole segments. The model's name follows its span; edits of other settings leave the facts
    /// unchanged.
    ///
    /// # Errors
    /// Edits that are not so; a prompt whose segments change in another way has to be read again.
    pub fn apply(&self, edits: &[Edit]) -> Result<Prompt, EditError> {
        let body = apply(&self.body, edits)?;
        let segments = moved(&self.segments, edits)?;
        let mut facts = self.facts.clone();
        let model = Segment {
            kind: SegmentKind::Other,
            role: crate::Role::User,
            span: facts.model_span,
            is_json_string: false,
        };
        let [model] = moved(&[model], edits)?
            .try_into()
            .map_err(|_| EditError::CutsSegment(facts.model_span))?;
        if edits.iter().any(|edit| model_has(self.facts.model_span, edit.span)) {
            let literal = model.raw(&body).unwrap_or_default();
            let inside = literal.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            let name = inside.ok_or(EditError::CutsSegment(facts.model_span))?;
            facts.model = unescape(name).into_owned();
        }
        facts.model_span = model.span;
        Ok(Prompt { body, facts, segments })
    }
}

fn model_has(model: Span, edit: Span) -> bool {
    model.start <= edit.start && edit.end <= model.end
}

/// The segments after the edits; both are sorted and do not overlap.
fn moved(segments: &[Segment], edits: &[Edit]) -> Result<Vec<Segment>, EditError> {
    let mut edits = edits.iter().peekable();
    let mut shift = 0_i64;
    let mut moved = Vec::with_capacity(segments.len());
    for segment in segments {
        let Span { start, end } = segment.span;
        let is_before = |edit: &&Edit| edit.span.end <= start && !segment.holds(edit.span);
        while let Some(edit) = edits.next_if(is_before) {
            shift += growth(edit);
        }
        let mut within = 0;
        while let Some(edit) = edits.next_if(|edit| segment.holds(edit.span)) {
            within += growth(edit);
        }
        let overlapping =
            edits.peek().filter(|edit| edit.span.start < end && start < edit.span.end);
        let span = Span { start: offset(start, shift), end: offset(end, shift + within) };
        match overlapping {
            None => moved.push(Segment { span, ..*segment }),
            Some(edit) if edit.replacement.is_empty() && covers(edit.span, segment.span) => {}
            Some(edit) => return Err(EditError::CutsSegment(edit.span)),
        }
        shift += within;
    }
    Ok(moved)
}

fn covers(edit: Span, segment: Span) -> bool {
    edit.start <= segment.start && segment.end <= edit.end
}

/// The change of the text's length.
fn growth(edit: &Edit) -> i64 {
    let length = i64::try_from(edit.replacement.len()).unwrap_or(i64::MAX);
    length.saturating_sub(i64::from(edit.span.end) - i64::from(edit.span.start))
}

/// Offsets past 4 GiB saturate, and are outside of any text.
fn offset(at: u32, shift: i64) -> u32 {
    u32::try_from(i64::from(at).saturating_add(shift)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
