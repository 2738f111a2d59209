//! Rows that come when their period has its invoice.

use crate::fixtures::{DECEMBER, DECEMBER_S, JANUARY_S, Random, prices, row, span, usd};
use postern_billing::NanoUsd;
use postern_billing::rating::{Line, LineKind, Rater, adjustments};
use std::collections::BTreeMap;

const TIERED: &str = "plan = \"team\"\nusd_per_month = 10\n[[charge]]\nunit = \"tokens\"\nmodels = [\"gpt-*\"]\n\
                      tier_mode = \"volume\"\ntiers = [{ up_to = 1_000, usd_per_million_tokens = 1_000 }, \
                      { usd_per_million_tokens = 100 }]\n[[charge]]\nunit = \"tokens\"\nusd_per_million_tokens = 7.000_001\n";

fn totals<'l>(lines: impl IntoIterator<Item = &'l Line>) -> BTreeMap<String, (i64, NanoUsd)> {
    let mut totals: BTreeMap<String, (i64, NanoUsd)> = BTreeMap::new();
    for line in lines {
        let sum = totals.entry(line.key.clone()).or_default();
        *sum = (sum.0 + line.quantity, sum.1.plus(line.amount_usd).unwrap());
    }
    totals.retain(|_, sum| *sum != (0, NanoUsd::ZERO));
    totals
}

#[test]
fn late_rows_are_the_difference_on_the_next_invoice() {
    let prices = prices(&[TIERED]);
    let spans = [span(DECEMBER_S, JANUARY_S, "team", 1)];
    let mut rater = Rater::new(DECEMBER, &spans, &prices).unwrap();
    rater.add(&row(DECEMBER_S, "gpt-4o", 900, 0));
    let first = rater.rate().unwrap().lines;
    assert_eq!(adjustments(DECEMBER, &first, &first).unwrap(), []);
    // With these, all units are in the second tier: what was charged in the first is given back.
    rater.add(&row(DECEMBER_S, "gpt-4o", 0, 300));
    let second = rater.rate().unwrap().lines;
    let late = adjustments(DECEMBER, &second, &first).unwrap();
    let lines: Vec<_> =
        late.iter().map(|line| (line.key.as_str(), line.quantity, line.amount_usd)).collect();
    assert_eq!(
        lines,
        [("team/charge/1/tier-1", -900, usd("-0.9")), ("team/charge/1/tier-2", 1_200, usd("0.12"))]
    );
    assert!(late.iter().all(|line| line.kind == LineKind::Adjustment && line.period == DECEMBER));
    assert_eq!(late[0].description, "Adjustment of an earlier period, team: tokens, tier 1");
    // An adjustment is adjusted as well, and says so once.
    rater.add(&row(DECEMBER_S, "gpt-4o", 1, 0));
    let third = rater.rate().unwrap().lines;
    let invoiced: Vec<_> = first.iter().chain(&late).cloned().collect();
    let later = adjustments(DECEMBER, &third, &invoiced).unwrap();
    assert_eq!(later.len(), 1);
    assert_eq!(later[0].description.matches("Adjustment").count(), 1);
}

#[test]
fn the_invoices_of_a_period_add_up_to_its_rows_however_late_they_come() {
    let prices = prices(&[TIERED]);
    let spans = [span(DECEMBER_S, JANUARY_S - 777, "team", 1)];
    for seed in 0..50 {
        let mut random = Random(seed);
        let mut rater = Rater::new(DECEMBER, &spans, &prices).unwrap();
        let mut invoiced: Vec<Line> = Vec::new();
        for invoice in 0..4 {
            for _ in 0..random.below(6) {
                let model = ["gpt-4o", "llama"][usize::try_from(random.below(2)).unwrap()];
                rater.add(&row(DECEMBER_S, model, random.below(300), random.below(200)));
            }
            let rated = rater.rate().unwrap().lines;
            let lines = match invoice {
                0 => rated.clone(),
                _ => adjustments(DECEMBER, &rated, &invoiced).unwrap(),
            };
            invoiced.extend(lines);
            assert_eq!(totals(&invoiced), totals(&rated), "seed {seed}, invoice {invoice}");
        }
    }
}

#[test]
fn lines_that_are_not_of_the_period_or_its_usage_are_left_alone() {
    let prices = prices(&[TIERED]);
    let spans = [span(DECEMBER_S, JANUARY_S, "team", 1)];
    let rater = Rater::new(DECEMBER, &spans, &prices).unwrap();
    let rated = rater.rate().unwrap().lines;
    let mut others = rated.clone();
    let mut add =
        |kind, key: &str| others.push(Line { kind, key: key.to_owned(), ..rated[0].clone() });
    add(LineKind::Tax, "tax");
    add(LineKind::Credit, "credit/c1");
    add(LineKind::Prepaid, "prepaid/c2");
    let mut next = rated[0].clone();
    next.period.start_s += 1;
    others.push(next);
    assert_eq!(adjustments(DECEMBER, &rated, &others).unwrap(), []);
}
