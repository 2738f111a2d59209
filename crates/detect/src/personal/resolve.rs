//! Findings that overlap: a number is one thing.

use super::found::Found;
use crate::detector::Detector;

/// Of findings that overlap, keep the one that is more certain, then the longer one.
pub fn keep_best(found: &mut Vec<Found>) {
    found.sort_by(|a, b| a.span.start.cmp(&b.span.start).then(b.span.end.cmp(&a.span.end)));
    let mut kept: Vec<Found> = Vec::with_capacity(found.len());
    for next in found.drain(..) {
        let is_better = |old: &Found| rank(&next) > rank(old);
        match kept.last() {
            Some(last) if last.span.end > next.span.start => {
                if is_better(last) {
                    kept.pop();
                    kept.push(next);
                }
            }
            _ => kept.push(next),
        }
    }
    *found = kept;
}

/// An address of any kind is told by more than digits; a longer number by more digits.
fn rank(found: &Found) -> (u8, usize) {
    let bonus = match found.detector {
        Detector::Email | Detector::NetworkAddress | Detector::ProfileUrl => 10,
        Detector::Address if found.form != "postcode" => 25,
        _ => 0,
    };
    (found.confidence.saturating_add(bonus), found.span.len())
}
