//! Second opinions: which findings a model is asked about, and what it gets to read.
//!
//! A question is about the findings of one rule that are near each other in one text. Its text is that of the findings with their
//! surroundings, edited as the other rules want it.

use crate::decide::Decided;
use crate::opinion::Heard;
use crate::rules::Source;
use postern_policy::Rule;
use postern_types::guardrail::Question;
use std::collections::BTreeSet;
use std::ops::Range;

mod category;

pub use category::category;

/// The longest text that a model is asked about: a page. What is replaced in it may make it longer.
const MAX_BYTES: usize = 2_000;

/// What is replaced in a text, sorted and without overlaps.
pub type Replaced = Vec<(Range<usize>, String)>;

/// The findings of one rule that one question is about.
pub struct Group<'r> {
    pub rule: &'r Rule,
    pub sources: BTreeSet<Source>,
    /// The part of the text that the model reads.
    pub span: Range<usize>,
    /// The indices of the findings.
    pub findings: Vec<usize>,
}

/// The questions about a text: one for each rule, or several if its findings are far from each other. `concerns` says about which
/// findings questions are asked now.
pub fn groups<'r>(
    decided: &[Decided<'r>],
    text: &str,
    concerns: impl Fn(&Decided<'r>) -> bool,
) -> Vec<Group<'r>> {
    let mut groups: Vec<Group<'r>> = Vec::new();
    for (at, one) in decided.iter().enumerate().filter(|(_, one)| concerns(one)) {
        for rule in one.open() {
            let near = groups.iter_mut().rfind(|group| std::ptr::eq(group.rule, rule));
            // They are sorted by where they begin.
            let near = near
                .filter(|group| one.span.end.max(group.span.end) <= group.span.start + MAX_BYTES);
            match near {
                Some(group) => {
                    group.span.end = group.span.end.max(one.span.end);
                    group.sources.insert(one.source);
                    group.findings.push(at);
                }
                None => groups.push(Group {
                    rule,
                    sources: BTreeSet::from([one.source]),
                    span: one.span.clone(),
                    findings: vec![at],
                }),
            }
        }
    }
    for group in &mut groups {
        group.span = surroundings(text, &group.span);
    }
    groups
}

/// The range widened on both sides to the length that a model reads, or the beginning of a longer range.
fn surroundings(text: &str, span: &Range<usize>) -> Range<usize> {
    let spare = MAX_BYTES.saturating_sub(span.len());
    let after = (text.len().saturating_sub(span.end)).min(spare);
    let before = span.start.min(spare - after.min(spare / 2));
    let start = span.start - before;
    let end = (start + MAX_BYTES).min(text.len());
    text.ceil_char_boundary(start)..text.floor_char_boundary(end)
}

/// A part of a text, with what is replaced in it.
pub fn edited(text: &str, span: &Range<usize>, replaced: &Replaced) -> String {
    let mut out = String::with_capacity(span.len());
    let mut done = span.start;
    for (range, with) in replaced {
        if range.end <= span.start || range.start >= span.end {
            continue;
        }
        out.push_str(text.get(done..range.start.max(done)).unwrap_or_default());
        out.push_str(with);
        done = range.end.max(done);
    }
    out.push_str(text.get(done..span.end.max(done)).unwrap_or_default());
    out
}

/// The questions about a request or an answer, each once, and what is known of the opinions on them.
#[derive(Default)]
pub struct Questions<'r>(Vec<Known<'r>>);

/// A question, and the opinion on it.
struct Known<'r> {
    rule: &'r Rule,
    category: String,
    text: String,
    /// `None` until the model was asked.
    opinion: Option<Option<bool>>,
}

impl<'r> Questions<'r> {
    /// The index of a question.
    pub fn note(&mut self, rule: &'r Rule, category: String, text: String) -> usize {
        let is_same = |known: &Known<'r>| {
            std::ptr::eq(known.rule, rule) && known.category == category && known.text == text
        };
        if let Some(at) = self.0.iter().position(is_same) {
            return at;
        }
        self.0.push(Known { rule, category, text, opinion: None });
        self.0.len() - 1
    }

    /// The opinion on a question, if its model was asked.
    pub fn opinion(&self, at: usize) -> Option<Heard> {
        let known = self.0.get(at)?;
        Some(Heard::from_opinion(known.rule, known.opinion?))
    }

    /// Takes opinions. A question without one among them has none: it is not asked again.
    pub fn take(&mut self, opinions: &[postern_types::guardrail::Opinion]) {
        for (at, known) in self.0.iter_mut().enumerate() {
            if known.opinion.is_none() {
                let id = at.to_string();
                let opinion = opinions.iter().find(|opinion| opinion.id == id);
                known.opinion = Some(opinion.and_then(|opinion| opinion.agrees));
            }
        }
    }

    /// The question for the gateway.
    pub fn question(&self, at: usize) -> Option<Question> {
        let Known { rule, category, text, .. } = self.0.get(at)?;
        let ask = rule.ask.as_ref()?;
        Some(Question {
            id: at.to_string(),
            rule: rule.name.clone(),
            model: ask.model.clone(),
            category: category.clone(),
            text: text.clone(),
            timeout_ms: ask.timeout_ms,
        })
    }
}

#[cfg(test)]
mod tests;
