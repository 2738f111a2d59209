//! What an answer repeats of the operator's instructions, as findings of its windows.

use super::window::View;
use crate::decide::Decided;
use crate::leak::{Hidden, Kind};
use crate::rules::{Active, Direction, Source};
use postern_detect::Detector;
use postern_policy::Speaker;

/// For each kind, whether a leak that was found in an earlier window goes on at the start of the next.
#[derive(Debug, Clone, Copy, Default)]
pub struct Leaking([bool; Kind::ALL.len()]);

impl Leaking {
    fn has(self, kind: Kind) -> bool {
        self.0.get(kind as usize).copied().unwrap_or(false)
    }

    fn set(&mut self, kind: Kind) {
        if let Some(leaking) = self.0.get_mut(kind as usize) {
            *leaking = true;
        }
    }
}

/// Adds the findings of a window. A leak is one finding, however many windows it has.
pub fn add<'r>(
    hidden: &Hidden,
    view: &View,
    leaking: Leaking,
    active: &Active<'r>,
    decided: &mut Vec<Decided<'r>>,
) {
    let source = Source::Detector(Detector::SystemPromptLeak);
    for leak in hidden.find(&view.text) {
        let mut span = leak.span;
        // It was too short to be known in the window before.
        if span.start < view.start && span.end > view.start && !leaking.has(leak.kind) {
            span.start = view.start;
        }
        let confidence = leak.kind.confidence();
        let rule = active.decide(source, confidence, Direction::Answer, Speaker::Assistant);
        let form = leak.kind.as_str();
        decided.extend(rule.map(|rule| Decided::new(source, form, span, confidence, rule)));
    }
    decided.sort_by_key(|one| (one.span.start, std::cmp::Reverse(one.span.end)));
}

/// The leaks that go on behind `end` of a window.
pub fn going_on(decided: &[Decided<'_>], end: usize) -> Leaking {
    let mut leaking = Leaking::default();
    for one in decided {
        let is_leak = one.source == Source::Detector(Detector::SystemPromptLeak);
        if is_leak && one.span.start < end && one.span.end >= end {
            Kind::ALL
                .into_iter()
                .filter(|kind| kind.as_str() == one.form)
                .for_each(|kind| leaking.set(kind));
        }
    }
    leaking
}
