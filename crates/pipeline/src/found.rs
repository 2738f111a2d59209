//! What the guardrail has found, in the record.

use crate::guard::Direction;
use postern_types::guardrail::Finding;
use serde::Serialize;

/// Findings that are told apart: detectors have a few forms each.
const MAX_FOUND: usize = 128;

/// Findings, each once with a count, and none with its text.
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
    /// Nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// More was found in a text that goes this way.
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
