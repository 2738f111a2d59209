//! Prompt injection and jailbreaks: instructions that are meant to override the operator's.
//!
//! A linear model scores each window of the text (a few sentences) by two kinds of features: concepts that follow each other, in
//! any of thirteen languages ([`lexicon`]), and words. Texts within the text, encoded or spelt otherwise ([`disguise`]), are scored
//! in the same way. Trigger words alone stay under the threshold: their combination counts, and the training data has texts about
//! injections as harmless ones.
//!
//! Known limits: docs/guardrail/injection.md.

mod disguise;
mod lexicon;

use crate::detector::{Detector, DetectorSet};
use crate::finding::{Evidence, Finding};
use crate::linear::{self, Event, Model, Output};
use crate::text::Text;
use lexicon::{Lexicon, Mention};
use std::ops::Range;

const MODEL: &[u8] = include_bytes!("model.bin");
/// How much lower the threshold is for an encoded text, because harmless instructions are rarely encoded.
const ENCODED_BONUS: f32 = 1.0;
/// How many nested encodings are decoded.
const DEPTH: usize = 2;

/// The tables of this group's detectors.
pub struct Tables {
    lexicon: Lexicon,
    model: Option<Model<1>>,
}

/// A part of the text whose score reaches the threshold.
struct Hit {
    span: Range<usize>,
    logit: f32,
    form: &'static str,
    evidence: Vec<Evidence>,
}

/// Adjacent windows of the folded text, and the strongest of them.
struct Windows {
    range: Range<usize>,
    strongest: Range<usize>,
    logit: f32,
}

impl Tables {
    /// Builds the tables.
    pub fn new() -> Self {
        Tables { lexicon: Lexicon::new(), model: Model::read(MODEL) }
    }

    /// Appends the findings of these detectors.
    pub fn find(&self, text: &Text<'_>, detectors: DetectorSet, findings: &mut Vec<Finding>) {
        let Some(model) = &self.model else { return };
        let lexicon = &self.lexicon;
        if !detectors.contains(Detector::PromptInjection) {
            return;
        }
        let [output] = *model.outputs();
        let mut hits = Judge { lexicon, model, output }.hits(text, false, DEPTH);
        hits.sort_by_key(|hit| (hit.span.start, hit.span.end));
        findings.extend(hits.into_iter().map(|hit| Finding {
            detector: Detector::PromptInjection,
            form: hit.form,
            span: hit.span,
            confidence: output.confidence(hit.logit),
            evidence: hit.evidence,
        }));
    }

    /// The hand-made features of a text, in order, for the trainer.
    #[cfg(feature = "training")]
    pub fn events(&self, text: &Text<'_>) -> Vec<Event> {
        let mut mentions = self.lexicon.mentions(text.folded(), false);
        add_signs(text, &mut mentions);
        lexicon::events(text.folded(), &mentions)
    }
}

/// The tables and the threshold.
#[derive(Clone, Copy)]
struct Judge<'t> {
    lexicon: &'t Lexicon,
    model: &'t Model<1>,
    output: Output,
}

impl Judge<'_> {
    /// The parts of a text, and of the texts hidden in it, whose score reaches the threshold.
    fn hits(self, text: &Text<'_>, joined: bool, depth: usize) -> Vec<Hit> {
        let mut mentions = self.lexicon.mentions(text.folded(), joined);
        let hidden = if depth > 0 { disguise::hidden(text, &mentions) } else { Vec::new() };
        add_signs(text, &mut mentions);
        let events = lexicon::events(text.folded(), &mentions);
        let mut windows = Vec::new();
        self.model.judge(text, &events, |window| {
            let [logit] = window.logits;
            if logit >= self.output.threshold {
                let (range, is_joint) = (window.range.clone(), window.is_joint);
                add_window(
                    &mut windows,
                    Windows { range, strongest: window.range, logit },
                    is_joint,
                );
            }
        });
        let hit = |found: Windows| Hit {
            span: text.span_of_folded(found.range),
            logit: found.logit,
            form: form(linear::within(&events, &found.strongest), self.model),
            evidence: self.model.explain(text, &events, &found.strongest, 0),
        };
        let mut hits: Vec<Hit> = windows.into_iter().map(hit).collect();
        for within in hidden {
            let lower = Judge { output: self.output.lowered(ENCODED_BONUS), ..self };
            let found = lower.hits(&Text::new(&within.text), within.joined, depth - 1);
            let strongest = found.into_iter().max_by(|a, b| a.logit.total_cmp(&b.logit));
            hits.extend(strongest.map(|hit| Hit {
                span: within.span,
                form: "encoded",
                logit: hit.logit + ENCODED_BONUS,
                ..hit
            }));
        }
        hits
    }
}

