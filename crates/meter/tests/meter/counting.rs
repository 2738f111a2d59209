//! All limits of a request, reserved together or not at all.

use crate::fixtures::{
    MINUTE_MS, SUBJECT, key_limit, matched, ms, now_ms, open_plans, plans, reserve, reserve_for,
    taken, tokens, written,
};
use postern_fault::Kind;
use postern_meter::Subject;
use postern_store::memory::Memory;

const MINUTE: &str = "per = \"minute\"";

#[test]
fn exactly_as_many_as_a_limit_has_are_admitted() {
    let plans = plans(
        "{ scope = \"key\", unit = \"requests\", per = \"minute\", amount = 60 },
         { scope = \"team\", unit = \"tokens\", per = \"day\", amount = 505 },
         { scope = \"all\", unit = \"usd\", per = \"month\", amount = 1 },",
    );
    let store = Memory::new();
    let admitted =
        (0..200).filter(|_| reserve(&store, &plans, tokens(6, 4), now_ms()).is_ok()).count();
    assert_eq!(admitted, 50);
    // What the team's limit refused has used none of the key's.
    assert_eq!(taken(&store, &plans, now_ms()), 50);
}

#[test]
fn another_subject_has_a_count_of_its_own() {
    let plans = plans(&key_limit("requests", 1, MINUTE));
    let store = Memory::new();
    assert!(reserve(&store, &plans, tokens(0, 0), now_ms()).is_ok());
    assert!(reserve(&store, &plans, tokens(0, 0), now_ms()).is_err());
    let other = Subject { credential_id: "cd34", ..SUBJECT };
    assert!(reserve_for(&store, &plans, &other, tokens(0, 0), now_ms()).is_ok());
}

#[test]
fn a_limit_in_a_plan_and_for_all_callers_counts_a_request_once() {
    let plans = written(
        "[[limit]]\nscope = \"key\"\nunit = \"requests\"\nper = \"minute\"\namount = 4\n\
         [[plan]]\nname = \"p\"\nlimits = [{ scope = \"key\", unit = \"requests\", per = \"minute\", amount = 9 }]\n",
    );
    let store = Memory::new();
    let admitted =
        (0..9).filter(|_| reserve(&store, &plans, tokens(0, 0), now_ms()).is_ok()).count();
    assert_eq!(admitted, 4);
}

#[test]
fn a_request_that_can_never_fit_is_refused_before_anything_is_counted() {
    let plans = plans(&key_limit("tokens", 9, MINUTE));
    let store = Memory::new();
    store.set_down(true);
    let rejected = reserve(&store, &plans, tokens(6, 4), now_ms()).unwrap_err();
    assert_eq!(rejected.fault.code.as_deref(), Some("request_exceeds_limit"));
    assert_eq!(rejected.fault.kind, Kind::InvalidRequest);
    assert!(!rejected.by.unwrap().retry_helps);
}

#[test]
fn of_several_limits_the_one_to_wait_for_longest_is_told() {
    let plans = plans(
        "{ scope = \"key\", unit = \"requests\", per = \"minute\", amount = 1 },
         { scope = \"key\", unit = \"requests\", per = \"day\", amount = 1, downgrade_to = \"small\" },
         { scope = \"key\", unit = \"requests\", per = \"hour\", amount = 1 },",
    );
    let store = Memory::new();
    reserve(&store, &plans, tokens(0, 0), now_ms()).unwrap();
    let rejected = reserve(&store, &plans, tokens(0, 0), now_ms()).unwrap_err();
    let by = rejected.by.unwrap();
    assert_eq!(by.description, "1 request per day for the key `ab12`");
    assert_eq!(by.limit.downgrade_to.as_deref(), Some("small"));
    assert_eq!(rejected.statuses.len(), 3);
}

#[test]
fn another_model_may_be_admitted_where_the_limit_is_this_ones() {
    for (limit, is_model_specific) in [
        ("scope = [\"team\", \"model\"]", true),
        ("scope = \"provider\"", true),
        ("scope = \"route\"", true),
        ("scope = \"team\", models = [\"gpt-4*\"]", true),
        ("scope = \"team\"", false),
    ] {
        let plans =
            plans(&format!("{{ {limit}, unit = \"requests\", per = \"minute\", amount = 1 }},"));
        let store = Memory::new();
        reserve(&store, &plans, tokens(0, 0), now_ms()).unwrap();
        let rejected = reserve(&store, &plans, tokens(0, 0), now_ms()).unwrap_err();
        assert_eq!(rejected.by.unwrap().is_model_specific(), is_model_specific, "{limit}");
    }
}

#[test]
fn without_counters_a_plan_refuses_or_admits_as_it_says() {
    let limit = key_limit("requests", 1, MINUTE);
    let store = Memory::new();
    store.set_down(true);
    let closed = plans(&limit);
    let rejected = reserve(&store, &closed, tokens(6, 4), now_ms()).unwrap_err();
    assert_eq!(rejected.fault.code.as_deref(), Some("limiter_unavailable"));
    assert_eq!(rejected.fault.kind, Kind::Unavailable);
    assert!(rejected.by.is_none());
    let open = open_plans(&limit);
    let admitted = reserve(&store, &open, tokens(6, 4), now_ms()).unwrap();
    assert!(admitted.reservations.is_empty() && admitted.statuses.is_empty());
    assert!(admitted.uncounted.unwrap().contains("set to be down"));
}

#[test]
fn without_counters_money_is_closed_whatever_the_plan_says() {
    let limits = key_limit("requests", 1, MINUTE) + &key_limit("usd", 1, "per = \"month\"");
    let plans = open_plans(&limits);
    let store = Memory::new();
    store.set_down(true);
    let rejected = reserve(&store, &plans, tokens(6, 4), now_ms()).unwrap_err();
    assert_eq!(rejected.fault.code.as_deref(), Some("limiter_unavailable"));
}

#[test]
fn a_counter_that_holds_no_count_fails_its_limit_alone() {
    let limits = key_limit("tokens", 10, MINUTE)
        + "{ scope = \"team\", unit = \"requests\", per = \"minute\", amount = 2 },";
    let store = Memory::new();
    let open = open_plans(&limits);
    store.spoil(&matched(&open, now_ms()).gate().counter);
    for _ in 0..2 {
        let admitted = reserve(&store, &open, tokens(6, 4), now_ms()).unwrap();
        assert_eq!((admitted.reservations.len(), admitted.statuses.len()), (1, 1));
        assert!(admitted.uncounted.unwrap().contains("key:tokens:minute/ab12/total"));
    }
    // The other limit still counts.
    let rejected = reserve(&store, &open, tokens(6, 4), now_ms()).unwrap_err();
    assert_eq!(rejected.fault.code.as_deref(), Some("rate_limit_exceeded"));
    let closed = plans(&limits);
    let rejected = reserve(&store, &closed, tokens(6, 4), now_ms()).unwrap_err();
    assert_eq!(rejected.fault.code.as_deref(), Some("limiter_unavailable"));
    // Others have counters of their own.
    let other = Subject { credential_id: "cd34", team: Some("red"), ..SUBJECT };
    assert!(reserve_for(&store, &closed, &other, tokens(6, 4), now_ms()).is_ok());
}

#[test]
fn all_limits_may_be_broken_at_once() {
    let limits = key_limit("tokens", 10, MINUTE) + &key_limit("requests", 10, MINUTE);
    let plans = open_plans(&limits);
    let store = Memory::new();
    let found = postern_meter::Limits::of(&plans, Some("p")).unwrap().for_model(&[]);
    for limit in found {
        let matched =
            postern_meter::LimitMatch::new(limit, &SUBJECT, &crate::fixtures::utc(), now_ms());
        store.spoil(&matched.gate().counter);
    }
    let admitted = reserve(&store, &plans, tokens(6, 4), now_ms()).unwrap();
    assert!(admitted.reservations.is_empty() && admitted.uncounted.is_some());
}

#[test]
fn a_broken_counter_of_money_is_closed_whatever_the_plan_says() {
    let plans = open_plans(&key_limit("usd", 1, "per = \"month\""));
    let store = Memory::new();
    store.spoil(&matched(&plans, now_ms()).gate().also[2]);
    let rejected = reserve(&store, &plans, tokens(6, 4), now_ms()).unwrap_err();
    assert_eq!(rejected.fault.code.as_deref(), Some("limiter_unavailable"));
    assert!(rejected.fault.private.unwrap().contains("/used/"));
    assert!(!rejected.fault.public.contains("/used/"));
}

#[test]
fn a_clock_that_jumps_back_opens_no_window_again() {
    let plans = plans(&key_limit("requests", 1, MINUTE));
    let store = Memory::new();
    for minutes in 0..3 {
        let at_ms = now_ms() + minutes * MINUTE_MS;
        reserve(&store, &plans, tokens(0, 0), at_ms).unwrap();
    }
    for back_ms in [1_000, MINUTE_MS, 2 * MINUTE_MS, 3_600_000, 86_000_000] {
        let clock_ms = now_ms() + 2 * MINUTE_MS - back_ms;
        let rejected = reserve(&store, &plans, tokens(0, 0), clock_ms).unwrap_err();
        // Its own clock must get to the end of the window.
        assert_eq!(rejected.fault.retry_after_ms, Some(back_ms + 50_000));
        assert_eq!(rejected.now_ms, clock_ms);
    }
}

#[test]
fn what_is_reserved_behind_a_later_clock_is_reserved_at_that_time() {
    let plans = plans(&key_limit("tokens", 100, "per = \"day\""));
    let store = Memory::new();
    let late_ms = ms("2026-09-22T00:00:05Z");
    reserve(&store, &plans, tokens(1, 0), late_ms).unwrap();
    reserve(&store, &plans, tokens(2, 0), ms("2026-09-21T23:59:59Z")).unwrap();
    assert_eq!(taken(&store, &plans, late_ms), 3);
}

#[test]
fn a_rolling_window_meets_those_who_were_counted_first_with_a_later_clock() {
    for per in ["second", "minute"] {
        let plans =
            plans(&key_limit("requests", 1, &format!("per = \"{per}\", window = \"rolling\"")));
        let store = Memory::new();
        // The next part begins at this moment, in the same second for a rolling second.
        let part_ms = if per == "second" { now_ms() + 500 } else { now_ms() + 5_000 };
        reserve(&store, &plans, tokens(0, 0), part_ms).unwrap();
        assert!(reserve(&store, &plans, tokens(0, 0), part_ms - 1).is_err(), "{per}");
    }
}
