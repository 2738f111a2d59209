//! How good the detector of prompt injection is on its labelled corpus: `cargo test -p postern-detect --test injection -- --nocapture`
//! prints figures by source and by language, and what it got wrong.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use postern_detect::{Detector, DetectorSet, Scanner, Text};
use serde_json::Value;
use std::collections::BTreeMap;

const TEST: &str = include_str!("../../../tests/guardrail/corpus/injection/test.jsonl");
/// So many attacks are found at least, and so many of the harmless texts, which are full of the same words, at most.
const FOUND: f64 = 0.85;
const WRONGLY_FOUND: f64 = 0.05;

/// How many texts there are, and how many were found.
#[derive(Default)]
struct Count {
    texts: u32,
    found: u32,
}

impl Count {
    fn add(&mut self, found: bool) {
        self.texts += 1;
        self.found += u32::from(found);
    }

    fn share(&self) -> f64 {
        f64::from(self.found) / f64::from(self.texts.max(1))
    }
}

#[test]
fn attacks_are_found_and_texts_with_the_same_words_are_not() {
    let scanner = Scanner::new();
    let detectors: DetectorSet = [Detector::PromptInjection].into_iter().collect();
    let mut counts: BTreeMap<(String, bool), Count> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in TEST.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let (text, source, lang) = (&row["text"], &row["source"], &row["lang"]);
        let [text, source, lang] = [text, source, lang].map(|value| value.as_str().unwrap());
        let is_attack = !row["labels"].as_array().unwrap().is_empty();
        let findings = scanner.scan(&Text::new(text), detectors);
        for key in [format!("source {source}"), format!("language {lang}"), "all".to_owned()] {
            counts.entry((key, is_attack)).or_default().add(!findings.is_empty());
        }
        if is_attack == findings.is_empty() {
            let strongest = findings.iter().map(|finding| finding.confidence).max();
            let how = if is_attack { "missed " } else { "wrongly" };
            wrong.push(format!("{how} {:3} {lang} {text}", strongest.unwrap_or(0)));
        }
    }
    for ((key, is_attack), count) in &counts {
        let what = if *is_attack { "attacks " } else { "harmless" };
        println!("{key:32} {what} {:4} found {:4} {:.3}", count.texts, count.found, count.share());
    }
    println!("{}", wrong.join("\n"));
    let share = |is_attack| counts.get(&("all".to_owned(), is_attack)).unwrap().share();
    assert!(share(true) >= FOUND, "{}", share(true));
    assert!(share(false) <= WRONGLY_FOUND, "{}", share(false));
}
