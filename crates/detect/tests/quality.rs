//! How well the detectors do on the labelled texts of `tests/guardrail/corpus`, per detector: the table in `docs/guardrail/quality.md` is what is measured.
//!
//! A folder of the corpus has the name of its group and is used for the detectors of that group. A finding is right if it overlaps a labelled span of its
//! detector; a labelled span is found if a finding overlaps it. Texts of the split `test` count; those of `train` were looked at while detectors were written.
//! `UPDATE_GOLDEN=1 cargo test -p postern-detect --test quality` writes the page anew. `SPLIT=train` prints the failures of the other split.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use postern_detect::{Detector, DetectorSet, Group, Scanner, Text};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

const HEAD: &str = "<!-- Made by crates/detect/tests/quality.rs: UPDATE_GOLDEN=1 writes it anew. -->\n# How well the detectors do\n\n\
    Measured on the texts of `tests/guardrail/corpus` whose split is `test`. **The figures flatter:** the texts are made up, and misses among them were \
    read while the detectors were corrected. A finding counts as right if it overlaps a labelled span of the same detector; *exact* is the share of right findings that \
    cover that span and nothing else. Detectors that judge a whole text count texts. Categories of moderation overlap: here a category besides a text's labels \
    counts as wrong; [moderation.md](moderation.md#figures) counts it as wrong only in a text without labels.\n";

/// What a detector did.
#[derive(Default)]
struct Score {
    texts: usize,
    labelled: usize,
    found: usize,
    exact: usize,
    right: usize,
    wrong: usize,
    failures: Vec<String>,
}

/// A labelled text.
struct Labelled {
    place: String,
    text: String,
    spans: Vec<(Range<usize>, Detector)>,
    labels: Vec<Detector>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn group_of(folder: &str) -> Group {
    match folder {
        "personal" => Group::Personal,
        "secrets" => Group::Secret,
        "injection" => Group::Injection,
        "moderation" => Group::Moderation,
        other => panic!(
            "{other}: no group has this name; a folder of the corpus is personal, secrets, injection or moderation"
        ),
    }
}

fn folders() -> Vec<String> {
    let entries =
        std::fs::read_dir(root().join("tests/guardrail/corpus")).unwrap().map(Result::unwrap);
    let is_group =
        |entry: &std::fs::DirEntry| entry.path().is_dir() && files(&entry.path()).next().is_some();
    let mut names: Vec<String> =
        entries.filter(is_group).map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|end| end == "jsonl")).collect();
    paths.sort();
    paths.into_iter()
}

fn labelled(folder: &str, split: &str) -> Vec<Labelled> {
    let mut all = Vec::new();
    for path in files(&root().join("tests/guardrail/corpus").join(folder)) {
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        for (number, line) in std::fs::read_to_string(&path).unwrap().lines().enumerate() {
            let place = format!("{folder}/{file}:{}", number + 1);
            let row: Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{place}: {error}"));
            if row["split"] == split {
                all.push(read(place, &row));
            }
        }
    }
    all
}

fn read(place: String, row: &Value) -> Labelled {
    let detector = |name: &Value| {
        let name = name.as_str().unwrap_or_default();
        Detector::from_name(name)
            .unwrap_or_else(|| panic!("{place}: no detector is called {name:?}"))
    };
    let number = |value: &Value| value.as_u64().unwrap() as usize;
    let spans = row["spans"].as_array().into_iter().flatten();
    let spans =
        spans.map(|span| (number(&span[0])..number(&span[1]), detector(&span[2]))).collect();
    let labels = row["labels"].as_array().into_iter().flatten().map(detector).collect();
    let text = row["text"].as_str().unwrap().to_owned();
    Labelled { place, text, spans, labels }
}

