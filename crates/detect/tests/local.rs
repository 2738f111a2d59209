//! A finding depends on [`CONTEXT_BYTES`] around it and no more, so that a stream can be decided piece by piece: all texts of the corpus are put one behind
//! the other, and what is found there is also found in the piece around it, and the other way round.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use postern_detect::{CONTEXT_BYTES, Detector, DetectorSet, Finding, Group, Scanner, Text};
use serde_json::Value;
use std::path::Path;

fn texts() -> Vec<String> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/guardrail/corpus/personal");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let text = |line: &str| {
        serde_json::from_str::<Value>(line).unwrap()["text"].as_str().unwrap().to_owned()
    };
    let files = paths.iter().map(|path| std::fs::read_to_string(path).unwrap());
    files.map(|file| file.lines().map(text).collect::<Vec<_>>().join(" ")).collect()
}

fn what(finding: &Finding, offset: usize) -> (Detector, &'static str, usize, usize, u8) {
    let (start, end) = (finding.span.start + offset, finding.span.end + offset);
    (finding.detector, finding.form, start, end, finding.confidence)
}

fn personal() -> DetectorSet {
    Detector::ALL.iter().copied().filter(|one| one.group() == Group::Personal).collect()
}

#[test]
fn a_finding_depends_on_what_is_near_it() {
    let scanner = Scanner::new();
    let personal = personal();
    let mut differing = Vec::new();
    for text in texts() {
        let whole = scanner.scan(&Text::new(&text), personal);
        for finding in whole.iter().step_by(3) {
            let start = text.floor_char_boundary(finding.span.start.saturating_sub(CONTEXT_BYTES));
            let end = text.ceil_char_boundary(finding.span.end + CONTEXT_BYTES);
            let piece = scanner.scan(&Text::new(&text[start..end]), personal);
            let (expected, piece): (_, Vec<_>) =
                (what(finding, 0), piece.iter().map(|found| what(found, start)).collect());
            if !piece.contains(&expected) {
                differing.push(format!("{expected:?} in {:?}", &text[start..end]));
            }
        }
    }
    assert!(differing.is_empty(), "{} differ: {:#?}", differing.len(), differing.first());
}

#[test]
fn a_piece_has_nothing_that_the_whole_has_not() {
    let scanner = Scanner::new();
    let personal = personal();
    let mut differing = Vec::new();
    for text in texts() {
        let whole = scanner.scan(&Text::new(&text), personal);
        let whole: Vec<_> = whole.iter().map(|found| what(found, 0)).collect();
        for start in (0..text.len()).step_by(700) {
            let start = text.floor_char_boundary(start);
            let end = text.ceil_char_boundary((start + 1400).min(text.len()));
            let piece = scanner.scan(&Text::new(&text[start..end]), personal);
            // What stands nearer to a cut than what it depends on may differ.
            let sure = start + CONTEXT_BYTES..end.saturating_sub(CONTEXT_BYTES);
            let found = piece.iter().map(|found| what(found, start));
            let inner = found.filter(|found| sure.start <= found.2 && found.3 <= sure.end);
            differing.extend(
                inner
                    .filter(|found| !whole.contains(found))
                    .map(|found| format!("{found:?} in {:?}", &text[start..end])),
            );
        }
    }
    assert!(differing.is_empty(), "{} differ: {:#?}", differing.len(), differing.first());
}
