//! Harmful content, by category, and bias.
//!
//! Lists of words in twelve languages give words their tags (`lexicon`); rules define which tags near each other mean harm, and
//! which make it a figure of speech, a report or a condemnation (`rules`). A profane word is found by itself.
//!
//! The span is the part of the sentence around the words that triggered a rule, at most sixteen words on both sides; of
//! profanity, the word. The lists in `data/` name their sources.
//!
//! Known limits: irony, allusion and the meaning of a whole story are not detected; languages other than English have the
//! frequent words only. A list of a slur's meanings is found as the slur unless it is called one.

use crate::detector::{Detector, DetectorSet};
use crate::finding::{Evidence, Finding};
use crate::text::Text;
use lexicon::{Lexicon, PROFANE, Tagged, Tags};
use rules::{Rule, WINDOW};

mod lexicon;
mod rules;
mod words;

/// How far a finding extends from its trigger at most, in bytes of the folded text.
const REACH: u32 = 200;

/// The longest finding that results from merging overlapping findings of a detector, in bytes.
const MAX_MERGED: usize = 600;

/// The tables of this group's detectors.
pub struct Tables {
    lexicon: Lexicon,
    /// The tags that trigger any rule.
    triggers: Tags,
}

impl Tables {
    /// Builds the tables.
    pub fn new() -> Self {
        Tables {
            lexicon: Lexicon::new(),
            triggers: rules::ALL.iter().fold(0, |tags, rule| tags | rule.trigger),
        }
    }

    /// Appends the findings of these detectors.
    pub fn find(&self, text: &Text<'_>, detectors: DetectorSet, findings: &mut Vec<Finding>) {
        let words = self.lexicon.tagged(text.folded());
        let mut found = Vec::new();
        for (index, word) in words.iter().enumerate() {
            if word.tags & PROFANE != 0 && detectors.contains(Detector::Profanity) {
                found.push(finding(text, Detector::Profanity, "word", 80, *word, *word));
            }
            if word.tags & self.triggers != 0 {
                let window = Window::around(&words, index);
                let rules = rules::ALL.iter().filter(|rule| {
                    word.tags & rule.trigger != 0 && detectors.contains(rule.detector)
                });
                found.extend(
                    rules.filter(|rule| window.fits(rule)).map(|rule| window.finding(text, rule)),
                );
            }
        }
        findings.extend(merged(found));
    }
}

/// The words around a trigger, within its sentence.
struct Window<'a> {
    words: &'a [Tagged],
    /// The index of the trigger in it.
    trigger: usize,
    /// The tags of all its words.
    tags: Tags,
}

impl<'a> Window<'a> {
    fn around(words: &'a [Tagged], index: usize) -> Self {
        let trigger = words.get(index).copied();
        let (start, end) = trigger.map_or((0, 0), |word| (word.start, word.end));
        let before = words.get(..=index).unwrap_or_default().iter().rev().take(WINDOW + 1);
        let mut first = index;
        for (steps, word) in before.enumerate() {
            if start - word.start > REACH {
                break;
            }
            first = index - steps;
            if word.begins {
                break;
            }
        }
        let after = words.get(index + 1..).unwrap_or_default().iter().take(WINDOW);
        let last = index
            + after
                .take_while(|word| !word.begins && word.end - end.min(word.end) <= REACH)
                .count();
        let words = words.get(first..=last).unwrap_or_default();
        Window {
            words,
            trigger: index - first,
            tags: words.iter().fold(0, |tags, word| tags | word.tags),
        }
    }

    fn fits(&self, rule: &Rule) -> bool {
        let with = rule.with == 0 || self.tags & rule.with != 0;
        with && self.tags & rule.unless == 0 && (rule.near == 0 || self.has_near(rule))
    }

    fn has_near(&self, rule: &Rule) -> bool {
        if self.tags & rule.near == 0 {
            return false;
        }
        let first = self.trigger.saturating_sub(rule.before);
        let near = self
            .words
            .iter()
            .enumerate()
            .skip(first)
            .take_while(|(at, _)| *at <= self.trigger + rule.after);
        // A word with both tags is not near itself.
        near.into_iter().any(|(at, word)| {
            at != self.trigger && word.tags & rule.near != 0 && self.is_clear(at, rule.between)
        })
    }

    /// Whether none of these tags is between a word and the trigger.
    fn is_clear(&self, at: usize, tags: Tags) -> bool {
        let (first, last) = (at.min(self.trigger), at.max(self.trigger));
        let between = self.words.iter().take(last).skip(first + 1);
        tags == 0 || between.into_iter().all(|word| word.tags & tags == 0)
    }

    fn finding(&self, text: &Text<'_>, rule: &Rule) -> Finding {
        let empty = Tagged { start: 0, end: 0, tags: 0, begins: false };
        let first = self.words.first().copied().unwrap_or(empty);
        let last = self.words.last().copied().unwrap_or(empty);
        finding(text, rule.detector, rule.form, rule.confidence, first, last)
    }
}

fn finding(
    text: &Text<'_>,
    detector: Detector,
    form: &'static str,
    confidence: u8,
    first: Tagged,
    last: Tagged,
) -> Finding {
    Finding {
        detector,
        form,
        span: text.span_of_folded(first.start as usize..last.end.max(first.end) as usize),
        confidence,
        evidence: vec![Evidence { feature: form, weight: f32::from(confidence) / 100.0 }],
    }
}

/// Merges overlapping findings of the same detector; the highest confidence stays.
fn merged(mut found: Vec<Finding>) -> Vec<Finding> {
    found.sort_by_key(|finding| (finding.detector, finding.span.start));
    let mut merged: Vec<Finding> = Vec::with_capacity(found.len());
    for finding in found {
        match merged.last_mut() {
            Some(last)
                if last.detector == finding.detector
                    && finding.span.start < last.span.end
                    && finding.span.end.max(last.span.end) - last.span.start <= MAX_MERGED =>
            {
                last.span.end = last.span.end.max(finding.span.end);
                if finding.confidence > last.confidence {
                    last.confidence = finding.confidence;
                    last.form = finding.form;
                    last.evidence = finding.evidence;
                }
            }
            _ => merged.push(finding),
        }
    }
    merged
}

#[cfg(test)]
mod tests;
