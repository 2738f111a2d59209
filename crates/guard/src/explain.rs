//! What is found in a text, what speaks for it, and what each file of rules says about it: for people.

use crate::request::Guard;
use crate::rules::Direction;
use postern_detect::Evidence;
use postern_policy::{Rule, Speaker};
use postern_types::Caller;
use std::ops::Range;

/// A finding, and the rules about it.
#[derive(Debug)]
pub struct Explained<'g> {
    /// The detector, or `list:NAME`.
    pub detector: String,
    /// Which form of it.
    pub form: &'static str,
    /// In bytes of the text.
    pub span: Range<usize>,
    /// In percent.
    pub confidence: u8,
    /// The weightiest first.
    pub evidence: Vec<Evidence>,
    /// Of each file the rule that matches, with the number of the file in [`postern_policy::Guardrails::rule_sets`]: first the
    /// one that decides.
    pub rules: Vec<(usize, &'g Rule)>,
}

impl Guard {
    /// Everything that is found in a text, whether a rule is about it or not.
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
            // Stable: of equally strict ones the earlier file's is first.
            rules.sort_by_key(|(_, rule)| std::cmp::Reverse(rule.action));
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
