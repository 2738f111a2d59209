//! Elements that are taken out of a list.

use crate::{Edit, Span};

/// The edits that take elements out, each with the comma that would be left. `spans` are of all elements, in order.
pub(super) fn without(spans: &[Span], mut is_gone: impl FnMut(usize) -> bool) -> Vec<Edit> {
    let mut edits = Vec::new();
    let (mut kept_one, mut before) = (false, None::<Span>);
    for (at, span) in spans.iter().enumerate() {
        let gone = is_gone(at);
        if gone {
            let span = match (before, spans.get(at + 1)) {
                (Some(before), _) if kept_one => Span { start: before.end, end: span.end },
                (_, Some(next)) => Span { start: span.start, end: next.start },
                (_, None) => *span,
            };
            edits.push(Edit { span, replacement: String::new() });
        }
        kept_one |= !gone;
        before = Some(*span);
    }
    edits
}
