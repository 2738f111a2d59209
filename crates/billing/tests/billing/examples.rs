//! The worked examples of `docs/billing.md`, calculated.

use crate::fixtures::{price, usd};
use num_rational::BigRational;
use postern_billing::dunning::{Budget, BudgetThresholds};
use postern_billing::invoice::{Credit, Tax, use_credits};
use postern_billing::price::PlanPrice;
use postern_billing::rating::Rater;
use postern_billing::subscription::Span;
use postern_billing::usage::{Tokens, UsageRow};
use postern_billing::{Billing, NanoUsd, Period, Zone, half_even};
use std::collections::BTreeMap;

const DOCUMENT: &str = include_str!("../../../../docs/billing.md");

/// The rows of the table with these columns. A cell without text fails.
fn table<const N: usize>(columns: [&str; N]) -> Vec<[String; N]> {
    let head = format!("| {} |", columns.join(" | "));
    let (_, after) =
        DOCUMENT.split_once(&format!("{head}\n")).unwrap_or_else(|| panic!("no table {head}"));
    let rows = after.lines().skip(1).take_while(|line| line.starts_with('|'));
    let row = |line: &str| {
        let cells = line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`'));
        let cells: Vec<_> = cells.map(str::to_owned).collect();
        assert!(cells.iter().all(|cell| !cell.is_empty()), "a cell is empty: {line}");
        cells.try_into().unwrap_or_else(|_| panic!("not {N} cells: {line}"))
    };
    let rows: Vec<_> = rows.map(row).collect();
    assert!(!rows.is_empty(), "{head} has no rows");
    rows
}

fn unix_s(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_second()
}

fn number(text: &str) -> u64 {
    text.replace(',', "").parse().unwrap()
}

/// What a plan without a flat price charges for usage in a whole period.
fn usage(charge: &str, rows: &[UsageRow<'_>]) -> NanoUsd {
    let text = format!("plan = \"p\"\n[[charge]]\n{}", charge.replace("; ", "\n"));
    rated(&price(&text), 0, 31, rows)
}

fn rated(price: &PlanPrice, from_day: i64, to_day: i64, rows: &[UsageRow<'_>]) -> NanoUsd {
    let day = |day: i64| day * 86_400;
    let period = Period { start_s: 0, end_s: day(31) };
    let billed = Period { start_s: day(from_day), end_s: day(to_day) };
    let spans = [Span { period: billed, plan: price.plan.clone(), seats: 1, is_trial: false }];
    let prices = BTreeMap::from([(price.plan.clone(), price.clone())]);
    let mut rater = Rater::new(period, &spans, &prices).unwrap();
    rows.iter().for_each(|row| rater.add(row));
    let rated = rater.rate().unwrap();
    assert!(rated.unrated.is_empty(), "{}", rated.unrated);
    NanoUsd::sum(rated.lines.iter().map(|line| line.amount_usd)).unwrap()
}

fn row(model: &str, requests: u64, input: u64, output: u64, cost_nano_usd: u64) -> UsageRow<'_> {
    let tokens = Tokens { input, output, ..Tokens::default() };
    UsageRow { started_unix_ms: 0, model, requests, tokens, cost_nano_usd: Some(cost_nano_usd) }
}

#[test]
fn rounding() {
    for [exact, rounded] in table(["exact, in nano-dollars", "rounded"]) {
        let (numerator, denominator) = exact.split_once('/').unwrap();
        let (numerator, denominator) = (numerator.parse().unwrap(), denominator.parse().unwrap());
        let rounded: i128 = rounded.parse().unwrap();
        assert_eq!(half_even(numerator, denominator), Ok(rounded), "{exact}");
        let exact = BigRational::new(numerator.into(), denominator.into());
        assert_eq!(crate::oracle::rounded(&exact), rounded);
    }
}

#[test]
fn periods() {
    for [zone, billing, began, moment, start, end] in
        table(["zone", "billing", "billing began", "moment", "period from", "to"])
    {
        let billing: Billing = serde_json::from_value(billing.clone().into()).unwrap();
        let zone = Zone::named(&zone).unwrap();
        let period = zone.period(billing, unix_s(&began), unix_s(&moment)).unwrap();
        assert_eq!(
            (period.start_s, period.end_s),
            (unix_s(&start), unix_s(&end)),
            "{began} {moment}"
        );
    }
}

#[test]
fn proration() {
    for [price_, from, to, period_from, period_to, charge] in
        table(["USD a month", "from", "to", "period from", "period to", "charge in USD"])
    {
        let price = price(&format!("plan = \"p\"\nusd_per_month = {price_}\n"));
        let prices = BTreeMap::from([("p".to_owned(), price)]);
        let span = |start: &str, end: &str| Period { start_s: unix_s(start), end_s: unix_s(end) };
        let spans =
            [Span { period: span(&from, &to), plan: "p".to_owned(), seats: 1, is_trial: false }];
        let rater = Rater::new(span(&period_from, &period_to), &spans, &prices).unwrap();
        assert_eq!(rater.rate().unwrap().lines[0].amount_usd, usd(&charge), "{price_} {from}");
    }
}

#[test]
fn prices_of_usage() {
    for [charge, model, requests, input, output, cost, amount] in
        table(["charge", "model", "requests", "input", "output", "cost in USD", "amount in USD"])
    {
        let cost = u64::try_from(usd(&cost).nano_usd()).unwrap();
        let row = row(&model, number(&requests), number(&input), number(&output), cost);
        assert_eq!(usage(&charge, &[row]), usd(&amount), "{charge} {input}");
    }
}

#[test]
fn volumes_of_a_part_of_a_period() {
    for [charge, days, requests, amount] in
        table(["charge", "days of 31", "requests", "amount in USD"])
    {
        let text = format!("plan = \"p\"\n[[charge]]\n{}", charge.replace("; ", "\n"));
        let days = days.parse().unwrap();
        let row = row("gpt-4o", number(&requests), 0, 0, 0);
        assert_eq!(rated(&price(&text), 0, days, &[row]), usd(&amount), "{charge} {days}");
    }
}

#[test]
fn credits() {
    let day = |word: &str| word.parse::<i64>().unwrap() * 86_400;
    for [credits, settled, charge, taken] in
        table(["credits (id: USD left, granted, expires)", "settled", "charge in USD", "taken"])
    {
        let credit = |text: &str| {
            let (id, rest) = text.split_once(": ").unwrap();
            let words: Vec<_> = rest.split(", ").collect();
            let left_usd = usd(words[0]);
            let expires_s = Some(words[2]).filter(|word| *word != "never").map(day);
            let granted_s = day(words[1]);
            Credit { id: id.to_owned(), granted_s, expires_s, granted_usd: left_usd, left_usd }
        };
        let credits: Vec<_> = credits.split("; ").map(credit).collect();
        let uses = use_credits(&credits, usd(&charge), day(&settled)).unwrap();
        let uses: Vec<_> =
            uses.iter().map(|used| format!("{}: {}", used.credit_id, used.amount_usd)).collect();
        assert_eq!(uses.join("; "), taken);
    }
}

#[test]
fn taxes() {
    for [net, percent, ppm, tax] in
        table(["net in USD", "rate in %", "parts per million", "tax in USD"])
    {
        let of = Tax { name: "VAT".to_owned(), rate_ppm: ppm.parse().unwrap() };
        assert_eq!((of.of(usd(&net)).unwrap(), of.percent()), (usd(&tax), percent));
    }
}

#[test]
fn budgets() {
    let mut budget = Budget::new(usd("100"));
    for [spent, notices] in table(["spent of 100 USD", "notices"]) {
        let given = budget.notices(usd(&spent), &BudgetThresholds::default());
        let given: Vec<_> = given.iter().map(|notice| format!("{} %", notice.percent)).collect();
        let given = if given.is_empty() { "none".to_owned() } else { given.join(", ") };
        assert_eq!(given, notices, "{spent}");
    }
}

#[test]
fn every_price_in_the_document_is_read() {
    let blocks: Vec<_> = DOCUMENT.split("```toml\n").skip(1).collect();
    assert!(blocks.len() > 1);
    for block in blocks {
        price(block.split("```").next().unwrap());
    }
}
