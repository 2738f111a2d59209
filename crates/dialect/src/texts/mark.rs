//! The marks of an output.

use crate::Span;
use postern_types::provider::{AnswerSegment, Place, SegmentForm, SegmentRole, TextKind};

/// A place in an output.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub span: Span,
    pub place: Place,
    pub what: What,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    Piece {
        form: SegmentForm,
    },
    /// The last position at which text can be inserted: after the piece before it, or as an event.
    End {
        inside: bool,
    },
    /// Repeats the complete text of its place.
    Repeat,
    /// Repeats the piece that begins here.
    Echo {
        piece: u32,
    },
    /// Untrue once texts are edited.
    Void {
        with: &'static str,
        when: When,
    },
    /// The number of an event.
    Number(u64),
    /// An event begins here; `frame`: it begins or ends the container of a text.
    Event {
        frame: bool,
    },
}

/// Which edits make a value untrue.
#[derive(Debug, Clone, Copy)]
pub(super) enum When {
    /// Any edit of this text, including one that only delays it.
    Touched,
    /// This text, as it is released, differs from the original.
    Differs,
    /// Any edit of a text or refusal of this choice.
    ChoiceTouched,
    /// A released thought or content of this choice that differs from the original.
    ThoughtsDiffer,
}

impl When {
    pub fn concerns(self, own: Place, other: Place) -> bool {
        match self {
            When::Touched | When::Differs => own == other,
            When::ChoiceTouched => {
                own.choice == other.choice
                    && matches!(other.kind, TextKind::Text | TextKind::Refusal)
            }
            When::ThoughtsDiffer => {
                (own.choice, own.content) == (other.choice, other.content)
                    && matches!(other.kind, TextKind::Reasoning | TextKind::ReasoningSummary)
            }
        }
    }
}

impl Mark {
    pub fn is_event(&self) -> bool {
        matches!(self.what, What::Event { .. })
    }

    /// Its order among marks at the same position.
    pub fn rank(&self) -> u8 {
        match self.what {
            What::End { .. } => 0,
            What::Event { .. } => 1,
            _ => 2,
        }
    }

    /// The segment that a stage receives for it.
    pub fn segment(&self) -> Option<AnswerSegment> {
        let (role, form) = match self.what {
            What::Piece { form } => (SegmentRole::Piece, form),
            What::End { .. } => (SegmentRole::End, SegmentForm::JsonString),
            What::Repeat | What::Echo { .. } => (SegmentRole::Repeat, SegmentForm::JsonString),
            What::Void { .. } | What::Number(_) | What::Event { .. } => return None,
        };
        Some(AnswerSegment { at: self.place, role, form, span: self.span })
    }
}
