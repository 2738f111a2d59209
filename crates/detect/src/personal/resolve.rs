//! Resolves findings that overlap.

use super::found::Found;
use crate::detector::Detector;

/// Keeps the most certain of overlapping findings, then the longest.
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

/// The rank of a finding: an address has more evidence than digits, and a longer number more digits.
fn rank(found: &Found) -> (u8, usize) {
    let bonus = match found.detector {
        Detector::Email | Detector::NetworkAddress | Detector::ProfileUrl => 10,
        Detector::Address if found.form != "postcode" => 25,
        _ => 0,
    };
    (found.confidence.saturating_add(bonus), found.span.len())
}
