//! Which counters a limit is kept in, and their names.

use crate::fixtures::{SUBJECT, first, key_limit, matched, ms, now_ms, plans, utc, written};
use postern_meter::{LimitMatch, Limits, Subject};
use postern_policy::Plans;
use std::collections::HashSet;

fn name_of(plans: &Plans, subject: &Subject<'_>) -> String {
    LimitMatch::new(first(plans), subject, &utc(), now_ms()).gate().counter.name
}

fn name(limit: &str) -> String {
    name_of(&plans(limit), &SUBJECT)
}

fn names(limit: &str, now_ms: u64) -> Vec<String> {
    let plans = plans(limit);
    let gate = matched(&plans, now_ms).gate();
    std::iter::once(gate.counter).chain(gate.also).map(|counter| counter.name).collect()
}

#[test]
fn requests_and_short_windows_have_one_counter_a_window() {
    let start_ms = ms("2026-09-21T14:13:00Z");
    for unit in ["requests", "tokens"] {
        let limit = key_limit(unit, 10, "per = \"minute\"");
        let expected = format!("key:{unit}:minute/ab12/total/{start_ms}");
        assert_eq!(names(&limit, now_ms()), [expected]);
    }
    let month = key_limit("requests", 10, "per = \"month\"");
    let start_ms = ms("2026-09-01T00:00:00Z");
    assert_eq!(names(&month, now_ms()), [format!("key:requests:month/ab12/total/{start_ms}")]);
}

#[test]
fn a_long_window_reads_what_is_reserved_in_the_direction_in_which_it_moves() {
    let limit = key_limit("usd", 10, "per = \"day\"");
    let (day, minute) = (ms("2026-09-21T00:00:00Z"), now_ms() / 60_000);
    let base = "key:usd:day/ab12";
    let held = |minute: u64| format!("{base}/held/{day}/{minute}");
    let used = format!("{base}/used/{day}");
    let expected = [held(minute), held(minute - 1), held(minute), used.clone()];
    assert_eq!(names(&limit, now_ms()), expected);
    // Others may be in the next minute already.
    let expected = [held(minute), held(minute - 1), held(minute), held(minute + 1), used];
    assert_eq!(names(&limit, ms("2026-09-21T14:13:56Z")), expected);
}

#[test]
fn concurrent_requests_are_kept_by_minutes_alone() {
    let minute = now_ms() / 60_000;
    let held = |minute: u64| format!("key:concurrent_requests/ab12/held//{minute}");
    let limit = key_limit("concurrent_requests", 8, "");
    assert_eq!(names(&limit, now_ms()), [held(minute), held(minute - 1), held(minute)]);
}

#[test]
fn a_rolling_window_reads_each_part_once() {
    for (per, parts) in [("second", 21), ("minute", 14), ("hour", 13), ("day", 25), ("month", 31)] {
        let rest = format!("per = \"{per}\", window = \"rolling\"");
        let names = names(&key_limit("requests", 10, &rest), now_ms());
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
        assert_eq!(names.len(), parts, "{per}");
    }
}

#[test]
fn a_counter_is_kept_for_as_long_from_every_instance() {
    for (rest, step_ms) in [
        ("per = \"minute\"", 1_000),
        ("per = \"day\"", 3_600_000),
        ("per = \"minute\", window = \"rolling\"", 1_000),
        ("per = \"hour\", window = \"rolling\"", 7_000),
    ] {
        let plans = plans(&key_limit("tokens", 10, rest));
        let mut kept = std::collections::HashMap::new();
        for step in 0..200 {
            let now_ms = now_ms() + step * step_ms;
            let gate = matched(&plans, now_ms).gate();
            for counter in std::iter::once(gate.counter).chain(gate.also) {
                assert!(counter.keep_until_unix_s > now_ms / 1_000, "{}", counter.name);
                let until = kept.entry(counter.name).or_insert(counter.keep_until_unix_s);
                assert_eq!(*until, counter.keep_until_unix_s);
            }
        }
    }
}

#[test]
fn limits_that_differ_have_different_counters() {
    let per = "per = \"minute\"";
    let mut limits = vec![
        key_limit("requests", 10, per),
        key_limit("tokens", 10, per),
        key_limit("input_tokens", 10, per),
        key_limit("requests", 10, "per = \"second\""),
        key_limit("requests", 10, "per = \"minute\", window = \"rolling\""),
        key_limit("concurrent_requests", 10, ""),
        "{ scope = \"consumer\", unit = \"requests\", per = \"minute\", amount = 10 },".to_owned(),
        "{ scope = [\"consumer\", \"key\"], unit = \"requests\", per = \"minute\", amount = 10 },"
            .to_owned(),
    ];
    for models in [
        "[\"rolling\"]",
        "[\"a\"]",
        "[\"a*\"]",
        "[\"a\", \"b\"]",
        "[\"a:b\"]",
        "[\"a/total/0\"]",
        "[\"requests:minute\"]",
    ] {
        limits.push(key_limit("requests", 10, &format!("per = \"minute\", models = {models}")));
    }
    let names: HashSet<_> = limits.iter().map(|limit| name(limit)).collect();
    assert_eq!(names.len(), limits.len(), "{names:#?}");
}

