//! What the limiter gets of plans.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use postern_policy::{Limit, LimitUnit, ModelPattern, Period, Plans, Scope, Window};

const PLANS: &str = include_str!("valid/complete/plans.toml");

fn plans() -> Plans {
    Plans::from_toml(Some(PLANS)).unwrap()
}

#[test]
fn without_a_file_nothing_is_limited() {
    for none in [Plans::from_toml(None).unwrap(), Plans::from_toml(Some("")).unwrap()] {
        assert_eq!(none.plans().count(), 0);
        assert_eq!((none.plan(None), none.plan(Some("team"))), (None, None));
        assert!(none.limits_for_all().is_empty() && none.claims().is_empty());
        assert_eq!((none.time_zone(), none.redis_url()), ("UTC", None));
    }
}

#[test]
fn who_has_no_plan_has_the_default_one_and_who_has_an_unknown_one_has_none() {
    let plans = plans();
    assert_eq!(plans.plan(None).unwrap().name, "trial");
    assert_eq!(plans.plan(Some("team")).unwrap().name, "team");
    assert_eq!(plans.plan(Some("gold")), None);
    let names: Vec<_> = plans.plans().map(|plan| plan.name.as_str()).collect();
    assert_eq!(names, ["ci", "team", "trial"]);
}

#[test]
fn a_plan_is_what_its_row_says() {
    let plans = plans();
    let team = plans.plan(Some("team")).unwrap();
    assert!(team.admits_without_store && !plans.plan(None).unwrap().admits_without_store);
    assert_eq!((team.answer_tokens, plans.plan(None).unwrap().answer_tokens), (Some(4_096), None));
    let burst = Limit {
        scopes: vec![Scope::Key],
        unit: LimitUnit::Requests,
        period: Some(Period::Second),
        window: Window::Calendar,
        amount: 20,
        models: None,
        warn_at_percent: None,
        downgrade_to: None,
    };
    let expected = [
        burst.clone(),
        Limit { period: Some(Period::Minute), amount: 600, ..burst.clone() },
        Limit {
            scopes: vec![Scope::Team, Scope::Model],
            unit: LimitUnit::Tokens,
            period: Some(Period::Day),
            window: Window::Rolling,
            amount: 2_000_000,
            warn_at_percent: Some(80),
            ..burst.clone()
        },
        Limit {
            scopes: vec![Scope::Team],
            unit: LimitUnit::Usd,
            period: Some(Period::Month),
            amount: 1,
            downgrade_to: Some("chat-default".to_owned()),
            ..burst.clone()
        },
        Limit {
            scopes: vec![Scope::Claim("department".to_owned())],
            unit: LimitUnit::InputTokens,
            period: Some(Period::Hour),
            amount: 1_000_000,
            models: Some(vec![
                ModelPattern::Prefix("chat-".to_owned()),
                ModelPattern::Exact("chat-default".to_owned()),
            ]),
            ..burst.clone()
        },
        Limit {
            scopes: vec![Scope::Route, Scope::Ip],
            unit: LimitUnit::ConcurrentRequests,
            period: None,
            amount: 8,
            ..burst
        },
    ];
    assert_eq!(team.limits, expected);
}

#[test]
fn scopes_are_sorted_however_they_are_written() {
    let plans = plans();
    assert_eq!(plans.limits_for_all()[1].scopes, [Scope::Model, Scope::Provider]);
}

#[test]
fn the_file_says_where_and_by_which_calendar_it_is_counted() {
    let plans = plans();
    assert_eq!(plans.time_zone(), "Europe/Berlin", "as the database spells it");
    assert_eq!(plans.redis_url(), Some("rediss://redis.example.com:6380/1"));
    assert_eq!(plans.claims().into_iter().collect::<Vec<_>>(), ["department"]);
}
