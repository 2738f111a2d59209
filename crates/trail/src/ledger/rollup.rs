//! Sums by time and by who, what and where; made in the transaction that writes the rows.

use super::amount::amount;
use crate::record::{AttemptEnd, AttemptRecord, Record, RequestOutcome, TokenCounts};
use std::collections::BTreeMap;

/// The lengths of time that sums are kept for.
///
/// Quarters of an hour are the finest: the offsets of all time zones are multiples of one, so that days of every zone can be summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grain {
    /// 15 minutes.
    Quarter,
    /// One hour.
    Hour,
    /// A day of UTC.
    Day,
    /// All time.
    Total,
}

impl Grain {
    /// All of them, finest first.
    pub const ALL: [Self; 4] = [Self::Quarter, Self::Hour, Self::Day, Self::Total];

    /// The table of its sums.
    pub fn table(self) -> &'static str {
        match self {
            Grain::Quarter => "usage_quarter",
            Grain::Hour => "usage_hour",
            Grain::Day => "usage_day",
            Grain::Total => "usage_total",
        }
    }

    /// Its length in seconds; none for all time.
    pub fn seconds(self) -> Option<i64> {
        match self {
            Grain::Quarter => Some(900),
            Grain::Hour => Some(3_600),
            Grain::Day => Some(86_400),
            Grain::Total => None,
        }
    }

    fn bucket(self, unix_s: i64) -> i64 {
        self.seconds().map_or(0, |seconds| unix_s.div_euclid(seconds).saturating_mul(seconds))
    }
}

/// What sums are kept by. What a request does not have is an empty text.
pub const DIMENSIONS: [&str; 6] = ["consumer", "team", "tenant", "model", "provider", "route"];

/// The sums, in the order of their columns.
pub const SUMS: [&str; 22] = [
    "requests",
    "errors",
    "refusals",
    "client_gone",
    "cache_hits",
    "attempts",
    "failed_attempts",
    "uncounted",
    "unpriced",
    "input_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "audio_input_tokens",
    "audio_output_tokens",
    "cost_nano_usd",
    "duration_us",
    "first_token_us",
    "first_tokens",
    "request_bytes",
    "response_bytes",
];

/// The values of [`SUMS`].
pub(super) type Sums = [i64; SUMS.len()];

/// Where the tokens begin, and with the cost end, in [`SUMS`].
const TOKENS_AT: usize = 9;

/// A bucket and the values of [`DIMENSIONS`].
pub(super) type Key = (i64, [String; DIMENSIONS.len()]);

/// The durations that histograms are kept of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LatencyMetric {
    /// Of requests.
    Duration,
    /// From the head to the first part of the answer.
    FirstToken,
}

impl LatencyMetric {
    /// The word in the column `metric`.
    pub fn as_str(self) -> &'static str {
        match self {
            LatencyMetric::Duration => "duration",
            LatencyMetric::FirstToken => "first_token",
        }
    }
}

/// The bounds of histograms: OpenTelemetry's advice for durations of generative AI, 10 ms to 82 s.
pub const LATENCY_BOUNDS_US: [i64; 14] = [
    10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 640_000, 1_280_000, 2_560_000, 5_120_000,
    10_240_000, 20_480_000, 40_960_000, 81_920_000,
];

/// The sums of one group of records.
#[derive(Default)]
pub(super) struct Rollups {
    pub(super) usage: [BTreeMap<Key, Sums>; Grain::ALL.len()],
    /// Of all time, by model, provider and route.
    pub(super) series: BTreeMap<[String; 3], Sums>,
    /// By metric, model, provider, route and bound: requests and microseconds.
    pub(super) latency: BTreeMap<(&'static str, [String; 3], i64), (i64, i64)>,
}

impl Rollups {
    /// Adds a record that was not counted before.
    pub(super) fn add(&mut self, record: &Record) {
        let (own, used) = (of_request(record), of_usage(record));
        self.add_sums(record, record.served_by(), &own);
        match by_attempt(record, &used) {
            // What the attempts do not account for (questions to models, repairs) is the request's.
            Some((attempts, rest)) => {
                for (attempt, sums) in attempts {
                    self.add_sums(record, Some(attempt), &sums);
                }
                self.add_sums(record, record.served_by(), &rest);
            }
            None => self.add_sums(record, record.served_by(), &used),
        }
        self.add_latency(record);
    }

    fn add_sums(&mut self, record: &Record, attempt: Option<&AttemptRecord>, sums: &Sums) {
        if sums.iter().all(|sum| *sum == 0) {
            return;
        }
        let unix_s = amount(record.started_unix_ms) / 1_000;
        for (grain, table) in Grain::ALL.into_iter().zip(&mut self.usage) {
            let key = (grain.bucket(unix_s), dimensions(record, attempt));
            add(table.entry(key).or_insert([0; SUMS.len()]), sums);
        }
        let [_, _, _, model, provider, route] = dimensions(record, attempt);
        add(self.series.entry([model, provider, route]).or_insert([0; SUMS.len()]), sums);
    }

