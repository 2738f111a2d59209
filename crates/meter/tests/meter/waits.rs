//! What is left of a limit, and how long to wait for more.

use crate::fixtures::{
    MINUTE_MS, key_limit, lease, matched, ms, now_ms, plans, reserve, settle, tokens,
};
use postern_meter::{Amounts, Settlement};
use postern_store::memory::Memory;
use proptest::prelude::*;

fn wait_ms(plans: &postern_policy::Plans, store: &Memory, amounts: Amounts, now_ms: u64) -> u64 {
    reserve(store, plans, amounts, now_ms).unwrap_err().fault.retry_after_ms.unwrap()
}

#[test]
fn a_calendar_window_is_to_be_waited_for_to_the_millisecond() {
    let moment = ms("2026-09-21T14:13:10.250Z");
    for (per, expected_ms) in [
        ("second", 750),
        ("minute", 49_750),
        ("hour", 46 * MINUTE_MS + 49_750),
        ("day", ms("2026-09-22T00:00:00Z") - moment),
        ("month", ms("2026-10-01T00:00:00Z") - moment),
    ] {
        for unit in ["requests", "tokens"] {
            let plans = plans(&key_limit(unit, 1, &format!("per = \"{per}\"")));
            let store = Memory::new();
            let one = tokens(1, 0);
            let reserved = reserve(&store, &plans, one, moment).unwrap();
            settle(&store, &lease(reserved, one), Settlement::Used(one), moment);
            assert_eq!(wait_ms(&plans, &store, one, moment), expected_ms, "{unit} per {per}");
            assert!(reserve(&store, &plans, one, moment + expected_ms - 1).is_err());
            assert!(reserve(&store, &plans, one, moment + expected_ms).is_ok());
        }
    }
}

#[test]
fn where_only_reservations_are_in_the_way_it_is_soon() {
    for limit in [
        key_limit("tokens", 10, "per = \"day\""),
        key_limit("tokens", 10, "per = \"hour\", window = \"rolling\""),
        key_limit("concurrent_requests", 1, ""),
    ] {
        let plans = plans(&limit);
        let store = Memory::new();
        reserve(&store, &plans, tokens(6, 4), now_ms()).unwrap();
        assert_eq!(wait_ms(&plans, &store, tokens(6, 4), now_ms()), 1_000);
    }
}

#[test]
fn a_rolling_window_is_free_again_part_by_part() {
    let plans = plans(&key_limit("requests", 3, "per = \"minute\", window = \"rolling\""));
    let store = Memory::new();
    let start_ms = ms("2026-09-21T14:13:00Z");
    for after_ms in [1_000, 12_000, 13_000] {
        reserve(&store, &plans, tokens(0, 0), start_ms + after_ms).unwrap();
    }
    let now_ms = start_ms + 20_000;
    // The first one's part of five seconds ends at 5 s, and counts for a minute more.
    assert_eq!(wait_ms(&plans, &store, tokens(0, 0), now_ms), 45_000);
    assert!(reserve(&store, &plans, tokens(0, 0), now_ms + 44_999).is_err());
    assert!(reserve(&store, &plans, tokens(0, 0), now_ms + 45_000).is_ok());
    // The next two leave together, at 15 s and a minute.
    assert_eq!(wait_ms(&plans, &store, tokens(0, 0), now_ms + 45_000), 10_000);
    assert!(reserve(&store, &plans, tokens(0, 0), now_ms + 55_000).is_ok());
}

#[test]
fn a_large_request_waits_for_as_many_parts_as_it_needs() {
    let plans = plans(&key_limit("tokens", 10, "per = \"minute\", window = \"rolling\""));
    let store = Memory::new();
    let start_ms = ms("2026-09-21T14:13:00Z");
    for (after_ms, amount) in [(0, 3), (10_000, 3), (20_000, 3)] {
        reserve(&store, &plans, tokens(amount, 0), start_ms + after_ms).unwrap();
    }
    let now_ms = start_ms + 30_000;
    for (amount, expected_ms) in [(2, 35_000), (4, 35_000), (5, 45_000), (10, 55_000)] {
        assert_eq!(wait_ms(&plans, &store, tokens(amount, 0), now_ms), expected_ms);
    }
}

#[test]
fn what_stands_is_counted_with_the_request_that_was_admitted() {
    let plans = plans(&key_limit("tokens", 100, "per = \"day\", warn_at_percent = 80"));
    let store = Memory::new();
    let of = |amount| {
        let reserved = reserve(&store, &plans, tokens(amount, 0), now_ms()).unwrap();
        let (matched, status) = reserved.statuses.into_iter().next().unwrap();
        (status.taken, status.left(), status.percent(), matched.warning(&status))
    };
    assert_eq!(of(79), (79, 21, 79, None));
    let warning = "80% of 100 tokens per day for the key `ab12`".to_owned();
    assert_eq!(of(1), (80, 20, 80, Some(warning)));
    let rejected = reserve(&store, &plans, tokens(21, 0), now_ms()).unwrap_err();
    assert_eq!(rejected.statuses[0].1.left(), 20);
}

#[test]
fn nothing_is_left_where_more_was_used_than_there_is() {
    let plans = plans(&key_limit("tokens", 10, "per = \"day\""));
    let store = Memory::new();
    let reserved = reserve(&store, &plans, tokens(6, 4), now_ms()).unwrap();
    settle(&store, &lease(reserved, tokens(6, 4)), Settlement::Used(tokens(6, 40)), now_ms());
    let rejected = reserve(&store, &plans, tokens(1, 0), now_ms()).unwrap_err();
    let status = rejected.statuses[0].1;
    assert_eq!((status.taken, status.left(), status.percent()), (46, 0, 460));
}

#[test]
fn sums_of_half_done_changes_are_not_below_zero() {
    let plans = plans(&key_limit("tokens", 10, "per = \"day\""));
    let matched = matched(&plans, now_ms());
    assert_eq!(matched.status(&[-5, 2, -5, 1], now_ms()).taken, 0);
    assert_eq!(matched.status(&[5, 2, 4, 1], now_ms()).taken, 7);
    assert!(matched.reserving(4).is_exceeded(&[5, 2, 4, 1]));
}

proptest! {
    #[test]
    fn a_request_is_admitted_after_the_wait_it_was_told_and_not_before(
        per in prop::sample::select(vec!["second", "minute", "hour", "day"]),
        window in prop::sample::select(vec!["calendar", "rolling"]),
        steps in prop::collection::vec((0_u64..4_000, 1_u64..6), 1..30),
        amount in 1_u64..10,
        start_ms in 1_790_000_000_000_u64..1_790_100_000_000,
    ) {
        let plans = plans(&key_limit("tokens", 10, &format!("per = \"{per}\", window = \"{window}\"")));
        let store = Memory::new();
        let mut now_ms = start_ms;
        for (after_ms, amount) in steps {
            now_ms += after_ms;
            if let Ok(reserved) = reserve(&store, &plans, tokens(amount, 0), now_ms) {
                let settlement = Settlement::Used(tokens(amount, 0));
                settle(&store, &lease(reserved, tokens(amount, 0)), settlement, now_ms);
            }
        }
        if let Err(rejected) = reserve(&store, &plans, tokens(amount, 0), now_ms) {
            let wait_ms = rejected.fault.retry_after_ms.unwrap();
            prop_assert!(wait_ms > 0);
            prop_assert!(reserve(&store, &plans, tokens(amount, 0), now_ms + wait_ms - 1).is_err());
            prop_assert!(reserve(&store, &plans, tokens(amount, 0), now_ms + wait_ms).is_ok());
        }
    }
}
