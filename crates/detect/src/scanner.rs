//! Runs all detectors over one text.

use crate::detector::{DetectorSet, Group};
use crate::finding::Finding;
use crate::text::Text;
use crate::{advice, injection, moderation, personal, secrets};

/// The detectors with their tables, built once.
pub struct Scanner {
    personal: personal::Tables,
    secrets: secrets::Tables,
    injection: injection::Tables,
    moderation: moderation::Tables,
    advice: advice::Tables,
}

impl Scanner {
    /// Builds the tables, which takes some milliseconds and is done once before a component is deployed.
    pub fn new() -> Self {
        Scanner {
            personal: personal::Tables::new(),
            secrets: secrets::Tables::new(),
            injection: injection::Tables::new(),
            moderation: moderation::Tables::new(),
            advice: advice::Tables::new(),
        }
    }

    /// The findings of these detectors, by the start of their span. Findings of different detectors may overlap.
    pub fn scan(&self, text: &Text<'_>, detectors: DetectorSet) -> Vec<Finding> {
        let mut findings = Vec::new();
        if detectors.has_any_of(Group::Personal) {
            self.personal.find(text, detectors, &mut findings);
        }
        if detectors.has_any_of(Group::Secret) {
            self.secrets.find(text, detectors, &mut findings);
        }
        if detectors.has_any_of(Group::Injection) {
            self.injection.find(text, detectors, &mut findings);
        }
        if detectors.has_any_of(Group::Moderation) {
            self.moderation.find(text, detectors, &mut findings);
        }
        if detectors.has_any_of(Group::Advice) {
            self.advice.find(text, detectors, &mut findings);
        }
        findings.sort_by(|a, b| a.span.start.cmp(&b.span.start).then(b.span.end.cmp(&a.span.end)));
        findings
    }
}

impl Default for Scanner {
    fn default() -> Self {
        Scanner::new()
    }
}