    fn add_latency(&mut self, record: &Record) {
        let [_, _, _, model, provider, route] = dimensions(record, record.served_by());
        let durations = [
            (LatencyMetric::Duration, Some(record.duration_us)),
            (LatencyMetric::FirstToken, record.first_token_us),
        ];
        for (metric, duration_us) in durations {
            let Some(duration_us) = duration_us.map(amount) else { continue };
            let bound = LATENCY_BOUNDS_US.into_iter().find(|bound| duration_us <= *bound);
            let place = [model.clone(), provider.clone(), route.clone()];
            let key = (metric.as_str(), place, bound.unwrap_or(0));
            let (requests, sum_us) = self.latency.entry(key).or_default();
            *requests = requests.saturating_add(1);
            *sum_us = sum_us.saturating_add(duration_us);
        }
    }
}

fn add(known: &mut Sums, sums: &Sums) {
    for (known, more) in known.iter_mut().zip(sums) {
        *known = known.saturating_add(*more);
    }
}

/// The name of the model is the catalogue's: names that clients invent are in no roll-up.
fn dimensions(record: &Record, attempt: Option<&AttemptRecord>) -> [String; DIMENSIONS.len()] {
    let text = |name: Option<&crate::name::Name>| name.map_or("", |name| name.as_str()).to_owned();
    let caller = record.caller.as_ref();
    [
        text(caller.map(|caller| &caller.consumer)),
        text(caller.and_then(|caller| caller.team.as_ref())),
        text(caller.and_then(|caller| caller.tenant.as_ref())),
        text(attempt.map(|attempt| &attempt.model)),
        text(attempt.map(|attempt| &attempt.provider)),
        text(record.route.as_ref()),
    ]
}

fn of_request(record: &Record) -> Sums {
    let failed = |attempt: &&AttemptRecord| attempt.outcome == AttemptEnd::Failed;
    let served = record.served_by().is_some();
    let mut sums = [0; SUMS.len()];
    let (first, last) = sums.split_at_mut(TOKENS_AT);
    first.copy_from_slice(&[
        1,
        i64::from(record.is_error()),
        i64::from(record.is_refusal()),
        i64::from(record.outcome == RequestOutcome::ClientGone),
        i64::from(record.cache.is_some_and(|cache| cache.is_hit())),
        amount(record.attempts.len() as u64),
        amount(record.attempts.iter().filter(failed).count() as u64),
        i64::from(served && record.tokens.is_none()),
        i64::from(record.tokens.is_some() && record.cost_nano_usd.is_none()),
    ]);
    let ends = [
        amount(record.duration_us),
        record.first_token_us.map_or(0, amount),
        i64::from(record.first_token_us.is_some()),
        amount(record.request_bytes),
        amount(record.response_bytes),
    ];
    for (sum, value) in last.iter_mut().skip(8).zip(ends) {
        *sum = value;
    }
    sums
}

fn of_usage(record: &Record) -> Sums {
    sums_of(record.tokens.unwrap_or_default(), record.cost_nano_usd)
}

fn sums_of(tokens: TokenCounts, cost_nano_usd: Option<u64>) -> Sums {
    let values = [
        tokens.input,
        tokens.cached_input,
        tokens.cache_write,
        tokens.output,
        tokens.reasoning,
        tokens.audio_input,
        tokens.audio_output,
        cost_nano_usd.unwrap_or(0),
    ];
    let mut sums = [0; SUMS.len()];
    for (sum, value) in sums.iter_mut().skip(TOKENS_AT).zip(values) {
        *sum = amount(value);
    }
    sums
}

/// Each attempt's own usage, so that it is summed at the vendor who asks money for it, and the rest. None if the attempts have none,
/// or more than the whole, which is what counts.
fn by_attempt<'r>(
    record: &'r Record,
    whole: &Sums,
) -> Option<(Vec<(&'r AttemptRecord, Sums)>, Sums)> {
    let used = |attempt: &&AttemptRecord| attempt.tokens.is_some();
    let of = |attempt: &'r AttemptRecord| {
        (attempt, sums_of(attempt.tokens.unwrap_or_default(), attempt.cost_nano_usd))
    };
    let attempts: Vec<_> = record.attempts.iter().filter(used).map(of).collect();
    let mut rest = *whole;
    for (_, sums) in &attempts {
        for (rest, sum) in rest.iter_mut().zip(sums) {
            *rest = rest.checked_sub(*sum).filter(|rest| *rest >= 0)?;
        }
    }
    (!attempts.is_empty()).then_some((attempts, rest))
}
