//! What a settlement makes of a reservation.

use crate::fixtures::{
    MINUTE_MS, SUBJECT, first, key_limit, lease, matched, ms, now_ms, open_plans, plans, renew,
    reserve, settle, taken, tokens, utc,
};
use postern_meter::{Lease, LimitMatch, Reservation, Settlement};
use postern_store::memory::Memory;
use postern_types::Price;

const DAY: &str = "per = \"day\"";
const MINUTE: &str = "per = \"minute\"";

/// A lease of one limit, with `tokens(6, 4)` reserved.
fn of(unit: &str, rest: &str, now_ms: u64) -> Lease {
    let plans = plans(&key_limit(unit, 1_000, rest));
    let store = Memory::new();
    lease(reserve(&store, &plans, tokens(6, 4), now_ms).unwrap(), tokens(6, 4))
}

/// The kinds of counters that change, and by how much, in order.
fn changes(lease: &Lease, settlement: Settlement, now_ms: u64) -> Vec<(String, i64)> {
    let changes = lease.settle(settlement, now_ms).into_iter();
    let kind = |name: &str| name.split('/').nth(2).unwrap().to_owned();
    changes.map(|change| (kind(&change.counter.name), change.by)).collect()
}

fn list(changes: &[(&str, i64)]) -> Vec<(String, i64)> {
    changes.iter().map(|(kind, by)| ((*kind).to_owned(), *by)).collect()
}

#[test]
fn a_long_window_takes_in_what_was_used_before_it_lets_go_of_what_was_reserved() {
    let lease = of("tokens", DAY, now_ms());
    let used = |amounts| changes(&lease, Settlement::Used(amounts), now_ms());
    assert_eq!(used(tokens(6, 1)), list(&[("used", 7), ("held", -10)]));
    assert_eq!(used(tokens(6, 40)), list(&[("used", 46), ("held", -10)]));
    assert_eq!(used(tokens(0, 0)), list(&[("held", -10)]));
    assert_eq!(changes(&lease, Settlement::Unused, now_ms()), list(&[("held", -10)]));
}

#[test]
fn a_short_window_gives_back_what_was_not_used() {
    let lease = of("tokens", MINUTE, now_ms());
    let used = |amounts| changes(&lease, Settlement::Used(amounts), now_ms());
    assert_eq!(used(tokens(6, 1)), list(&[("used", 7), ("total", -3)]));
    assert_eq!(used(tokens(6, 4)), list(&[("used", 10)]));
    assert_eq!(used(tokens(6, 40)), list(&[("used", 46), ("total", 36)]));
    assert_eq!(changes(&lease, Settlement::Unused, now_ms()), list(&[("total", -10)]));
}

#[test]
fn a_request_counts_unless_it_was_not_sent() {
    let lease = of("requests", DAY, now_ms());
    assert_eq!(changes(&lease, Settlement::Used(tokens(0, 0)), now_ms()), []);
    assert_eq!(changes(&lease, Settlement::Unused, now_ms()), list(&[("total", -1)]));
}

#[test]
fn what_cannot_be_known_has_used_what_was_reserved_of_every_unit() {
    for counts in [true, false] {
        let settled = |unit: &str, rest: &str| {
            changes(&of(unit, rest, now_ms()), Settlement::Reserved { counts }, now_ms())
        };
        let requests = if counts { vec![] } else { list(&[("total", -1)]) };
        assert_eq!(settled("requests", DAY), requests);
        assert_eq!(settled("tokens", DAY), list(&[("used", 10), ("held", -10)]));
        assert_eq!(settled("tokens", MINUTE), list(&[("used", 10)]));
        assert_eq!(settled("output_tokens", DAY), list(&[("used", 4), ("held", -4)]));
        assert_eq!(settled("concurrent_requests", ""), list(&[("held", -1)]));
    }
}

#[test]
fn a_place_among_concurrent_requests_is_given_back_by_all() {
    let lease = of("concurrent_requests", "", now_ms());
    for settlement in [Settlement::Unused, Settlement::Used(tokens(6, 1))] {
        assert_eq!(changes(&lease, settlement, now_ms()), list(&[("held", -1)]));
    }
}

