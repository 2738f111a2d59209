//! Times and time zones of questions.

use super::error::QuestionError;
use super::parameters::{Parameters, shown};
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan as _};

/// How times are written.
const TIMES: &str = "a date (`2026-03-01`), a local time (`2026-03-01T08:00`) or a time with its offset (`2026-03-01T08:00:00Z`; in a URL, `+` is written `%2B`)";

/// A stretch of time in which local time has one offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) start_s: i64,
    pub(super) end_s: i64,
    pub(super) offset_s: i64,
}

/// The zone of a question; UTC if none is given.
pub(super) fn zone(parameters: Parameters<'_>) -> Result<TimeZone, QuestionError> {
    let Some(given) = parameters.one("zone")? else { return Ok(TimeZone::UTC) };
    TimeZoneDatabase::bundled().get(given).map_err(|_| QuestionError::WrongValue {
        parameter: "zone",
        given: shown(given),
        known: "a name of the IANA database, such as `UTC` or `Europe/Berlin`".to_owned(),
    })
}

/// A time as seconds since 1970. Of a local time that is there twice, the first counts; of one that is not there, the time after the gap.
pub(super) fn time(
    parameters: Parameters<'_>,
    parameter: &'static str,
    zone: &TimeZone,
) -> Result<Option<i64>, QuestionError> {
    let Some(given) = parameters.one(parameter)? else { return Ok(None) };
    let wrong =
        || QuestionError::WrongValue { parameter, given: shown(given), known: TIMES.to_owned() };
    let local = |time: DateTime| zone.to_timestamp(time).ok();
    let timestamp = given.parse::<Timestamp>().ok();
    let timestamp = timestamp.or_else(|| local(given.parse::<DateTime>().ok()?));
    let seconds = timestamp.ok_or_else(wrong)?.as_second();
    if (0..=253_402_207_200).contains(&seconds) { Ok(Some(seconds)) } else { Err(wrong()) }
}

/// The stretches of a range, in order.
pub(super) fn segments(zone: &TimeZone, start_s: i64, end_s: i64) -> Vec<Segment> {
    let Ok(start) = Timestamp::from_second(start_s) else { return Vec::new() };
    let changes = zone.following(start).map(|change| change.timestamp().as_second());
    let changes = changes.take_while(|change| *change < end_s);
    let mut segments: Vec<Segment> = Vec::new();
    let mut begin = start_s;
    for end in changes.chain([end_s]) {
        let offset_s = offset(zone, begin);
        match segments.last_mut() {
            // Some changes are of the name alone.
            Some(last) if last.offset_s == offset_s => last.end_s = end,
            _ => segments.push(Segment { start_s: begin, end_s: end, offset_s }),
        }
        begin = end;
    }
    segments
}

fn offset(zone: &TimeZone, unix_s: i64) -> i64 {
    let offset = Timestamp::from_second(unix_s).map(|time| zone.to_offset(time));
    offset.map_or(0, |offset| i64::from(offset.seconds()))
}

/// The date of a day, counted from 1970-01-01.
pub(super) fn date(day: i64) -> Option<Date> {
    let timestamp = Timestamp::from_second(day.checked_mul(86_400)?).ok()?;
    Some(Offset::UTC.to_datetime(timestamp).date())
}

/// The day of a date.
pub(super) fn day(date: Date) -> Option<i64> {
    let midnight = date.at(0, 0, 0, 0);
    Some(Offset::UTC.to_timestamp(midnight).ok()?.as_second().div_euclid(86_400))
}

/// The Monday of a day's week.
pub(super) fn monday(day: i64) -> i64 {
    // 1970-01-01 was a Thursday.
    day.saturating_sub(day.saturating_add(3).rem_euclid(7))
}

/// The first day of a day's month.
pub(super) fn first_of_month(of: i64) -> Option<i64> {
    day(date(of)?.first_of_month())
}

/// A moment as it is written, with this offset.
pub(super) fn written(unix_s: i64, offset_s: i64) -> Option<String> {
    let offset = Offset::from_seconds(i32::try_from(offset_s).ok()?).ok()?;
    Some(Timestamp::from_second(unix_s).ok()?.display_with_offset(offset).to_string())
}

/// The first moment of the month after the one of this moment, in UTC.
pub(super) fn month_of(unix_s: i64) -> Option<(i64, i64)> {
    let first = date(unix_s.div_euclid(86_400))?.first_of_month();
    let next = first.checked_add(1.month()).ok()?;
    Some((day(first)?.checked_mul(86_400)?, day(next)?.checked_mul(86_400)?))
}

/// The time from `from` to `to`, in seconds since 1970; either may be absent.
pub(crate) fn span(parameters: Parameters<'_>) -> Result<(i64, i64), QuestionError> {
    let zone = zone(parameters)?;
    let from = time(parameters, "from", &zone)?.unwrap_or(i64::MIN);
    Ok((from, time(parameters, "to", &zone)?.unwrap_or(i64::MAX)))
}
