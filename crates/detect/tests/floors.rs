//! What the detectors of credentials and of harmful content find in the test split of their corpora, against floors.
//!
//! `cargo test -p postern-detect --test floors -- --nocapture` prints the figures.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use postern_detect::{Detector, Finding, Group, Scanner, Text};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Measured: 1.00. Required of structured secrets: 0.98.
const SECRETS_F1: f64 = 0.98;
/// Measured: 0.977, the mean over categories.
const MODERATION_MACRO_F1: f64 = 0.94;
/// Measured: none of 113 texts without harm.
const BENIGN_FLAGGED: f64 = 0.02;

fn corpus(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/guardrail/corpus")
        .join(name)
        .join("test.jsonl");
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn found(scanner: &Scanner, record: &Value, group: Group) -> Vec<Finding> {
    let detectors =
        Detector::ALL.iter().copied().filter(|detector| detector.group() == group).collect();
    scanner.scan(&Text::new(record["text"].as_str().unwrap()), detectors)
}

#[derive(Default)]
struct Counts {
    right: usize,
    wrong: usize,
    missed: usize,
}

impl Counts {
    fn f1(&self) -> f64 {
        2.0 * self.right as f64 / (2 * self.right + self.wrong + self.missed).max(1) as f64
    }

    fn print(&self, name: &str) {
        let precision = self.right as f64 / (self.right + self.wrong).max(1) as f64;
        let recall = self.right as f64 / (self.right + self.missed).max(1) as f64;
        println!("{name}: precision {precision:.3} recall {recall:.3} F1 {:.3}", self.f1());
    }
}

/// A finding is right if it overlaps a marked span.
#[test]
fn credentials() {
    let scanner = Scanner::new();
    let mut counts = Counts::default();
    for record in corpus("secrets") {
        let spans: Vec<(usize, usize)> = record["spans"]
            .as_array()
            .unwrap()
            .iter()
            .map(|span| (span[0].as_u64().unwrap() as usize, span[1].as_u64().unwrap() as usize))
            .collect();
        let findings = found(&scanner, &record, Group::Secret);
        let overlaps = |finding: &Finding, span: &(usize, usize)| {
            finding.span.start < span.1 && span.0 < finding.span.end
        };
        counts.right += spans
            .iter()
            .filter(|span| findings.iter().any(|finding| overlaps(finding, span)))
            .count();
        counts.missed += spans
            .iter()
            .filter(|span| !findings.iter().any(|finding| overlaps(finding, span)))
            .count();
        counts.wrong += findings
            .iter()
            .filter(|finding| !spans.iter().any(|span| overlaps(finding, span)))
            .count();
    }
    counts.print("credential");
    assert!(counts.f1() >= SECRETS_F1);
}

/// Categories overlap, so that one found besides a text's labels is wrong only where there are no labels.
#[test]
fn harm() {
    let scanner = Scanner::new();
    let mut all: BTreeMap<String, Counts> = BTreeMap::new();
    let (mut benign, mut flagged) = (0_usize, 0_usize);
    for record in corpus("moderation") {
        let labels: Vec<&str> =
            record["labels"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let mut names: Vec<&str> = found(&scanner, &record, Group::Moderation)
            .iter()
            .map(|finding| finding.detector.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        benign += usize::from(labels.is_empty());
        flagged += usize::from(labels.is_empty() && !names.is_empty());
        for label in &labels {
            let counts = all.entry((*label).to_owned()).or_default();
            counts.right += usize::from(names.contains(label));
            counts.missed += usize::from(!names.contains(label));
        }
        for name in names.iter().filter(|_| labels.is_empty()) {
            all.entry((*name).to_owned()).or_default().wrong += 1;
        }
    }
    all.iter().for_each(|(name, counts)| counts.print(name));
    let mean = all.values().map(Counts::f1).sum::<f64>() / all.len() as f64;
    println!("mean F1 {mean:.3}, {flagged} of {benign} texts without harm are flagged");
    assert!(mean >= MODERATION_MACRO_F1);
    assert!(flagged as f64 <= BENIGN_FLAGGED * benign as f64);
}