#[test]
fn each_unit_counts_its_own() {
    for (unit, amount) in [("input_tokens", 6), ("output_tokens", 2), ("tokens", 8), ("usd", 80)] {
        let lease = of(unit, DAY, now_ms());
        assert_eq!(changes(&lease, Settlement::Used(tokens(6, 2)), now_ms())[0].1, amount);
    }
}

#[test]
fn what_has_lapsed_is_not_given_back_and_what_was_used_is_counted_all_the_same() {
    let lease = of("tokens", DAY, now_ms());
    let later =
        |minutes| changes(&lease, Settlement::Used(tokens(6, 1)), now_ms() + minutes * MINUTE_MS);
    assert_eq!(later(1), list(&[("used", 7), ("held", -10)]));
    assert_eq!(later(2), list(&[("used", 7)]));
}

#[test]
fn a_window_that_is_forgotten_is_not_begun_anew() {
    let lease = of("tokens", MINUTE, now_ms());
    let used =
        |minutes| changes(&lease, Settlement::Used(tokens(6, 1)), now_ms() + minutes * MINUTE_MS);
    assert_eq!(used(3), list(&[("used", 7), ("total", -3)]));
    assert_eq!(used(4), []);
}

#[test]
fn what_is_used_counts_in_the_window_in_which_it_was_admitted() {
    let plans = plans(&key_limit("tokens", 100, DAY));
    let store = Memory::new();
    let before_ms = ms("2026-09-21T23:59:50Z");
    let held = lease(reserve(&store, &plans, tokens(6, 4), before_ms).unwrap(), tokens(6, 4));
    let after_ms = ms("2026-09-22T00:00:20Z");
    settle(&store, &held, Settlement::Used(tokens(6, 1)), after_ms);
    assert_eq!(taken(&store, &plans, before_ms), 7);
    assert_eq!(taken(&store, &plans, after_ms), 0);
}

#[test]
fn a_reservation_is_kept_for_as_long_as_it_is_renewed() {
    for limit in [
        key_limit("tokens", 10, DAY),
        key_limit("tokens", 10, "per = \"hour\", window = \"rolling\""),
        key_limit("concurrent_requests", 1, ""),
    ] {
        let plans = plans(&limit);
        let store = Memory::new();
        let mut held =
            lease(reserve(&store, &plans, tokens(6, 4), now_ms()).unwrap(), tokens(6, 4));
        let full = first(&plans).amount;
        assert!(held.must_be_renewed());
        for step in 1..=30 {
            let now_ms = now_ms() + step * 20_000;
            held = renew(&store, held, now_ms);
            assert_eq!(taken(&store, &plans, now_ms), full, "{limit}");
            assert!(reserve(&store, &plans, tokens(1, 0), now_ms).is_err());
        }
        settle(&store, &held, Settlement::Unused, now_ms() + 600_000);
        assert_eq!(taken(&store, &plans, now_ms() + 600_000), 0);
    }
}

#[test]
fn a_renewal_adds_to_the_new_minute_before_it_takes_from_the_old() {
    let (renewed, changes) = of("tokens", DAY, now_ms()).renew(now_ms() + MINUTE_MS);
    assert_eq!(changes.iter().map(|change| change.by).collect::<Vec<_>>(), [10, -10]);
    assert!(changes[0].counter.name.ends_with(&((now_ms() / MINUTE_MS + 1).to_string())));
    assert_eq!(renewed.renew(now_ms() + MINUTE_MS).1, []);
}

#[test]
fn a_reservation_that_has_lapsed_is_renewed_without_being_taken_from_where_it_counts_no_more() {
    let (_, changes) = of("tokens", DAY, now_ms()).renew(now_ms() + 2 * MINUTE_MS);
    assert_eq!(changes.iter().map(|change| change.by).collect::<Vec<_>>(), [10]);
}

