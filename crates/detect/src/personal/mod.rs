//! Data about persons.
//!
//! Any text is read twice: once for words that announce a kind of data (`cue.rs`), and once for words with which a number may begin
//! (`view.rs`). Detectors start at these words and examine a bounded part of the text around them.

mod address;
mod bank;
mod card;
mod check;
mod coded;
mod coordinates;
mod cue;
mod date;
mod email;
mod escapes;
mod extension;
mod found;
mod name;
mod national;
mod network;
mod pattern;
mod phone;
mod profile;
mod resolve;
mod row;
mod vehicle;
mod view;

use crate::detector::{Detector, DetectorSet};
use crate::finding::Finding;
use crate::text::Text;
use found::Found;
use view::View;

/// The tables of this group's detectors.
pub struct Tables {
    lexicon: cue::Lexicon,
    rows: row::Rows,
    names: name::Names,
    months: date::Months,
}

impl Tables {
    /// Builds the tables.
    pub fn new() -> Self {
        let [first, second, third, fourth] = national::TABLES;
        let rows = row::Rows::new(&[
            card::ROWS,
            bank::ROWS,
            phone::ROWS,
            vehicle::ROWS,
            address::ROWS,
            first,
            second,
            third,
            fourth,
        ]);
        let (names, months) = (name::Names::new(), date::Months::new());
        Tables { lexicon: cue::Lexicon::new(), rows, names, months }
    }

    /// Appends the findings of these detectors.
    pub fn find(&self, text: &Text<'_>, detectors: DetectorSet, findings: &mut Vec<Finding>) {
        let plain = escapes::without_escapes(text.plain());
        let (cues, starts) = (self.lexicon.cues(text), view::starts(&plain));
        let view =
            View { text: &plain, cues: &cues, words: &starts.words, capitals: &starts.capitals };
        let mut found = self.all(&view, detectors);
        resolve::keep_best(&mut found);
        findings.extend(found.into_iter().map(|found| Finding {
            detector: found.detector,
            form: found.form,
            span: text.span_of_plain(found.span),
            confidence: found.confidence,
            evidence: found.evidence,
        }));
    }

    fn all(&self, view: &View<'_>, detectors: DetectorSet) -> Vec<Found> {
        let mut found = Vec::new();
        // A number is one thing only, so all detectors of numbers run, and the best finding is chosen afterwards.
        self.rows.find(view, &mut found);
        phone::find(view, &mut found);
        bank::find_ibans(view, &mut found);
        network::find(view, &mut found);
        coded::find(view, &mut found);
        coordinates::find(view, &mut found);
        self.months.find(view, &mut found);
        profile::find(view, &mut found);
        address::find(view, &mut found);
        if detectors.contains(Detector::Email) {
            email::find(view, &mut found);
        }
        if detectors.contains(Detector::PersonName) {
            self.names.find(view, &mut found);
        }
        found.retain(|found| detectors.contains(found.detector));
        found
    }
}

#[cfg(test)]
mod stages;
#[cfg(test)]
mod tests;
