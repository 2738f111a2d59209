//! The guardrail's findings, in headers and in the record.

use postern_types::guardrail::{Action, Finding};
use serde::Serialize;

/// The most findings that are counted separately: each detector has a few forms.
const MAX_FOUND: usize = 128;

/// The direction of a text with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the vendor.
    Request,
    /// To the client.
    Answer,
}

impl Direction {
    /// Its name in headers and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::Request => "request",
            Direction::Answer => "answer",
        }
    }
}

/// The findings as a list of structured fields (RFC 9651): `email;in=request;action=anonymise;count=2`. Findings that a rule
/// allows are in the record only.
pub fn header<'f>(findings: impl Iterator<Item = (&'f Finding, Direction)>) -> Option<String> {
    let mut sums: Vec<(&str, Direction, Action, u32)> = Vec::new();
    for (finding, direction) in findings.filter(|(finding, _)| finding.action != Action::Allow) {
        let Finding { detector, action, count, .. } = finding;
        let is_like = |sum: &&mut (&str, Direction, Action, u32)| {
            (sum.0, sum.1, sum.2) == (detector.as_str(), direction, *action)
        };
        match sums.iter_mut().find(is_like) {
            Some(sum) => sum.3 = sum.3.saturating_add(*count),
            None => sums.push((detector, direction, *action, *count)),
        }
    }
    let items: Vec<String> = sums
        .into_iter()
        .map(|(detector, direction, action, count)| {
            let (direction, action) = (direction.as_str(), action.as_str());
            format!("{detector};in={direction};action={action};count={count}")
        })
        .collect();
    (!items.is_empty()).then(|| items.join(", "))
}

/// Findings, each once with a count and never with its text.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub struct Found(Vec<One>);

#[derive(Serialize)]
struct One {
    #[serde(rename = "in")]
    direction: &'static str,
    detector: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    form: String,
    rule: String,
    action: &'static str,
    count: u32,
}

impl Found {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds findings of a text in this direction.
    pub fn add(&mut self, findings: &[Finding], direction: Direction) {
        for finding in findings {
            let Finding { detector, form, rule, action, count } = finding.clone();
            let more = One {
                direction: direction.as_str(),
                detector,
                form,
                rule,
                action: action.as_str(),
                count,
            };
            match self.0.iter().position(|known| known.is_like(&more)) {
                Some(at) => {
                    if let Some(known) = self.0.get_mut(at) {
                        known.count = known.count.saturating_add(count);
                    }
                }
                None if self.0.len() >= MAX_FOUND => {}
                None => self.0.push(more),
            }
        }
    }
}

impl One {
    fn is_like(&self, other: &One) -> bool {
        (self.direction, self.action) == (other.direction, other.action)
            && (&self.detector, &self.form, &self.rule)
                == (&other.detector, &other.form, &other.rule)
    }
}
