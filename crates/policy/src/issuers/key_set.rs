//! `key_set` of an issuer: how long its public keys are cached and awaited.

use std::ops::{Range, RangeInclusive};

use super::KeySetTimes;
use super::values::{Number, within};
use crate::reading::{Key, Label, Report, Table};

/// At least a minute, so that issuers are not asked all the time; at most a day, within which a leaked key should be gone.
const TTL_BOUNDS_S: RangeInclusive<u64> = 60..=86_400;
/// Up to a week: an issuer that is unreachable for longer does not recover by itself.
const STALE_BOUNDS_S: RangeInclusive<u64> = 0..=604_800;
/// Tokens with invented key ids cause at most one fetch in ten seconds; a new key is known within an hour.
const REFRESH_BOUNDS_S: RangeInclusive<u64> = 10..=3_600;

const TTL_S: Key = Key::new("ttl_s", "ttl_s = 3_600");
const STALE_S: Key = Key::new("stale_s", "stale_s = 86_400");
const REFRESH_S: Key = Key::new("refresh_s", "refresh_s = 60");
/// Less than 100 ms is too short for TLS; clients do not wait longer than 10 s for the first byte.
pub(super) const TIMEOUT_BOUNDS_MS: RangeInclusive<u64> = 100..=10_000;
pub(super) const TIMEOUT_MS: Key = Key::new("timeout_ms", "timeout_ms = 3_000");

impl Default for KeySetTimes {
    fn default() -> Self {
        Self { ttl_s: 3_600, stale_s: 86_400, refresh_s: 60, timeout_ms: 3_000 }
    }
}

/// `key_set = { ... }` as written.
pub(super) struct KeySet<'t> {
    label: Label<'t>,
    pub(super) span: Range<usize>,
    ttl_s: Number,
    stale_s: Number,
    refresh_s: Number,
    timeout_ms: Number,
}

impl<'t> KeySet<'t> {
    pub(super) fn of(report: &mut Report<'_>, issuer: &mut Table<'t>, key: Key) -> Option<Self> {
        let mut table = issuer.table(report, key, "key_set of issuer")?;
        let key_set = Self {
            label: table.label,
            span: table.span.clone(),
            ttl_s: table.optional(report, TTL_S),
            stale_s: table.optional(report, STALE_S),
            refresh_s: table.optional(report, REFRESH_S),
            timeout_ms: table.optional(report, TIMEOUT_MS),
        };
        table.finish(report);
        Some(key_set)
    }

    pub(super) fn check(&self, report: &mut Report<'_>) -> KeySetTimes {
        let default = KeySetTimes::default();
        let mut within = |key, value: &Number, bounds, default| {
            within(report, self.label, key, value, bounds, default)
        };
        KeySetTimes {
            ttl_s: within(TTL_S, &self.ttl_s, TTL_BOUNDS_S, default.ttl_s),
            stale_s: within(STALE_S, &self.stale_s, STALE_BOUNDS_S, default.stale_s),
            refresh_s: within(REFRESH_S, &self.refresh_s, REFRESH_BOUNDS_S, default.refresh_s),
            timeout_ms: within(TIMEOUT_MS, &self.timeout_ms, TIMEOUT_BOUNDS_MS, default.timeout_ms),
        }
    }
}
