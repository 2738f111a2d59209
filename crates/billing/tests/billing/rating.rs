//! Rows become lines, exact to the nano-dollar.

use crate::fixtures::{DECEMBER, DECEMBER_S, JANUARY_S, Random, price, row, span};
use crate::oracle::Oracle;
use crate::spec::{MODELS, Spec};
use postern_billing::rating::{Rated, Rater, RatingError};
use postern_billing::subscription::Span;
use postern_billing::usage::{Tokens, UsageRow};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn random_row(random: &mut Random) -> UsageRow<'static> {
    let length_ms = u64::try_from((JANUARY_S - DECEMBER_S) * 1_000).unwrap();
    let input = random.below(5_000);
    let cached_input = random.below(input + 1);
    let output = random.below(3_000);
    UsageRow {
        started_unix_ms: u64::try_from(DECEMBER_S * 1_000).unwrap() + random.below(length_ms),
        model: MODELS[usize::try_from(random.below(4)).unwrap()],
        requests: random.below(2),
        tokens: Tokens {
            input,
            cached_input,
            cache_write: random.below(input - cached_input + 1),
            output,
            reasoning: random.below(output + 1),
        },
        cost_nano_usd: Some(random.below(40_000_000)),
    }
}

/// A month with a trial, two plans and changing seats, with gaps.
fn random_spans(random: &mut Random) -> Vec<Span> {
    let mut at_s = DECEMBER_S + i64::try_from(random.below(100_000)).unwrap();
    let mut spans = Vec::new();
    for is_trial in [random.one_in(2), false, false, false] {
        let end_s = (at_s + i64::try_from(random.below(900_000)).unwrap()).min(JANUARY_S);
        let plan = if random.one_in(2) { "one" } else { "two" };
        let seats = u32::try_from(random.below(9) + 1).unwrap();
        if at_s < end_s {
            spans.push(Span { is_trial, ..span(at_s, end_s, plan, seats) });
        }
        at_s = end_s + if random.one_in(3) { 7_777 } else { 0 };
    }
    spans
}

fn amounts(rated: &Rated) -> BTreeMap<String, i128> {
    let amounts: BTreeMap<_, _> =
        rated.lines.iter().map(|line| (line.key.clone(), line.amount_usd.nano_usd())).collect();
    assert_eq!(amounts.len(), rated.lines.len(), "a key is there twice");
    amounts
}

fn specs(random: &mut Random) -> Vec<Spec> {
    vec![Spec::random("one", random), Spec::random("two", random)]
}

