//! `[retention]`: how long what is kept.

use std::ops::RangeInclusive;

use crate::reading::{Key, Report, Table, whole_number};

const REQUESTS_DAYS: Key = Key::new("requests_days", "requests_days = 31");
const QUARTERS_DAYS: Key = Key::new("quarters_days", "quarters_days = 396");
const HOURS_DAYS: Key = Key::new("hours_days", "hours_days = 396");
const DAYS_DAYS: Key = Key::new("days_days", "days_days = 3_653");

/// A record may be written again for minutes: what is swept sooner could count twice. A century is for ever.
const DAYS: RangeInclusive<u64> = 1..=36_525;

/// How long what is kept, in days. Sums of all time are not swept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Rows of requests and of their attempts.
    pub requests_days: u64,
    /// Sums by quarters of an hour.
    pub quarters_days: u64,
    /// Sums by hours.
    pub hours_days: u64,
    /// Sums by days of UTC.
    pub days_days: u64,
}

impl Default for Retention {
    /// A month of rows, 13 months of hours, and ten years of days, which finance may have to keep.
    fn default() -> Self {
        Self { requests_days: 31, quarters_days: 396, hours_days: 396, days_days: 3_653 }
    }
}

pub(super) fn read(report: &mut Report<'_>, table: &mut Table<'_>) -> Retention {
    let default = Retention::default();
    let mut days = |key, default| {
        let written = table.optional(report, key);
        let days = written.and_then(|it| whole_number(report, table.label, key, &it, DAYS));
        days.unwrap_or(default)
    };
    Retention {
        requests_days: days(REQUESTS_DAYS, default.requests_days),
        quarters_days: days(QUARTERS_DAYS, default.quarters_days),
        hours_days: days(HOURS_DAYS, default.hours_days),
        days_days: days(DAYS_DAYS, default.days_days),
    }
}