#[test]
fn a_window_of_the_calendar_is_not_renewed_past_its_end() {
    let before_ms = ms("2026-09-21T23:59:50Z");
    let after_ms = ms("2026-09-22T00:00:20Z");
    let (day, changes) = of("tokens", DAY, before_ms).renew(after_ms);
    assert_eq!(changes, []);
    assert_eq!(self::changes(&day, Settlement::Unused, after_ms), list(&[("held", -10)]));
    let rest = "per = \"day\", window = \"rolling\"";
    assert_eq!(of("tokens", rest, before_ms).renew(after_ms).1.len(), 2);
}

#[test]
fn an_earlier_clock_renews_nothing() {
    assert_eq!(of("tokens", DAY, now_ms()).renew(now_ms() - 5 * MINUTE_MS).1, []);
}

#[test]
fn requests_and_short_windows_need_no_renewal() {
    assert!(!of("requests", DAY, now_ms()).must_be_renewed());
    assert!(!of("tokens", MINUTE, now_ms()).must_be_renewed());
}

#[test]
fn a_long_limit_has_back_what_was_abandoned_after_two_minutes() {
    for limit in [
        key_limit("usd", 1, "per = \"month\""),
        key_limit("tokens", 10, "per = \"day\", window = \"rolling\""),
        key_limit("concurrent_requests", 1, ""),
    ] {
        let plans = plans(&limit);
        let store = Memory::new();
        let all = postern_meter::Amounts { nano_usd: 1_000_000_000, ..tokens(6, 4) };
        reserve(&store, &plans, all, now_ms()).unwrap();
        let again = |after_ms| reserve(&store, &plans, all, now_ms() + after_ms).is_ok();
        assert!(!again(MINUTE_MS), "{limit}");
        // It was reserved ten seconds into its minute.
        assert!(!again(2 * MINUTE_MS - 10_001), "{limit}");
        assert!(again(2 * MINUTE_MS - 10_000), "{limit}");
    }
}

#[test]
fn a_short_limit_has_back_what_was_abandoned_with_its_window() {
    let plans = plans(&key_limit("tokens", 10, MINUTE));
    let store = Memory::new();
    reserve(&store, &plans, tokens(6, 4), now_ms()).unwrap();
    assert!(reserve(&store, &plans, tokens(1, 0), now_ms() + 49_999).is_err());
    assert!(reserve(&store, &plans, tokens(6, 4), now_ms() + 50_000).is_ok());
}

#[test]
fn a_ticket_travels_as_text() {
    let price = Price {
        input_pico_usd_per_token: 1,
        cached_input_pico_usd_per_token: 2,
        cache_write_pico_usd_per_token: 3,
        output_pico_usd_per_token: 4,
        audio_input_pico_usd_per_token: 5,
        audio_output_pico_usd_per_token: 6,
    };
    let plans = open_plans(&key_limit("tokens", 10, DAY));
    let reservations =
        reserve(&Memory::new(), &plans, tokens(6, 4), now_ms()).unwrap().reservations;
    let lease = Lease::new(reservations, 6, Some(&price));
    let again = Lease::from_text(&lease.to_text()).unwrap();
    assert_eq!(again, lease);
    assert_eq!((again.price(), again.input_tokens), (Some(price), 6));
    assert_eq!(Lease::from_text("{}"), None);
}

#[test]
fn where_nothing_is_reserved_there_is_no_ticket() {
    let reservations: Vec<Reservation> = Vec::new();
    let lease = Lease::new(reservations, 6, None);
    assert_eq!((lease.to_text(), lease.is_empty()), (String::new(), true));
    assert!(!lease.must_be_renewed());
}

#[test]
fn an_amount_is_what_the_limit_counts() {
    let plans = plans(&key_limit("tokens", 10, DAY));
    let matched = LimitMatch::new(first(&plans), &SUBJECT, &utc(), now_ms()).reserving(7);
    assert_eq!((matched.amount(), matched.gate().add), (7, 7));
    assert_eq!(self::matched(&plans, now_ms()).gate().at_most, 10);
}
