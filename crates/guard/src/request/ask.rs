//! The questions about a request, and what the opinions on them decide.

use super::{Guard, Scanned};
use crate::ask::{self, Group, Questions};
use crate::opinion::Heard;
use crate::vault::Vault;
use postern_policy::Action;
use postern_types::Prompt;
use postern_types::guardrail::{Opinion, Question};

impl Guard {
    /// The questions that must be asked before the decision. None are left once there are opinions.
    ///
    /// Nothing is asked about a request that is refused anyway. Findings beyond the bound on questions are decided as if the model
    /// had agreed.
    pub(super) fn ask(
        &self,
        scanned: &mut [Scanned<'_, '_>],
        prompt: &Prompt,
        vault: &Vault,
        opinions: &[Opinion],
    ) -> Vec<Question> {
        if is_refused(scanned) || !is_open(scanned) {
            return Vec::new();
        }
        let replaced = self.replaced(scanned, prompt, &mut vault.clone());
        let mut questions = Questions::default();
        let mut asked: Vec<(usize, Group<'_>, usize)> = Vec::new();
        for (at, (one, replaced)) in scanned.iter().zip(&replaced).enumerate() {
            for group in ask::groups(&one.decided, &one.part.text, |_| true) {
                let text = ask::edited(&one.part.text, &group.span, replaced);
                let category = ask::category(&self.eyes, &group.sources);
                let question = questions.note(group.rule, category, text);
                asked.push((at, group, question));
            }
        }
        let beyond = |question: usize| question >= self.max_questions;
        for (at, group, _) in asked.iter().filter(|(_, _, question)| beyond(*question)) {
            hear(scanned, *at, group, Heard::TooMany);
        }
        if is_refused(scanned) {
            return Vec::new();
        }
        if opinions.is_empty() {
            return (0..self.max_questions).map_while(|at| questions.question(at)).collect();
        }
        questions.take(opinions);
        for (at, group, question) in asked.iter().filter(|(_, _, question)| !beyond(*question)) {
            if let Some(heard) = questions.opinion(*question) {
                hear(scanned, *at, group, heard);
            }
        }
        Vec::new()
    }
}

fn is_refused(scanned: &[Scanned<'_, '_>]) -> bool {
    let mut decided = scanned.iter().flat_map(|scanned| &scanned.decided);
    decided.any(|one| one.action >= Action::Replace)
}

fn is_open(scanned: &[Scanned<'_, '_>]) -> bool {
    scanned.iter().flat_map(|scanned| &scanned.decided).any(|one| one.open().next().is_some())
}

fn hear(scanned: &mut [Scanned<'_, '_>], at: usize, group: &Group<'_>, heard: Heard) {
    let Some(scanned) = scanned.get_mut(at) else { return };
    for finding in &group.findings {
        if let Some(one) = scanned.decided.get_mut(*finding) {
            one.hear(group.rule, heard);
        }
    }
}
