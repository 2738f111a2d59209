//! When windows begin and end.

use crate::fixtures::{first, key_limit, ms, plans, utc};
use postern_meter::{Span, Windows, Zone};
use proptest::prelude::*;

fn current(rest: &str, zone: &str, moment: &str) -> Span {
    let plans = plans(&key_limit("tokens", 10, rest));
    let windows = Windows::of(first(&plans), &Zone::named(zone), ms(moment)).unwrap();
    assert_eq!((windows.earlier, windows.later), (Vec::new(), Vec::new()));
    windows.current
}

fn span(start: &str, end: &str) -> Span {
    Span { start_ms: ms(start), end_ms: ms(end) }
}

const DAY: &str = "per = \"day\"";
const MONTH: &str = "per = \"month\"";

#[test]
fn a_day_in_spring_has_23_hours() {
    let day = span("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z");
    assert_eq!(current(DAY, "Europe/Berlin", "2026-03-28T23:00:00Z"), day);
    assert_eq!(current(DAY, "Europe/Berlin", "2026-03-29T21:59:59.999Z"), day);
    assert_eq!(day.length_ms(), 23 * 3_600_000);
}

#[test]
fn a_day_in_autumn_has_25_hours() {
    let day = span("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
    assert_eq!(current(DAY, "Europe/Berlin", "2026-10-25T00:30:00Z"), day);
    // The hour from two to three a second time.
    assert_eq!(current(DAY, "Europe/Berlin", "2026-10-25T01:30:00Z"), day);
    assert_eq!(day.length_ms(), 25 * 3_600_000);
}

#[test]
fn a_day_without_a_midnight_begins_with_its_first_hour() {
    // In Cairo the clock goes from 23:59:59 on the 23rd to 01:00 on the 24th.
    let day = span("2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z");
    assert_eq!(current(DAY, "Africa/Cairo", "2026-04-24T10:00:00Z"), day);
}

#[test]
fn months_are_those_of_the_zone() {
    let december = span("2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z");
    assert_eq!(current(MONTH, "Europe/Berlin", "2026-12-31T22:59:59.999Z"), december);
    let february = span("2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z");
    assert_eq!(current(MONTH, "UTC", "2028-02-29T12:00:00Z"), february);
    // It begins in winter time and ends in summer time.
    let march = span("2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z");
    assert_eq!(current(MONTH, "Europe/Berlin", "2026-03-15T12:00:00Z"), march);
}

#[test]
fn hours_are_those_of_utc_wherever_the_zone_is() {
    let hour = span("2026-09-21T14:00:00Z", "2026-09-21T15:00:00Z");
    assert_eq!(current("per = \"hour\"", "Asia/Kolkata", "2026-09-21T14:13:10Z"), hour);
}

#[test]
fn a_zone_that_is_none_is_utc() {
    let day = span("2026-09-21T00:00:00Z", "2026-09-22T00:00:00Z");
    assert_eq!(current(DAY, "Mars/Olympus", "2026-09-21T14:13:10Z"), day);
}

#[test]
fn concurrent_requests_have_no_window() {
    let plans = plans(&key_limit("concurrent_requests", 8, ""));
    assert_eq!(Windows::of(first(&plans), &utc(), 0), None);
}

#[test]
fn a_request_may_find_others_in_the_next_part() {
    let later = |per: &str, moment: &str| {
        let rest = format!("per = \"{per}\", window = \"rolling\"");
        let plans = plans(&key_limit("tokens", 10, &rest));
        Windows::of(first(&plans), &utc(), ms(moment)).unwrap().later
    };
    assert_eq!(later("hour", "2026-09-21T14:14:54.999Z"), []);
    let next = span("2026-09-21T14:15:00Z", "2026-09-21T14:20:00Z");
    assert_eq!(later("hour", "2026-09-21T14:14:55Z"), [next]);
    assert_eq!(later("second", "2026-09-21T14:14:54.999Z").len(), 10);
}

const PERIODS: [(&str, u64); 5] = [
    ("second", 1_000),
    ("minute", 60_000),
    ("hour", 3_600_000),
    ("day", 86_400_000),
    ("month", 30 * 86_400_000),
];

proptest! {
    #[test]
    fn a_rolling_window_covers_all_of_its_time(
        index in 0_usize..PERIODS.len(),
        now_ms in 1_700_000_000_000_u64..2_500_000_000_000,
    ) {
        let (per, length_ms) = PERIODS[index];
        let rest = format!("per = \"{per}\", window = \"rolling\"");
        let plans = plans(&key_limit("tokens", 10, &rest));
        let windows = Windows::of(first(&plans), &utc(), now_ms).unwrap();
        let parts: Vec<_> = std::iter::once(windows.current).chain(windows.earlier).collect();
        prop_assert!(parts[0].start_ms <= now_ms && now_ms < parts[0].end_ms);
        for pair in parts.windows(2) {
            prop_assert_eq!(pair[1].end_ms, pair[0].start_ms);
            prop_assert_eq!(pair[1].length_ms(), pair[0].length_ms());
        }
        let oldest = parts.last().unwrap();
        prop_assert!(oldest.start_ms <= now_ms - length_ms);
        prop_assert!(oldest.end_ms > now_ms - length_ms);
    }

    #[test]
    fn a_calendar_window_holds_the_moment_and_the_next_begins_where_it_ends(
        index in 0_usize..PERIODS.len(),
        zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "Africa/Cairo", "Australia/Lord_Howe"]),
        now_ms in 1_700_000_000_000_u64..2_500_000_000_000,
    ) {
        let rest = format!("per = \"{}\"", PERIODS[index].0);
        let plans = plans(&key_limit("tokens", 10, &rest));
        let of = |moment| Windows::of(first(&plans), &Zone::named(zone), moment).unwrap().current;
        let span = of(now_ms);
        prop_assert!(span.start_ms <= now_ms && now_ms < span.end_ms);
        prop_assert_eq!(of(span.start_ms), span);
        prop_assert_eq!(of(span.end_ms - 1), span);
        prop_assert_eq!(of(span.end_ms).start_ms, span.end_ms);
    }
}