#[test]
fn claims_of_any_name_have_counters_of_their_own() {
    let scopes = [
        "\"claim:a\"",
        "\"claim:a:requests:minute\"",
        "\"claim:a+claim:b\"",
        "\"claim:a%2B\"",
        "\"claim:a+\"",
        "\"claim:a/b\"",
        "\"claim:é\"",
        "[\"claim:a\", \"claim:b\"]",
    ];
    let name = |scope: &&str| {
        name(&format!("{{ scope = {scope}, unit = \"requests\", per = \"minute\", amount = 10 }},"))
    };
    assert_eq!(scopes.iter().map(name).collect::<HashSet<_>>().len(), scopes.len());
}

#[test]
fn subjects_that_differ_have_different_counters() {
    let plans = plans(
        "{ scope = [\"team\", \"tenant\"], unit = \"requests\", per = \"minute\", amount = 10 },",
    );
    let long = "x".repeat(65);
    let hashed = name_of(&plans, &Subject { team: Some(&long), ..SUBJECT });
    assert!(!hashed.contains("xxx"), "{hashed}");
    let pairs = [
        (None, None),
        (None, Some("a")),
        (Some("a"), None),
        (Some("a"), Some("b")),
        (Some("b"), Some("a")),
        (Some("a,b"), None),
        (Some("a"), Some("b,")),
        (Some(""), Some("a")),
        (Some("!none"), None),
        (Some("a/b"), None),
        (Some("ä"), None),
        (Some(&*long), None),
    ];
    let of = |(team, tenant)| name_of(&plans, &Subject { team, tenant, ..SUBJECT });
    let names: HashSet<_> = pairs.into_iter().map(of).collect();
    assert_eq!(names.len(), pairs.len(), "{names:#?}");
}

#[test]
fn the_same_limit_has_the_same_counter_in_every_plan() {
    let limits = [
        key_limit("tokens", 10, "per = \"day\", models = [\"a\", \"b*\"]"),
        key_limit("tokens", 99, "per = \"day\", models = [\"b*\", \"a\"], warn_at_percent = 80"),
    ];
    assert_eq!(name(&limits[0]), name(&limits[1]));
}

#[test]
fn a_limit_of_the_plan_and_of_all_callers_is_counted_once_by_the_smaller_amount() {
    let plans = |of_plan: u64, of_all: u64| {
        let limit = |scope: &str, amount: u64| {
            format!(
                "scope = \"{scope}\"\nunit = \"requests\"\nper = \"minute\"\namount = {amount}\n"
            )
        };
        let of_plan = key_limit("requests", of_plan, "per = \"minute\"");
        written(&format!(
            "[[limit]]\n{}[[limit]]\n{}[[plan]]\nname = \"p\"\nlimits = [{of_plan}]\n",
            limit("key", of_all),
            limit("team", 7),
        ))
    };
    for (of_plan, of_all, counted) in [(5, 9, [5, 7]), (9, 5, [5, 7]), (5, 5, [5, 7])] {
        let plans = plans(of_plan, of_all);
        let limits = Limits::of(&plans, Some("p")).unwrap().for_model(&[]);
        assert_eq!(limits.iter().map(|limit| limit.amount).collect::<Vec<_>>(), counted);
    }
}

#[test]
fn limits_of_models_hold_for_those_by_their_own_names_and_aliases() {
    let rest = "per = \"minute\", models = [\"gpt-4*\", \"fast\"]";
    let plans = plans(&key_limit("requests", 10, rest));
    let limits = Limits::of(&plans, Some("p")).unwrap();
    assert_eq!(limits.for_model(&["gpt-4o"]).len(), 1);
    assert_eq!(limits.for_model(&["other", "fast"]).len(), 1);
    assert_eq!(limits.for_model(&["other", "slow"]).len(), 0);
    assert_eq!(limits.for_model(&[]).len(), 0);
}

#[test]
fn a_plan_that_is_none_is_named() {
    let plans = plans(&key_limit("requests", 10, "per = \"minute\""));
    assert_eq!(Limits::of(&plans, Some("gone")).unwrap_err(), "gone");
    assert_eq!(Limits::of(&plans, None).unwrap().for_model(&[]).len(), 0);
}
