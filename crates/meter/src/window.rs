//! When a limit's windows begin and end.

use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan as _, ZonedDateTime};
use postern_policy::{Limit, Period, Window};

const SECOND_MS: u64 = 1_000;
const MINUTE_MS: u64 = 60 * SECOND_MS;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;
/// A rolling month; calendar months have 28 to 31 days.
const MONTH_MS: u64 = 30 * DAY_MS;

/// A span of time, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first millisecond.
    pub start_ms: u64,
    /// The first millisecond after it.
    pub end_ms: u64,
}

impl Span {
    fn of_length(start_ms: u64, length_ms: u64) -> Self {
        Span { start_ms, end_ms: start_ms.saturating_add(length_ms) }
    }

    /// Its length.
    pub fn length_ms(self) -> u64 {
        self.end_ms.saturating_sub(self.start_ms)
    }
}

/// How far ahead of this moment another request may be counted: the clocks of hosts differ, a request reads the clock
/// some time before it is counted, and stores of increments compare their clocks every five seconds (`postern-store`).
pub const AHEAD_MS: u64 = 5 * SECOND_MS;

/// The windows that count at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windows {
    /// The current window, or the current part of a rolling window.
    pub current: Span,
    /// The earlier parts of a rolling window that still count, newest first.
    pub earlier: Vec<Span>,
    /// The next parts of a rolling window, in which requests of hosts with a faster clock may already be counted.
    pub later: Vec<Span>,
}

/// The time zone of days and months.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of an IANA name; UTC for an unknown name, which the check of policies refuses.
    pub fn named(name: &str) -> Self {
        Zone(TimeZoneDatabase::bundled().get(name).unwrap_or(TimeZone::UTC))
    }
}

impl Windows {
    /// The windows of a limit at a moment. None for a limit without a period.
    pub fn of(limit: &Limit, zone: &Zone, now_ms: u64) -> Option<Self> {
        let period = limit.period?;
        Some(match limit.window {
            Window::Calendar => {
                let current = calendar(period, zone, now_ms);
                Windows { current, earlier: Vec::new(), later: Vec::new() }
            }
            Window::Rolling => rolling(period, now_ms),
        })
    }
}

/// Seconds, minutes and hours are counted in UTC, days and months in the zone.
fn calendar(period: Period, zone: &Zone, now_ms: u64) -> Span {
    let length_ms = length_ms(period);
    let of_zone = match period {
        Period::Second | Period::Minute | Period::Hour => None,
        Period::Day => day(zone, now_ms),
        Period::Month => month(zone, now_ms),
    };
    of_zone.unwrap_or_else(|| Span::of_length(floor(now_ms, length_ms), length_ms))
}

fn day(zone: &Zone, now_ms: u64) -> Option<Span> {
    let start = local(zone, now_ms)?.start_of_day().ok()?;
    let end = start.checked_add(1.day()).ok()?.start_of_day().ok()?;
    between(&start, &end)
}

fn month(zone: &Zone, now_ms: u64) -> Option<Span> {
    let start = local(zone, now_ms)?.first_of_month().ok()?.start_of_day().ok()?;
    let end = start.checked_add(1.month()).ok()?.start_of_day().ok()?;
    between(&start, &end)
}

fn local(zone: &Zone, now_ms: u64) -> Option<ZonedDateTime> {
    let now = Timestamp::from_millisecond(i64::try_from(now_ms).ok()?).ok()?;
    Some(now.to_zoned_datetime(zone.0.clone()))
}

fn between(start: &ZonedDateTime, end: &ZonedDateTime) -> Option<Span> {
    let ms = |moment: &ZonedDateTime| u64::try_from(moment.timestamp().as_millisecond()).ok();
    Some(Span { start_ms: ms(start)?, end_ms: ms(end)? })
}

/// A rolling window is kept in parts and counts its oldest part whole, so no window ever admits more than its amount.
fn rolling(period: Period, now_ms: u64) -> Windows {
    let parts = parts(period);
    let length_ms = length_ms(period);
    let part_ms = length_ms / parts;
    let start_ms = floor(now_ms, part_ms);
    let earlier = |back: u64| Span::of_length(start_ms.saturating_sub(back * part_ms), part_ms);
    // Beyond the window's length it is another window.
    let last_start_ms = floor(now_ms.saturating_add(AHEAD_MS.min(length_ms)), part_ms);
    let ahead = last_start_ms.saturating_sub(start_ms) / part_ms;
    let later = |ahead: u64| Span::of_length(start_ms.saturating_add(ahead * part_ms), part_ms);
    Windows {
        current: earlier(0),
        earlier: (1..=parts).map(earlier).collect(),
        later: (1..=ahead).map(later).collect(),
    }
}

/// The parts of a rolling window: what was used stops counting at most one part late.
fn parts(period: Period) -> u64 {
    match period {
        Period::Second => 10,
        Period::Minute | Period::Hour => 12,
        Period::Day => 24,
        Period::Month => 30,
    }
}

/// The length of a rolling window of this period, and roughly that of a calendar window.
pub fn length_ms(period: Period) -> u64 {
    match period {
        Period::Second => SECOND_MS,
        Period::Minute => MINUTE_MS,
        Period::Hour => HOUR_MS,
        Period::Day => DAY_MS,
        Period::Month => MONTH_MS,
    }
}

fn floor(now_ms: u64, length_ms: u64) -> u64 {
    now_ms - now_ms % length_ms.max(1)
}
