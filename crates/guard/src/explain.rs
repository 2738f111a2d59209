//! Explains to people what is found in a text, on which evidence, and which rule of each file matches.

use crate::request::Guard;
use crate::rules::Direction;
use postern_detect::Evidence;
use postern_policy::{Rule, Speaker};
use postern_types::Caller;
use std::ops::Range;

/// A finding, and the rules that match it.
#[derive(Debug)]
pub struct Explained<'g> {
    /// The detector, or `list:NAME`.
    pub detector: String,
    /// The detector's form.
    pub form: &'static str,
    /// Its place, in bytes of the text.
    pub span: Range<usize>,
    /// The confidence, in percent.
    pub confidence: u8,
    /// The evidence, the weightiest first.
    pub evidence: Vec<Evidence>,
    /// The matching rule of each file, with the file's index in [`postern_policy::Guardrails::rule_sets`]. The rule that decides
    /// is first; if it asks a model, the next ones are milder.
    pub rules: Vec<(usize, &'g Rule)>,
}

impl Guard {
    /// Everything that is found in a text, including findings that no rule matches.
    pub fn explain(
        &self,
        caller: &Caller,
        model: &str,
        direction: Direction,
        speaker: Speaker,
        text: &str,
    ) -> Vec<Explained<'_>> {
        let active = self.rules.of(caller, model);
        let explained = self.eyes.all(text).into_iter().map(|found| {
            let mut rules: Vec<_> =
                active.firsts(found.source, found.confidence, direction, speaker).collect();
            // The sort is stable: of equally strict rules, the earlier file's is first. No model is asked about what another rule
            // does anyway.
            rules.sort_by_key(|(_, rule)| std::cmp::Reverse((rule.action, rule.ask.is_none())));
            Explained {
                detector: self.eyes.name(found.source),
                form: found.form,
                span: found.span,
                confidence: found.confidence,
                evidence: found.evidence,
                rules,
            }
        });
        explained.collect()
    }
}

#[cfg(test)]
mod tests;
