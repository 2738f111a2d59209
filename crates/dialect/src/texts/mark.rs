//! What is marked in an output.

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
    /// Text can be put in here for the last time: behind the piece before it, or as an event.
    End {
        inside: bool,
    },
    /// Says all that was said at its place.
    Repeat,
    /// Says what the piece that begins here says.
    Echo {
        piece: u32,
    },
    /// Not true any more once texts are edited.
    Void {
        with: &'static str,
        when: When,
    },
    /// The number of an event.
    Number(u64),
    /// An event begins here; `frame`: it begins or ends what texts stand in.
    Event {
        frame: bool,
    },
}

/// Which edits make something untrue.
#[derive(Debug, Clone, Copy)]
pub(super) enum When {
    /// Any edit of this text, even of when it leaves.
    Touched,
    /// Any edit of a text or refusal of this choice.
    ChoiceTouched,
    /// Thoughts of this choice and content that are not released as they were.
    ThoughtsDiffer,
}

impl When {
    pub fn concerns(self, own: Place, other: Place) -> bool {
        match self {
            When::Touched => own == other,
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

    /// As a stage gets it.
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
