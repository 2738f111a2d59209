//! Counts findings for the record.

use postern_types::guardrail::{Action, Finding};

/// Findings by detector, form, rule and action.
#[derive(Default)]
pub struct Tally(Vec<Finding>);

impl Tally {
    pub fn add(&mut self, detector: &str, form: &str, rule: &str, action: Action) {
        let is_alike = |known: &&mut Finding| {
            known.detector == detector
                && known.form == form
                && known.rule == rule
                && known.action == action
        };
        match self.0.iter_mut().find(is_alike) {
            Some(known) => known.count = known.count.saturating_add(1),
            None => self.0.push(Finding {
                detector: detector.to_owned(),
                form: form.to_owned(),
                rule: rule.to_owned(),
                action,
                count: 1,
            }),
        }
    }

    /// Takes all findings counted so far.
    pub fn take(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.0)
    }
}
