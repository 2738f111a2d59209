//! Findings as JSON, a line for each line of the standard input, which is a JSON string: for comparisons with programs in other languages.
//!
//! `cargo run --release -p postern-detect --example scan < texts.jsonl`

use postern_detect::{DetectorSet, Scanner, Text};
use serde_json::json;
use std::io::{self, BufRead, Write};

fn main() -> io::Result<()> {
    let scanner = Scanner::new();
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let text: String = serde_json::from_str(&line?)?;
        let findings = scanner.scan(&Text::new(&text), DetectorSet::all());
        let rows = findings.iter().map(|found| {
            json!([
                found.detector.as_str(),
                found.form,
                found.span.start,
                found.span.end,
                found.confidence
            ])
        });
        writeln!(out, "{}", json!(rows.collect::<Vec<_>>()))?;
    }
    out.flush()
}
