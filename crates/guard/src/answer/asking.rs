//! The questions about an answer.
//!
//! What must be asked depends on the windows alone, and so on the text: an answer gets the same questions however it is cut. As
//! long as one is open, the answer is as it was before the pieces that led to it.

use super::{Answer, Text, View};
use crate::ask::{self, Group, Questions};
use crate::decide::{Decided, changes, covered};
use crate::opinion::Heard;
use crate::rules::Source;
use crate::tally::Tally;
use crate::validate::{Judge, Seen};
use postern_policy::{Action, Rule};
use postern_types::guardrail::{Opinion, Question};
use postern_types::provider::Place;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What was asked about an answer.
pub struct Asked<'g> {
    /// Whether any rule asks.
    is_any: bool,
    max: usize,
    questions: Questions<'g>,
    /// The questions that decisions so far depend on.
    used: BTreeSet<usize>,
    /// The questions that must be asked now.
    waiting: Vec<usize>,
}

/// An opinion on a part of a text. It holds for all that its rule finds within that part, since the model has read it.
#[derive(Clone)]
pub struct Judged<'g> {
    rule: &'g Rule,
    sources: BTreeSet<Source>,
    span: Range<usize>,
    heard: Heard,
}

/// An answer before pieces that may lead to questions.
pub struct Before<'g> {
    texts: BTreeMap<(u32, u32, u32, u8), Text<'g>>,
    tally: Tally,
    used: BTreeSet<usize>,
    seen: Option<Seen>,
}

impl Asked<'_> {
    /// Nothing was asked. At most `max` questions are asked about an answer.
    pub fn new(is_any: bool, max: usize) -> Self {
        Asked {
            is_any,
            max,
            questions: Questions::default(),
            used: BTreeSet::new(),
            waiting: Vec::new(),
        }
    }

    /// Whether a model must be asked before anything else is decided.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }
}

impl<'g> Answer<'g> {
    /// Takes the opinions on the questions that the last call returned.
    pub fn take_opinions(&mut self, opinions: &[Opinion]) {
        self.asked.questions.take(opinions);
    }

    /// What is needed to return to this state; `None` if no rule asks.
    pub(super) fn before(&self) -> Option<Before<'g>> {
        self.asked.is_any.then(|| Before {
            texts: self.texts.clone(),
            tally: self.tally.clone(),
            used: self.asked.used.clone(),
            seen: self.judge.as_ref().map(Judge::seen),
        })
    }

    /// The questions that must be asked. If there are any, all else is as it was before.
    pub(super) fn questions(&mut self, before: Option<Before<'g>>) -> Option<Vec<Question>> {
        let waiting = std::mem::take(&mut self.asked.waiting);
        let before = before.filter(|_| !waiting.is_empty())?;
        self.texts = before.texts;
        self.tally = before.tally;
        self.asked.used = before.used;
        if let (Some(judge), Some(seen)) = (&mut self.judge, before.seen) {
            judge.return_to(&seen);
        }
        Some(waiting.into_iter().filter_map(|at| self.asked.questions.question(at)).collect())
    }

    /// Applies what models have said to the findings of a window, and returns its end. `None` if a model must be asked before.
    pub(super) fn heard(
        &mut self,
        at: Place,
        view: &View,
        decided: &mut [Decided<'g>],
    ) -> Option<usize> {
        let judged = self.texts.get(&at.key()).map(|text| text.judged.clone()).unwrap_or_default();
        loop {
            let end = end(view, decided);
            decided.iter_mut().for_each(|one| hear_again(view, &judged, one));
            let groups = ask::groups(decided, &view.text, |one| one.span.start < end);
            if groups.is_empty() {
                return Some(self::end(view, decided));
            }
            let replaced: ask::Replaced = changes(decided, Action::Mask)
                .into_iter()
                .map(|change| {
                    let original = view.text.get(change.span.clone()).unwrap_or_default();
                    let name = self.guard.eyes.name(change.by.source);
                    (change.span, covered(change.by.action, &name, original))
                })
                .collect();
            for group in groups {
                let text = ask::edited(&view.text, &group.span, &replaced);
                if let Some(heard) = self.opinion(&group, text) {
                    self.note(at, view, &group, heard);
                    group.findings.iter().for_each(|finding| {
                        if let Some(one) = decided.get_mut(*finding) {
                            one.hear(group.rule, heard);
                        }
                    });
                }
            }
            if self.asked.is_waiting() {
                return None;
            }
        }
    }

    /// The opinion on a group, if its model was asked; otherwise it must be.
    fn opinion(&mut self, group: &Group<'g>, text: String) -> Option<Heard> {
        let category = ask::category(&self.guard.eyes, &group.sources);
        let Asked { questions, used, waiting, max, .. } = &mut self.asked;
        let question = questions.note(group.rule, category, text);
        if !used.contains(&question) {
            if used.len() >= *max {
                return Some(Heard::TooMany);
            }
            used.insert(question);
        }
        let heard = questions.opinion(question);
        if heard.is_none() && !waiting.contains(&question) {
            waiting.push(question);
        }
        heard
    }

    /// Remembers an opinion, for the windows that follow.
    fn note(&mut self, at: Place, view: &View, group: &Group<'g>, heard: Heard) {
        let Some(text) = self.texts.get_mut(&at.key()) else { return };
        // What is before the view is not read again.
        text.judged.retain(|judged| judged.span.end > view.offset);
        text.judged.push(Judged {
            rule: group.rule,
            sources: group.sources.clone(),
            span: view.offset + group.span.start..view.offset + group.span.end,
            heard,
        });
    }
}

/// Applies the opinions on text that models have read in earlier windows.
fn hear_again(view: &View, judged: &[Judged<'_>], one: &mut Decided<'_>) {
    let span = view.offset + one.span.start..view.offset + one.span.end;
    for judged in judged {
        let is_within = judged.span.start <= span.start && span.end <= judged.span.end;
        if is_within && judged.sources.contains(&one.source) {
            one.hear(judged.rule, judged.heard);
        }
    }
}

/// Where a window ends: it is longer by what is changed of a finding that reaches further.
fn end(view: &View, decided: &[Decided<'_>]) -> usize {
    let mut end = view.end;
    // They are sorted by where they begin.
    for one in decided.iter().filter(|one| one.action > Action::Anonymise) {
        if one.span.start < end {
            end = end.max(one.span.end);
        }
    }
    end
}
