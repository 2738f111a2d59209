//! `[attempts]`: how often a request is tried.

use std::ops::RangeInclusive;

use crate::reading::{Key, Report, Table, whole_number};

const MAX: Key = Key::new("max", "max = 4");
const REPEATS: Key = Key::new("repeats_before_next", "repeats_before_next = 1");
const BACKOFF_MS: Key = Key::new("backoff_ms", "backoff_ms = 200");
const MAX_BACKOFF_MS: Key = Key::new("max_backoff_ms", "max_backoff_ms = 5_000");
const EXTRA_PERCENT: Key = Key::new("extra_percent", "extra_percent = 20");

/// A request that ten attempts do not serve will not be served.
const ATTEMPTS: RangeInclusive<u64> = 1..=10;
/// Up to a minute: clients give up.
const WAITS_MS: RangeInclusive<u64> = 1..=60_000;
/// Up to one more attempt for each request.
const PERCENT: RangeInclusive<u64> = 0..=100;

/// How often a request is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// The attempts of a request, the first one included.
    pub max: u32,
    /// How often the same deployment is tried again before the next one is.
    pub repeats_before_next: u32,
    /// The longest wait before the first repetition; twice as long before each further one.
    pub backoff_ms: u64,
    /// The longest wait. A vendor that asks for more is not waited for.
    pub max_backoff_ms: u64,
    /// The share of repetitions and hedges among all requests of an instance.
    pub extra_percent: u32,
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            max: 4,
            repeats_before_next: 0,
            backoff_ms: 200,
            max_backoff_ms: 5_000,
            extra_percent: 20,
        }
    }
}

pub(super) fn read(report: &mut Report<'_>, table: &mut Table<'_>) -> Attempts {
    let default = Attempts::default();
    let label = table.label;
    let mut number = |key, bounds| {
        let written = table.optional(report, key)?;
        whole_number(report, label, key, &written, bounds).map(|number| (number, written.span()))
    };
    let max = number(MAX, ATTEMPTS);
    let repeats = number(REPEATS, 0..=*ATTEMPTS.end() - 1);
    let backoff = number(BACKOFF_MS, WAITS_MS);
    let max_backoff = number(MAX_BACKOFF_MS, WAITS_MS);
    let percent = number(EXTRA_PERCENT, PERCENT);
    let as_used = Attempts {
        max: small(&max, default.max),
        repeats_before_next: small(&repeats, default.repeats_before_next),
        backoff_ms: backoff.as_ref().map_or(default.backoff_ms, |(ms, _)| *ms),
        max_backoff_ms: max_backoff.as_ref().map_or(default.max_backoff_ms, |(ms, _)| *ms),
        extra_percent: small(&percent, default.extra_percent),
    };
    if let Some((repeats, place)) = &repeats
        && as_used.repeats_before_next >= as_used.max
    {
        let message = format!(
            "`repeats_before_next` is {repeats}, and `max` allows {} attempts, so no other deployment would be tried; write at most {}",
            as_used.max,
            as_used.max - 1
        );
        report.problem(label, place.clone(), message);
    }
    if let Some((_, place)) = backoff.or(max_backoff)
        && as_used.backoff_ms > as_used.max_backoff_ms
    {
        let message = format!(
            "`backoff_ms` is {}, over the {} of `max_backoff_ms`; write at most {}",
            as_used.backoff_ms, as_used.max_backoff_ms, as_used.max_backoff_ms
        );
        report.problem(label, place, message);
    }
    as_used
}

fn small(number: &Option<(u64, std::ops::Range<usize>)>, default: u32) -> u32 {
    number.as_ref().and_then(|(number, _)| u32::try_from(*number).ok()).unwrap_or(default)
}
