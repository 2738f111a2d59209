//! Advice to a person in fields where the law regulates who may give it: health, law, money.
//!
//! Advice tells a person to do something: a directive ("you should", "I recommend"), an action ("stop taking"), and a word of the
//! field ("your medication"), near each other in one sentence. The mention of a field is not advice, nor is a referral to a doctor,
//! a lawyer or an adviser, nor the same words in another field, such as programs or cooking.
//!
//! Known limits: docs/guardrail/advice.md.

mod lexicon;

use crate::detector::{Detector, DetectorSet};
use crate::finding::{Evidence, Finding};
use crate::text::Text;
use lexicon::{Lexicon, Tag, Tagged, Tags};
use std::ops::Range;

/// How many words around a directive are considered, and how many bytes.
const BEFORE: usize = 12;
const AFTER: usize = 20;
const REACH: usize = 160;

/// How many words after a directive may send the person to someone who may advise.
const REFERRED: usize = 8;

/// A field in which advice is regulated.
struct Field {
    detector: Detector,
    /// What the person is told to do.
    action: Tag,
    /// What it is about.
    topic: Tag,
}

const FIELDS: [Field; 3] = [
    Field { detector: Detector::MedicalAdvice, action: Tag::ActMedical, topic: Tag::Medical },
    Field { detector: Detector::LegalAdvice, action: Tag::ActLegal, topic: Tag::Legal },
    Field { detector: Detector::FinancialAdvice, action: Tag::ActFinancial, topic: Tag::Financial },
];

/// How a sentence advises, with its confidence in percent.
const DIRECTIVE: (&str, u8) = ("directive", 75);
const IMPERATIVE: (&str, u8) = ("imperative", 65);
const DIAGNOSIS: (&str, u8) = ("diagnosis", 70);
const QUESTION: (&str, u8) = ("question", 60);

/// The words that may make a sentence advice.
const TRIGGERS: [Tag; 7] = [
    Tag::Direct,
    Tag::Ask,
    Tag::Negative,
    Tag::Diagnosis,
    Tag::ActMedical,
    Tag::ActLegal,
    Tag::ActFinancial,
];

/// The tables of this group's detectors.
pub struct Tables {
    lexicon: Lexicon,
}

impl Tables {
    /// Builds the tables.
    pub fn new() -> Self {
        Tables { lexicon: Lexicon::new() }
    }

    /// Appends the findings of these detectors.
    pub fn find(&self, text: &Text<'_>, detectors: DetectorSet, findings: &mut Vec<Finding>) {
        let words = self.lexicon.tagged(text.folded());
        let mut ends = [0; FIELDS.len()];
        for at in 0..words.len() {
            let Some(near) = Near::new(&words, at) else { continue };
            let fields = FIELDS.iter().zip(&mut ends);
            for (field, end) in fields.filter(|(field, _)| detectors.contains(field.detector)) {
                let Some((form, confidence)) = near.advice(field) else { continue };
                let span = text.span_of_folded(near.range());
                // A sentence advises once.
                if span.start >= *end {
                    *end = span.end;
                    findings.push(finding(field.detector, form, confidence, span));
                }
            }
        }
    }
}

fn finding(detector: Detector, form: &'static str, confidence: u8, span: Range<usize>) -> Finding {
    let evidence = vec![Evidence { feature: form, weight: f32::from(confidence) / 100.0 }];
    Finding { detector, form, span, confidence, evidence }
}

/// The words of a sentence around one of them.
struct Near<'w> {
    words: &'w [Tagged],
    /// The index of the word.
    at: usize,
    /// The tags of all words.
    tags: Tags,
}

impl<'w> Near<'w> {
    /// The surroundings of a word that may make its sentence advice.
    fn new(words: &'w [Tagged], at: usize) -> Option<Self> {
        let middle = words.get(at).filter(|word| TRIGGERS.iter().any(|tag| word.tags.has(*tag)))?;
        let within = |word: &&Tagged| {
            word.range.end <= middle.range.end + REACH
                && word.range.start + REACH >= middle.range.start
        };
        let before = words.get(..at).unwrap_or_default().iter().rev();
        let first = match middle.begins {
            true => at,
            false => {
                let mut first = at;
                for word in before.take(BEFORE).take_while(within) {
                    first -= 1;
                    if word.begins {
                        break;
                    }
                }
                first
            }
        };
        let after = words.get(at + 1..).unwrap_or_default().iter();
        let count = after.take(AFTER).take_while(within).take_while(|word| !word.begins).count();
        let words = words.get(first..=at + count).unwrap_or_default();
        let tags = words.iter().fold(Tags::default(), |tags, word| tags.with(word.tags));
        Some(Near { words, at: at - first, tags })
    }

    fn range(&self) -> Range<usize> {
        let first = self.words.first().map_or(0, |word| word.range.start);
        let ends = self.words.iter().map(|word| word.range.end);
        first..ends.max().unwrap_or(first)
    }

    /// Whether the word makes the sentence advice in a field, and how.
    fn advice(&self, field: &Field) -> Option<(&'static str, u8)> {
        let word = self.words.get(self.at)?;
        if self.tags.has(Tag::Other) {
            return None;
        }
        let is_about = self.tags.has(field.topic) && self.acts_elsewhere(field);
        if word.tags.has(Tag::Direct) && is_about && !self.refers() {
            return Some(DIRECTIVE);
        }
        if word.tags.has(Tag::Ask) && is_about {
            return Some(QUESTION);
        }
        let is_medical = field.detector == Detector::MedicalAdvice;
        if is_medical && word.tags.has(Tag::Diagnosis) && self.follows(Tag::Condition, 8) {
            return Some(DIAGNOSIS);
        }
        let is_not = word.tags.has(Tag::Negative) && self.follows(field.action, 3);
        let aims = is_not || self.follows(Tag::Your, 5) || is_medical && self.tags.has(Tag::Dose);
        let is_told = self.is_first() && aims && (is_not || word.tags.has(field.action));
        (is_told && self.follows(field.topic, 12) && !self.refers()).then_some(IMPERATIVE)
    }

    /// Whether the action and the topic are said by different words.
    fn acts_elsewhere(&self, field: &Field) -> bool {
        let has = |tag| self.words.iter().enumerate().filter(move |(_, word)| word.tags.has(tag));
        has(field.action).any(|(act, _)| has(field.topic).any(|(topic, _)| topic != act))
    }

    /// Whether the word begins its sentence, or follows its number.
    fn is_first(&self) -> bool {
        let begins = |at: usize| self.words.get(at).is_some_and(|word| word.begins);
        let number = self.at.checked_sub(1).filter(|at| begins(*at));
        begins(self.at)
            || number.is_some_and(|at| self.words.get(at).is_some_and(|word| word.is_number))
    }

    fn follows(&self, tag: Tag, within: usize) -> bool {
        self.words.iter().skip(self.at + 1).take(within).any(|word| word.tags.has(tag))
    }

    fn refers(&self) -> bool {
        let near = self.words.iter().skip(self.at.saturating_sub(REFERRED)).take(2 * REFERRED + 1);
        near.into_iter().any(|word| word.tags.has(Tag::Refer))
    }
}

#[cfg(test)]
mod tests;
