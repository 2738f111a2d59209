//! Elements that are taken out of a list.

use super::Node;
use crate::{Edit, Span};
use std::borrow::Cow;

/// The spans of the members of an object: of key and value.
pub(crate) fn members(members: &[(Cow<'_, str>, Node<'_>)], object: Span, body: &str) -> Vec<Span> {
    let mut end = object.start + 1;
    let mut spans = Vec::with_capacity(members.len());
    for (_, value) in members {
        // The key is the first string behind the value before.
        let between = Span { start: end, end: value.span.start };
        let key = between.of(body).and_then(|between| between.find('"')).unwrap_or_default();
        let start = end.saturating_add(u32::try_from(key).unwrap_or_default());
        spans.push(Span { start, end: value.span.end });
        end = value.span.end;
    }
    spans
}

/// The edits that take elements out, each with the comma that would be left. `spans` are of all elements, in order.
pub(crate) fn without(spans: &[Span], mut is_gone: impl FnMut(usize) -> bool) -> Vec<Edit> {
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