/// Adds a window; windows arrive in order of their ends. Adjacent windows form one finding, explained by the strongest. A joint
/// window does not extend a finding in one of its sentences.
fn add_window(windows: &mut Vec<Windows>, mut next: Windows, is_joint: bool) {
    if is_joint
        && let Some(last) = windows.last_mut()
        && next.range.start < last.range.end
    {
        if next.logit > last.logit {
            (last.strongest, last.logit) = (next.strongest, next.logit);
        }
        return;
    }
    while let Some(last) = windows.pop_if(|last| next.range.start <= last.range.end + 2) {
        next.range = last.range.start.min(next.range.start)..next.range.end;
        if last.logit > next.logit {
            (next.strongest, next.logit) = (last.strongest, last.logit);
        }
    }
    windows.push(next);
}

/// The form of a window: the form of the concepts with the most weight in it.
fn form(events: &[Event], model: &Model<1>) -> &'static str {
    let mut weights: Vec<(&'static str, f32)> = Vec::new();
    for event in events {
        let weight = model.hand_weight(event.feature, 0);
        for form in lexicon::form(event.feature).into_iter().filter(|form| !form.is_empty()) {
            match weights.iter_mut().find(|(known, _)| *known == form) {
                Some((_, sum)) => *sum += weight,
                None => weights.push((form, weight)),
            }
        }
    }
    let strongest = weights.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
    strongest.filter(|(_, weight)| *weight > 0.0).map_or("instruction", |(form, _)| form)
}

/// Adds signs that are not words: invisible characters within a word, and letters of several scripts.
fn add_signs(text: &Text<'_>, mentions: &mut Vec<Mention>) {
    let (folded, original) = (text.folded(), text.original());
    if original.is_ascii() {
        return;
    }
    let before = mentions.len();
    for range in ascii_words(folded) {
        let Some(written) = original.get(text.span_of_folded(range.clone())) else { continue };
        if written.is_ascii() {
            continue;
        }
        if let Some(concept) = disguise::sign(written) {
            mentions.push(Mention { start: range.start, end: range.end, concept });
        }
    }
    if mentions.len() != before {
        mentions.sort_by_key(|mention| mention.start);
    }
}

/// The words of two or more ASCII letters and digits, beside no letters of other alphabets.
fn ascii_words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..)?;
        let start = at + rest.iter().position(u8::is_ascii_alphanumeric)?;
        let word = bytes.get(start..)?;
        let length =
            word.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(word.len());
        at = start + length;
        Some(start..at)
    })
    .filter(|word| {
        let before = || text.get(..word.start)?.chars().next_back();
        let after = || text.get(word.end..)?.chars().next();
        let is_wide = |at: Option<usize>| {
            at.and_then(|at| bytes.get(at)).is_some_and(|byte| !byte.is_ascii())
        };
        word.len() > 1
            && !(is_wide(word.start.checked_sub(1)) && before().is_some_and(char::is_alphanumeric))
            && !(is_wide(Some(word.end)) && after().is_some_and(char::is_alphanumeric))
    })
}

#[cfg(test)]
mod tests;