fn checked(specs: &[Spec]) -> BTreeMap<String, postern_billing::price::PlanPrice> {
    specs.iter().map(|spec| (spec.plan.clone(), price(&spec.toml()))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn lines_are_those_of_an_independent_calculation(seed: u64, rows in 0_usize..120) {
        let mut random = Random(seed);
        let (specs, spans) = (specs(&mut random), random_spans(&mut random));
        let prices = checked(&specs);
        let mut rater = Rater::new(DECEMBER, &spans, &prices).unwrap();
        let mut oracle = Oracle::new(DECEMBER, &spans, &specs);
        for _ in 0..rows {
            let row = random_row(&mut random);
            rater.add(&row);
            oracle.add(&row);
        }
        prop_assert_eq!(amounts(&rater.rate().unwrap()), oracle.amounts());
    }

    #[test]
    fn any_order_and_any_split_give_the_same_invoice(
        seed: u64,
        parts in proptest::collection::vec(0_usize..4, 1..80),
    ) {
        let mut random = Random(seed);
        let (specs, spans) = (specs(&mut random), random_spans(&mut random));
        let prices = checked(&specs);
        let empty = Rater::new(DECEMBER, &spans, &prices).unwrap();
        let rows: Vec<_> = parts.iter().map(|_| random_row(&mut random)).collect();
        let (mut whole, mut split) = (empty.clone(), vec![empty.clone(); 4]);
        rows.iter().for_each(|row| whole.add(row));
        for (row, part) in rows.iter().zip(&parts).rev() {
            split[*part].add(row);
        }
        let mut merged = empty;
        for part in [2, 0, 3, 1] {
            merged.merge(&split[part]).unwrap();
        }
        prop_assert_eq!(&merged, &whole);
        prop_assert_eq!(merged.rate().unwrap(), whole.rate().unwrap());
    }
}

#[test]
fn a_million_rows_cost_what_an_independent_calculation_says() {
    let mut random = Random(20);
    let specs = specs(&mut random);
    let spans = [
        span(DECEMBER_S, DECEMBER_S + 1_000_001, "one", 5),
        span(DECEMBER_S + 1_000_001, JANUARY_S, "two", 7),
    ];
    let prices = checked(&specs);
    let mut rater = Rater::new(DECEMBER, &spans, &prices).unwrap();
    let mut oracle = Oracle::new(DECEMBER, &spans, &specs);
    for _ in 0..1_000_000 {
        let row = random_row(&mut random);
        rater.add(&row);
        oracle.add(&row);
    }
    let rated = rater.rate().unwrap();
    assert!(rated.lines.len() > 10, "{} lines", rated.lines.len());
    assert_eq!(amounts(&rated), oracle.amounts());
}

#[test]
fn made_up_plans_have_every_form_of_price() {
    let mut random = Random(1);
    let all: String = (0..50).map(|_| Spec::random("one", &mut random).toml()).collect();
    for word in ["graduated", "volume", "stop", "included =", "markup", "per_request", "reasoning"]
    {
        assert!(all.contains(word), "{word}");
    }
}

#[test]
fn what_has_no_price_is_said_and_in_no_line() {
    let toml = "plan = \"one\"\n[[charge]]\nunit = \"tokens\"\nmodels = [\"gpt-*\"]\n\
                usd_per_million_tokens = 1\n[[charge]]\nunit = \"cost\"\nmodels = [\"claude-*\"]\n\
                markup_percent = 10\n";
    let prices = BTreeMap::from([("one".to_owned(), price(toml))]);
    let spans = [span(DECEMBER_S, DECEMBER_S + 1_000, "one", 1)];
    let mut rater = Rater::new(DECEMBER, &spans, &prices).unwrap();
    rater.add(&row(DECEMBER_S, "gpt-4o", 10, 0));
    rater.add(&row(DECEMBER_S, "llama", 3, 4));
    rater.add(&UsageRow { cost_nano_usd: None, ..row(DECEMBER_S, "claude-haiku", 1, 1) });
    rater.add(&row(DECEMBER_S + 1_000, "gpt-4o", 10, 0));
    rater.add(&row(DECEMBER_S - 1, "gpt-4o", 10, 0));
    let rated = rater.rate().unwrap();
    assert_eq!(amounts(&rated), BTreeMap::from([("one/charge/1/gpt-4o".to_owned(), 10_000)]));
    assert_eq!(
        rated.unrated.to_string(),
        "2 rows outside the subscription, 7 tokens of \"llama\" without a price in \"one\", \
         1 rows of \"claude-haiku\" without a known cost in \"one\""
    );
}

#[test]
fn what_cannot_be_rated_is_an_error() {
    let prices = BTreeMap::from([("one".to_owned(), price("plan = \"one\"\nusd_per_month = 1"))]);
    let empty = postern_billing::Period { start_s: 5, end_s: 5 };
    assert!(matches!(Rater::new(empty, &[], &prices), Err(RatingError::EmptyPeriod { .. })));
    let other = [span(DECEMBER_S, JANUARY_S, "two", 1)];
    assert!(matches!(Rater::new(DECEMBER, &other, &prices), Err(RatingError::NoPrice { .. })));
    let spans = [span(DECEMBER_S, JANUARY_S, "one", 1)];
    let mut rater = Rater::new(DECEMBER, &spans, &prices).unwrap();
    let other = Rater::new(DECEMBER, &[], &prices).unwrap();
    assert_eq!(rater.merge(&other), Err(RatingError::OtherPart));
}

#[test]
fn an_included_volume_without_overage_is_used_up_at_its_last_unit() {
    let toml =
        "plan = \"one\"\n[[charge]]\nunit = \"requests\"\nincluded = 4\noverage = \"stop\"\n";
    let prices = BTreeMap::from([("one".to_owned(), price(toml))]);
    // Half of the month: two of four.
    let middle_s = (DECEMBER_S + JANUARY_S) / 2;
    let spans = [span(DECEMBER_S, middle_s, "one", 1)];
    let mut rater = Rater::new(DECEMBER, &spans, &prices).unwrap();
    rater.add(&row(DECEMBER_S, "gpt-4o", 1, 1));
    assert_eq!(rater.used_up().unwrap(), []);
    rater.add(&row(DECEMBER_S, "llama", 1, 1));
    assert_eq!(rater.used_up().unwrap(), [("one", "1")]);
}
