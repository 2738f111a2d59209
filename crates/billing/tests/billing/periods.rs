//! Billing periods by the calendar.

use postern_billing::{Billing, Zone};
use proptest::prelude::*;

/// Zone, where billing began, and the beginnings of the periods that follow, in UTC.
const ANNIVERSARIES: &[(&str, &str, &[&str])] = &[
    (
        "UTC",
        "2026-01-31T10:00:00Z",
        &["2026-02-28T10:00:00Z", "2026-03-31T10:00:00Z", "2026-04-30T10:00:00Z"],
    ),
    (
        "UTC",
        "2028-01-30T00:00:00Z",
        &["2028-02-29T00:00:00Z", "2028-03-30T00:00:00Z", "2028-04-30T00:00:00Z"],
    ),
    (
        "UTC",
        "2028-02-29T23:59:59Z",
        &["2028-03-29T23:59:59Z", "2028-04-29T23:59:59Z", "2028-05-29T23:59:59Z"],
    ),
    (
        "UTC",
        "2100-01-29T00:00:00Z",
        &["2100-02-28T00:00:00Z", "2100-03-29T00:00:00Z", "2100-04-29T00:00:00Z"],
    ),
    (
        "UTC",
        "2026-12-01T00:00:00Z",
        &["2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z", "2027-03-01T00:00:00Z"],
    ),
    // Local midnight, over both changes of summer time.
    (
        "Europe/Berlin",
        "2026-02-28T23:00:00Z",
        &["2026-03-31T22:00:00Z", "2026-04-30T22:00:00Z", "2026-05-31T22:00:00Z"],
    ),
    (
        "Europe/Berlin",
        "2026-09-30T22:00:00Z",
        &["2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z"],
    ),
    // 02:30 is skipped on 2026-03-29, and there twice on 2026-10-25.
    (
        "Europe/Berlin",
        "2026-02-28T01:30:00Z",
        &["2026-03-28T01:30:00Z", "2026-04-28T00:30:00Z", "2026-05-28T00:30:00Z"],
    ),
    (
        "Europe/Berlin",
        "2026-01-29T01:30:00Z",
        &["2026-02-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-04-29T00:30:00Z"],
    ),
    (
        "Europe/Berlin",
        "2026-08-25T00:30:00Z",
        &["2026-09-25T00:30:00Z", "2026-10-25T00:30:00Z", "2026-11-25T01:30:00Z"],
    ),
    // Another day there than in UTC.
    (
        "Pacific/Auckland",
        "2026-01-30T12:00:00Z",
        &["2026-02-27T12:00:00Z", "2026-03-30T12:00:00Z", "2026-04-29T13:00:00Z"],
    ),
    (
        "America/Los_Angeles",
        "2026-02-01T07:59:59Z",
        &["2026-03-01T07:59:59Z", "2026-04-01T06:59:59Z", "2026-05-01T06:59:59Z"],
    ),
];

const MONTHS: &[(&str, &str, &[&str])] = &[
    ("UTC", "2026-01-31T10:00:00Z", &["2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"]),
    ("Europe/Berlin", "2026-03-15T10:00:00Z", &["2026-03-31T22:00:00Z", "2026-04-30T22:00:00Z"]),
    ("Pacific/Auckland", "2026-01-31T11:30:00Z", &["2026-02-28T11:00:00Z", "2026-03-31T11:00:00Z"]),
];

fn unix_s(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_second()
}

#[test]
fn periods_begin_when_the_table_says() {
    for (billing, table) in
        [(Billing::Anniversary, ANNIVERSARIES), (Billing::CalendarMonth, MONTHS)]
    {
        for (zone, anchor, starts) in table {
            assert!(!starts.is_empty(), "{zone} {anchor}");
            let (zone, anchor_s) = (Zone::named(zone).unwrap(), unix_s(anchor));
            let mut at_s = anchor_s;
            for start in *starts {
                let period = zone.period(billing, anchor_s, at_s).unwrap();
                assert_eq!(period.end_s, unix_s(start), "{zone:?} {anchor} {start}");
                assert_eq!(zone.period(billing, anchor_s, period.end_s - 1), Some(period));
                at_s = period.end_s;
            }
            assert_eq!(zone.period(billing, anchor_s, anchor_s - 1), None);
        }
    }
}

#[test]
fn the_first_period_of_a_calendar_month_is_the_whole_month() {
    let period = Zone::utc().period(
        Billing::CalendarMonth,
        unix_s("2026-01-31T10:00:00Z"),
        unix_s("2026-01-31T10:00:00Z"),
    );
    assert_eq!(period.unwrap().start_s, unix_s("2026-01-01T00:00:00Z"));
}

#[test]
fn an_unknown_zone_is_refused_with_the_remedy() {
    let error = Zone::named("Europe/Berlln").unwrap_err();
    assert!(error.to_string().contains("IANA"), "{error}");
}

proptest! {
    /// Periods follow each other without gap or overlap, each holds its moments, and none is longer than 31 days and an hour.
    #[test]
    fn periods_cover_all_time_once(
        anchor_s in 1_700_000_000_i64..1_900_000_000,
        later_s in 0_i64..200_000_000,
        zone in prop_oneof![Just("UTC"), Just("Europe/Berlin"), Just("America/St_Johns"), Just("Pacific/Apia"), Just("Australia/Lord_Howe")],
        billing in prop_oneof![Just(Billing::Anniversary), Just(Billing::CalendarMonth)],
    ) {
        let zone = Zone::named(zone).unwrap();
        let at_s = anchor_s + later_s;
        let period = zone.period(billing, anchor_s, at_s).unwrap();
        prop_assert!(period.contains(at_s));
        prop_assert!((27 * 86_400..=31 * 86_400 + 3_600).contains(&period.length_s()));
        let next = zone.period(billing, anchor_s, period.end_s).unwrap();
        prop_assert_eq!(next.start_s, period.end_s);
        prop_assert_eq!(zone.period(billing, anchor_s, period.start_s.max(anchor_s)), Some(period));
    }
}