fn overlaps(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

fn judge(
    scanner: &Scanner,
    group: Group,
    labelled: &Labelled,
    scores: &mut BTreeMap<Detector, Score>,
) {
    let of_group = Detector::ALL.iter().copied().filter(|detector| detector.group() == group);
    let findings =
        scanner.scan(&Text::new(&labelled.text), of_group.clone().collect::<DetectorSet>());
    for detector in of_group {
        let score = scores.entry(detector).or_default();
        let found: Vec<&Range<usize>> = findings
            .iter()
            .filter(|found| found.detector == detector)
            .map(|found| &found.span)
            .collect();
        let is_labelled = labelled.labels.contains(&detector);
        if is_labelled || matches!(group, Group::Injection | Group::Moderation) {
            score.count_text(&labelled.place, &labelled.text, is_labelled, !found.is_empty());
            continue;
        }
        let expected: Vec<&Range<usize>> =
            labelled.spans.iter().filter(|(_, of)| *of == detector).map(|(span, _)| span).collect();
        score.count_spans(labelled, &expected, &found);
    }
}

impl Score {
    fn count_text(&mut self, place: &str, text: &str, is_labelled: bool, is_found: bool) {
        self.texts += usize::from(is_labelled);
        self.labelled += usize::from(is_labelled);
        self.found += usize::from(is_labelled && is_found);
        self.right += usize::from(is_labelled && is_found);
        self.wrong += usize::from(!is_labelled && is_found);
        if is_labelled != is_found {
            let kind = if is_labelled { "missed" } else { "wrong" };
            let short: String = text
                .chars()
                .take(80)
                .map(|character| if character == '\n' { ' ' } else { character })
                .collect();
            self.failures.push(format!("`{place}` {kind}: `{}`", short.replace('`', "'")));
        }
    }

    fn count_spans(
        &mut self,
        labelled: &Labelled,
        expected: &[&Range<usize>],
        found: &[&Range<usize>],
    ) {
        self.texts += usize::from(!expected.is_empty());
        self.labelled += expected.len();
        let mut fail = |kind: &str, span: &Range<usize>| {
            let text = labelled.text[span.clone()].replace('\n', "\\n").replace('`', "'");
            self.failures.push(format!("`{}` {kind}: `{text}`", labelled.place));
        };
        for span in expected {
            match found.iter().any(|other| overlaps(other, span)) {
                true => self.found += 1,
                false => fail("missed", span),
            }
            self.exact += usize::from(found.contains(span));
        }
        for span in found {
            match expected.iter().any(|other| overlaps(other, span)) {
                true => self.right += 1,
                false => {
                    self.wrong += 1;
                    fail("wrong", span);
                }
            }
        }
    }

    fn row(&self, name: &str) -> String {
        let ratio =
            |part: usize, whole: usize| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
        let precision = ratio(self.right, self.right + self.wrong);
        let recall = ratio(self.found, self.labelled);
        let f1 = if precision + recall == 0.0 {
            0.0
        } else {
            2.0 * precision * recall / (precision + recall)
        };
        let exact = if self.exact == 0 {
            "-".to_owned()
        } else {
            format!("{:.2}", ratio(self.exact, self.found))
        };
        format!(
            "| {name} | {} | {} | {precision:.3} | {recall:.3} | {f1:.3} | {exact} | {} |",
            self.texts, self.labelled, self.wrong
        )
    }
}

fn measure(folder: &str, split: &str) -> (usize, BTreeMap<Detector, Score>) {
    let scanner = Scanner::new();
    let texts = labelled(folder, split);
    let mut scores = BTreeMap::new();
    for labelled in &texts {
        judge(&scanner, group_of(folder), labelled, &mut scores);
    }
    scores.retain(|_, score: &mut Score| score.labelled > 0 || score.wrong > 0);
    (texts.len(), scores)
}

fn page(split: &str) -> String {
    let mut page = HEAD.to_owned();
    for folder in folders() {
        let (texts, scores) = measure(&folder, split);
        write!(page, "\n## {folder}\n\n{texts} texts.\n\n| detector | texts | labelled | precision | recall | F1 | exact | wrong |\n|---|---|---|---|---|---|---|---|\n").unwrap();
        for (detector, score) in &scores {
            writeln!(page, "{}", score.row(detector.as_str())).unwrap();
        }
        writeln!(page, "\n### Failures of {folder}\n").unwrap();
        for (detector, score) in scores.iter().filter(|(_, score)| !score.failures.is_empty()) {
            writeln!(page, "**{}**\n", detector.as_str()).unwrap();
            score.failures.iter().for_each(|failure| writeln!(page, "- {failure}").unwrap());
            page.push('\n');
        }
    }
    format!("{}\n", page.trim_end())
}

#[test]
fn the_page_says_what_is_measured() {
    if let Ok(split) = std::env::var("SPLIT") {
        println!("{}", page(&split));
        return;
    }
    let path = root().join("docs/guardrail/quality.md");
    let measured = page("test");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &measured).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let differs =
        written.lines().zip(measured.lines()).find(|(written, measured)| written != measured);
    assert!(
        written == measured,
        "docs/guardrail/quality.md is not what is measured, first at {differs:?}: run the test with UPDATE_GOLDEN=1 and review the difference"
    );
}
