//! Billing periods, by the calendar of the organisation's time zone.

use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

/// The most months that are counted from an anchor: 200 years.
const MAX_MONTHS: i64 = 2_400;

/// Where billing periods begin.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Billing {
    /// On the day of the month, and at the time of day, on which the subscription became active. A month without this day has its
    /// last day instead: 31 January, 28 or 29 February, 31 March.
    #[default]
    Anniversary,
    /// At the first midnight of each month. The first period is the rest of its month, and is prorated.
    CalendarMonth,
}

/// A span of time, `start_s` included and `end_s` not, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// Its first second.
    pub start_s: i64,
    /// The first second after it.
    pub end_s: i64,
}

impl Period {
    /// Its length in seconds; never negative.
    pub fn length_s(self) -> i64 {
        self.end_s.saturating_sub(self.start_s).max(0)
    }

    /// Whether a moment is in it.
    pub fn contains(self, unix_s: i64) -> bool {
        (self.start_s..self.end_s).contains(&unix_s)
    }

    /// What two spans have in common; none if that is nothing.
    pub fn overlap(self, other: Self) -> Option<Self> {
        let both =
            Self { start_s: self.start_s.max(other.start_s), end_s: self.end_s.min(other.end_s) };
        (both.start_s < both.end_s).then_some(both)
    }
}

/// A time zone of the IANA database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

/// A name that the database does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no time zone; write a name of the IANA database, such as \"Europe/Berlin\"")]
pub struct UnknownZone {
    given: String,
}

impl Zone {
    /// The zone of a name.
    ///
    /// # Errors
    ///
    /// The database has no such name.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        let unknown = || UnknownZone { given: name.chars().take(64).collect() };
        let zone = TimeZoneDatabase::bundled().get(name).map_err(|_| unknown())?;
        Ok(Self { name: name.to_owned(), zone })
    }

    /// UTC.
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }

    /// Its name in the database.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The date and time of day there; none for a moment beyond the calendar.
    fn local(&self, unix_s: i64) -> Option<DateTime> {
        let moment = Timestamp::from_second(unix_s).ok()?;
        Some(self.zone.to_datetime(moment))
    }

    /// The moment of a local time. Of one that is there twice the first counts; one that is skipped counts from before the gap.
    fn moment(&self, local: DateTime) -> Option<i64> {
        Some(self.zone.to_timestamp(local).ok()?.as_second())
    }

    /// The date there, as `2026-03-31`; empty for a moment beyond the calendar.
    pub fn date(&self, unix_s: i64) -> String {
        self.local(unix_s).map(|local| local.date().to_string()).unwrap_or_default()
    }

    /// The same time of day this many days later; none beyond the calendar.
    pub fn days_after(&self, unix_s: i64, days: u32) -> Option<i64> {
        let later = self.local(unix_s)?.checked_add(i64::from(days).days()).ok()?;
        self.moment(later)
    }

    /// The period of a moment, counted from the moment at which billing began; none before that, and beyond the calendar.
    pub fn period(&self, billing: Billing, anchor_s: i64, unix_s: i64) -> Option<Period> {
        if unix_s < anchor_s {
            return None;
        }
        let anchor = self.local(anchor_s)?;
        let first = match billing {
            Billing::Anniversary => anchor,
            Billing::CalendarMonth => anchor.date().first_of_month().at(0, 0, 0, 0),
        };
        let local = self.local(unix_s)?;
        let years = i64::from(local.year()).checked_sub(i64::from(anchor.year()))?;
        let months = years * 12 + i64::from(local.month()) - i64::from(anchor.month());
        // The period begins in this month or the one before.
        [months + 1, months, months - 1].into_iter().find_map(|months| {
            let period = Period {
                start_s: self.start(first, months)?,
                end_s: self.start(first, months + 1)?,
            };
            period.contains(unix_s).then_some(period)
        })
    }

    /// Always counted from the anchor, so that a short month does not move the later ones.
    fn start(&self, first: DateTime, months: i64) -> Option<i64> {
        if !(0..=MAX_MONTHS).contains(&months) {
            return None;
        }
        self.moment(first.checked_add(months.months()).ok()?)
    }
}

impl TryFrom<String> for Zone {
    type Error = UnknownZone;

    fn try_from(name: String) -> Result<Self, UnknownZone> {
        Self::named(&name)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> String {
        zone.name
    }
}

/// A moment in UTC as RFC 3339 writes it, to the second; empty for a moment beyond the calendar.
pub(crate) fn rfc_3339(unix_s: i64) -> String {
    Timestamp::from_second(unix_s).map(|moment| moment.to_string()).unwrap_or_default()
}

/// The same to the millisecond, with three digits.
pub(crate) fn rfc_3339_ms(unix_ms: u64) -> Option<String> {
    let moment = Timestamp::from_millisecond(i64::try_from(unix_ms).ok()?).ok()?;
    Some(format!("{moment:.3}"))
}
