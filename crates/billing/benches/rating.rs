//! How long a million rows of the ledger take to rate: `cargo bench -p postern-billing --bench rating`.
#![allow(missing_docs, clippy::unwrap_used)]

use postern_billing::Period;
use postern_billing::price::PlanPrice;
use postern_billing::rating::Rater;
use postern_billing::subscription::Span;
use postern_billing::usage::{Tokens, UsageRow, rows};
use postern_trail::record::{AttemptRecord, RequestOutcome, TokenCounts};
use postern_trail::{Name, Record};
use std::collections::BTreeMap;
use std::time::Instant;

const ROWS: u64 = 1_000_000;
const MODELS: [&str; 4] = ["gpt-4o", "gpt-4o-mini", "claude-haiku", "llama"];
const PERIOD: Period = Period { start_s: 1_796_083_200, end_s: 1_798_761_600 };

const ATTEMPT: &str = r#"{"deployment":"openai/gpt-4o","provider":"openai","model":"gpt-4o","outcome":"answered",
    "started_us":900,"duration_us":40000,"status":200}"#;

fn main() {
    let price =
        PlanPrice::from_toml(include_str!("../tests/prices/valid/everything.toml")).unwrap();
    let prices = BTreeMap::from([(price.plan.clone(), price)]);
    let span = Span { period: PERIOD, plan: "team".to_owned(), seats: 5, is_trial: false };
    let empty = Rater::new(PERIOD, &[span], &prices).unwrap();

    let mut rater = empty.clone();
    let began = Instant::now();
    (0..ROWS).for_each(|number| rater.add(&row(number)));
    let lines = rater.rate().unwrap().lines.len();
    report("rows", lines, began);

    // As they come out of the ledger: a line of JSON each.
    let record = record().to_json();
    let mut rater = empty;
    let began = Instant::now();
    for _ in 0..ROWS {
        let record = Record::from_json(&record).unwrap();
        rows(&record).iter().for_each(|row| rater.add(row));
    }
    let lines = rater.rate().unwrap().lines.len();
    report("records", lines, began);
}

fn row(number: u64) -> UsageRow<'static> {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    UsageRow {
        started_unix_ms: 1_796_083_200_000 + number * 2_678,
        model: MODELS.get((mixed % 4) as usize).unwrap(),
        requests: 1,
        tokens: Tokens { input: mixed % 5_000, output: mixed % 700, ..Tokens::default() },
        cost_nano_usd: Some(mixed % 40_000_000),
    }
}

fn record() -> Record {
    let attempt: AttemptRecord = serde_json::from_str(ATTEMPT).unwrap();
    Record {
        attempts: vec![attempt],
        outcome: RequestOutcome::Complete,
        tokens: Some(TokenCounts { input: 1_200, output: 300, ..TokenCounts::default() }),
        cost_nano_usd: Some(360_000),
        ..Record::new(Name::from_policy("0192f0c1-8f7e-7c3a-9d2b-0123456789ab"), 1_796_083_200_001)
    }
}

fn report(what: &str, lines: usize, began: Instant) {
    let seconds = began.elapsed().as_secs_f64();
    println!("{what}: {ROWS} rated in {seconds:.2} s, {lines} lines");
}
