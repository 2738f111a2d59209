//! Spans of a text, and splices.

use crate::{Edit, Span};
use std::ops::Range;
use thiserror::Error;

impl Span {
    /// The bytes of `text` in this span, if they exist and are on character borders.
    pub fn of(self, text: &str) -> Option<&str> {
        text.get(Range::from(self))
    }
}

impl From<Span> for Range<usize> {
    fn from(span: Span) -> Self {
        span.start as usize..span.end as usize
    }
}

/// Offsets past 4 GiB saturate, and are outside of any text: readers of requests refuse such a body.
impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        let offset = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Span { start: offset(range.start), end: offset(range.end) }
    }
}

impl Edit {
    /// An edit that inserts `text` at `at`.
    pub fn insert(at: u32, text: impl Into<String>) -> Self {
        Edit { span: Span { start: at, end: at }, replacement: text.into() }
    }
}

/// Edits that cannot be applied: they were made for another text, or by a faulty stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum EditError {
    #[error("edit of bytes {}..{} begins before the end of the one before it", .0.start, .0.end)]
    Overlaps(Span),
    #[error("edit of bytes {}..{} is not within the text, or cuts a character", .0.start, .0.end)]
    Misplaced(Span),
    #[error("edit of bytes {}..{} changes a segment and what is beside it: read the request again", .0.start, .0.end)]
    CutsSegment(Span),
}

/// The text after `edits`, which are sorted, do not overlap, and all refer to `text` before any edit.
///
/// # Errors
/// Edits that are not so; none is applied then.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let longer: usize = edits.iter().map(|edit| edit.replacement.len()).sum();
    let mut edited = String::with_capacity(text.len() + longer);
    let mut done = 0;
    for Edit { span, replacement } in edits {
        let Range { start, end } = Range::from(*span);
        if start < done {
            return Err(EditError::Overlaps(*span));
        }
        let kept = text.get(done..start).ok_or(EditError::Misplaced(*span))?;
        // The replaced text must exist as well.
        text.get(start..end).ok_or(EditError::Misplaced(*span))?;
        edited.push_str(kept);
        edited.push_str(replacement);
        done = end;
    }
    edited.push_str(text.get(done..).unwrap_or_default());
    Ok(edited)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: u32, end: u32, replacement: &str) -> Edit {
        Edit { span: Span { start, end }, replacement: replacement.to_owned() }
    }

    #[test]
    fn puts_replacements_in_their_places() {
        let edits = [edit(0, 1, "A"), edit(1, 1, "-"), edit(4, 6, "")];
        assert_eq!(apply("abcdef", &edits).unwrap(), "A-bcd");
        assert_eq!(apply("abcdef", &[]).unwrap(), "abcdef");
    }

    #[test]
    fn refuses_edits_that_overlap_or_are_not_sorted() {
        let overlapping = [edit(0, 3, ""), edit(2, 4, "")];
        assert_eq!(
            apply("abcdef", &overlapping),
            Err(EditError::Overlaps(Span { start: 2, end: 4 }))
        );
        assert!(apply("abcdef", &[edit(3, 4, ""), edit(0, 1, "")]).is_err());
    }

    #[test]
    fn refuses_edits_outside_the_text_backwards_or_within_a_character() {
        for wrong in
            [edit(7, 7, ""), edit(0, 9, ""), edit(3, 2, ""), edit(1, 1, ""), edit(0, 1, "")]
        {
            let misplaced = Err(EditError::Misplaced(wrong.span));
            assert_eq!(apply("äöü", &[wrong]), misplaced);
        }
    }
}
