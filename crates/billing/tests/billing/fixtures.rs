//! What several tests need.

use postern_billing::price::PlanPrice;
use postern_billing::subscription::Span;
use postern_billing::usage::{Tokens, UsageRow};
use postern_billing::{NanoUsd, Period};
use std::collections::BTreeMap;

/// The first second of 2026, of its December, and of 2027, in UTC.
pub const DECEMBER_S: i64 = 1_796_083_200;
pub const JANUARY_S: i64 = 1_798_761_600;
pub const DAY_S: i64 = 86_400;

pub const DECEMBER: Period = Period { start_s: DECEMBER_S, end_s: JANUARY_S };

pub fn usd(text: &str) -> NanoUsd {
    text.parse().unwrap()
}

pub fn price(text: &str) -> PlanPrice {
    PlanPrice::from_toml(text).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

pub fn prices(texts: &[&str]) -> BTreeMap<String, PlanPrice> {
    texts.iter().map(|text| price(text)).map(|price| (price.plan.clone(), price)).collect()
}

pub fn span(start_s: i64, end_s: i64, plan: &str, seats: u32) -> Span {
    Span { period: Period { start_s, end_s }, plan: plan.to_owned(), seats, is_trial: false }
}

pub fn row(started_s: i64, model: &str, input: u64, output: u64) -> UsageRow<'_> {
    UsageRow {
        started_unix_ms: u64::try_from(started_s * 1_000).unwrap(),
        model,
        requests: 1,
        tokens: Tokens { input, output, ..Tokens::default() },
        cost_nano_usd: Some(0),
    }
}

/// Numbers that look random and are always the same (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn one_in(&mut self, of: u64) -> bool {
        self.below(of) == 0
    }
}
