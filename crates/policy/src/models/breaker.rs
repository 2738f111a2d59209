//! `breaker = { ... }` of a `[[provider]]`: when its deployments are left alone.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::reading::{Key, Label, Report, Table, whole_number};

pub(super) const BREAKER: Key = Key::new("breaker", "breaker = { min_attempts = 5 }");
const WINDOW_MS: Key = Key::new("window_ms", "window_ms = 10_000");
const MIN_ATTEMPTS: Key = Key::new("min_attempts", "min_attempts = 5");
const FAILURE_PERCENT: Key = Key::new("failure_percent", "failure_percent = 50");
const OPEN_MS: Key = Key::new("open_ms", "open_ms = 5_000");
const MAX_OPEN_MS: Key = Key::new("max_open_ms", "max_open_ms = 60_000");

/// Up to an hour: a deployment that is left alone for longer is a change of policy.
const MS: RangeInclusive<u64> = 100..=3_600_000;
const ATTEMPTS: RangeInclusive<u64> = 1..=10_000;
const PERCENT: RangeInclusive<u64> = 1..=100;

/// When a breaker opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakerPolicy {
    /// Failures are counted for this long.
    pub window_ms: u64,
    /// Fewer attempts say nothing.
    pub min_attempts: u16,
    /// It opens when this share of them has failed.
    pub failure_percent: u16,
    /// It stays open for this long, twice as long each time a probe fails.
    pub open_ms: u64,
    /// But no longer than this.
    pub max_open_ms: u64,
    /// A probe that has not ended after this long is lost, and another one may begin.
    pub probe_ms: u64,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self {
            window_ms: 10_000,
            min_attempts: 5,
            failure_percent: 50,
            open_ms: 5_000,
            max_open_ms: 60_000,
            probe_ms: 30_000,
        }
    }
}

type Number = Option<Spanned<i128>>;

/// The table as written.
pub(crate) struct Written<'t> {
    label: Label<'t>,
    window_ms: Number,
    min_attempts: Number,
    failure_percent: Number,
    open_ms: Number,
    max_open_ms: Number,
}

impl<'t> Written<'t> {
    pub(super) fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let written = Self {
            label: table.label,
            window_ms: table.optional(report, WINDOW_MS),
            min_attempts: table.optional(report, MIN_ATTEMPTS),
            failure_percent: table.optional(report, FAILURE_PERCENT),
            open_ms: table.optional(report, OPEN_MS),
            max_open_ms: table.optional(report, MAX_OPEN_MS),
        };
        table.finish(report);
        written
    }
}

pub(super) fn check(report: &mut Report<'_>, written: Option<&Written<'_>>) -> BreakerPolicy {
    let default = BreakerPolicy::default();
    let Some(written) = written else { return default };
    let mut checked = |key, value: &Number, bounds: RangeInclusive<u64>, default: u64| {
        let value = value.as_ref();
        let value = value.and_then(|it| whole_number(report, written.label, key, it, bounds));
        value.unwrap_or(default)
    };
    let count = |number: u64| u16::try_from(number).unwrap_or(u16::MAX);
    let window_ms = checked(WINDOW_MS, &written.window_ms, MS, default.window_ms);
    let min_attempts =
        checked(MIN_ATTEMPTS, &written.min_attempts, ATTEMPTS, u64::from(default.min_attempts));
    let percent = u64::from(default.failure_percent);
    let failure_percent = checked(FAILURE_PERCENT, &written.failure_percent, PERCENT, percent);
    let open_ms = checked(OPEN_MS, &written.open_ms, MS, default.open_ms);
    let max_open_ms =
        checked(MAX_OPEN_MS, &written.max_open_ms, MS, default.max_open_ms.max(open_ms));
    if let Some(value) = written.max_open_ms.as_ref().filter(|_| max_open_ms < open_ms) {
        let message = format!(
            "`max_open_ms` is {max_open_ms}, below `open_ms` ({open_ms}); write a number that is not below it"
        );
        report.problem(written.label, value.span(), message);
    }
    BreakerPolicy {
        window_ms,
        min_attempts: count(min_attempts),
        failure_percent: count(failure_percent),
        open_ms,
        max_open_ms,
        probe_ms: default.probe_ms,
    }
}
