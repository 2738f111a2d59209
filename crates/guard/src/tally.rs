//! Counts findings for the record.

use postern_types::guardrail::{Action, Finding};

/// Findings by detector, form, rule and action.
#[derive(Clone, Default)]
pub struct Tally(Vec<Finding>);

impl Tally {
    pub fn add(
        &mut self,
        detector: &str,
        form: &str,
        rule: &str,
        action: Action,
        asked: Option<&str>,
    ) {
        let is_alike = |known: &&mut Finding| {
            known.detector == detector
                && known.form == form
                && known.rule == rule
                && known.action == action
                && known.asked.as_deref() == asked
        };
        match self.0.iter_mut().find(is_alike) {
            Some(known) => known.count = known.count.saturating_add(1),
            None => self.0.push(Finding {
                detector: detector.to_owned(),
                form: form.to_owned(),
                rule: rule.to_owned(),
                action,
                count: 1,
                asked: asked.map(str::to_owned),
            }),
        }
    }

    /// Takes all findings counted so far.
    pub fn take(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.0)
    }
}
