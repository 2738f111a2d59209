//! What clients are told: refusals, headers and the report.

use crate::fixtures::{
    SUBJECT, first, key_limit, lease, matched, now_ms, plans, reserve, settle, tokens, utc,
};
use futures::executor::block_on;
use postern_fault::{Blame, Fault, Kind};
use postern_meter::{
    Amounts, HeaderNames, LimitMatch, Limits, Settlement, Subject, counters, headers, report,
};
use postern_policy::Plans;
use postern_store::Counters as _;
use postern_store::memory::Memory;
use serde_json::{Value, json};

/// The refusal of a second request after the first.
fn refused(limit: &str, amounts: Amounts) -> (Fault, bool) {
    let plans = plans(limit);
    let store = Memory::new();
    let reserved = reserve(&store, &plans, amounts, now_ms()).unwrap();
    if !limit.contains("concurrent") {
        settle(&store, &lease(reserved, amounts), Settlement::Used(amounts), now_ms());
    }
    let rejected = reserve(&store, &plans, amounts, now_ms()).unwrap_err();
    (rejected.fault, rejected.by.unwrap().retry_helps)
}

#[test]
fn a_refusal_says_which_limit_whose_what_is_left_and_when_to_come_back() {
    let (fault, retry_helps) = refused(&key_limit("tokens", 15, "per = \"minute\""), tokens(6, 4));
    assert_eq!(
        fault.public,
        "the limit of 15 tokens per minute for the key `ab12` is reached: 5 tokens left; this request may use 10 tokens; try again in 50s (2026-09-21T14:14:00Z)"
    );
    assert_eq!(fault.code.as_deref(), Some("rate_limit_exceeded"));
    assert_eq!((fault.kind, fault.blame), (Kind::RateLimited, Blame::Caller));
    assert_eq!(fault.retry_after_ms, Some(50_000));
    assert!(!fault.retryable && retry_helps);
}

#[test]
fn a_budget_that_is_spent_is_no_rate() {
    let amounts = Amounts { nano_usd: 600_000_001, ..tokens(6, 4) };
    let (fault, retry_helps) = refused(&key_limit("usd", 1, "per = \"month\""), amounts);
    assert_eq!(fault.code.as_deref(), Some("budget_exceeded"));
    assert_eq!(
        fault.public,
        "the limit of $1 per month for the key `ab12` is reached: $0.399999999 left; this request may use $0.600000001; try again in 225h46m50s (2026-10-01T00:00:00Z)"
    );
    assert!(!retry_helps);
}

#[test]
fn requests_are_refused_without_what_one_of_them_uses() {
    let limit = key_limit("requests", 1, "per = \"hour\", window = \"rolling\"");
    let (fault, _) = refused(&limit, tokens(0, 0));
    assert_eq!(
        fault.public,
        "the limit of 1 request per hour (rolling) for the key `ab12` is reached: 0 requests left; try again in 1h1m50s (2026-09-21T15:15:00Z)"
    );
    let (fault, retry_helps) = refused(&key_limit("concurrent_requests", 1, ""), tokens(0, 0));
    assert_eq!(
        fault.public,
        "the limit of 1 concurrent request for the key `ab12` is reached: 0 concurrent requests left; wait for one of them to end"
    );
    assert!(retry_helps);
}

#[test]
fn a_request_that_can_never_fit_is_told_to_ask_for_less() {
    let plans = plans(&key_limit("tokens", 9, "per = \"day\""));
    let refusal = matched(&plans, now_ms()).reserving(10).never_fits().unwrap();
    assert_eq!(
        refusal.fault.public,
        "this request may use 10 tokens, and the limit is 9 tokens per day for the key `ab12`: it can never fit; shorten the prompt or lower max_tokens"
    );
    assert_eq!(refusal.fault.code.as_deref(), Some("request_exceeds_limit"));
    assert!(matched(&plans, now_ms()).reserving(9).never_fits().is_none());
}

#[test]
fn the_subject_is_named_by_all_scopes() {
    let whose = |scope: &str, subject: &Subject<'_>| {
        let limit =
            format!("{{ scope = {scope}, unit = \"requests\", per = \"minute\", amount = 1 }},");
        let plans = plans(&limit);
        LimitMatch::new(first(&plans), subject, &utc(), now_ms()).whose()
    };
    let claims = [("department".to_owned(), "R`D\n".to_owned() + &"x".repeat(100))];
    let subject = Subject { claims: &claims, route: Some("fast"), ..SUBJECT };
    assert_eq!(whose("\"all\"", &subject), "all requests");
    assert_eq!(whose("[\"team\", \"model\"]", &subject), "the team `blue` and the model `gpt-4o`");
    assert_eq!(whose("\"route\"", &subject), "the alias `fast`");
    assert_eq!(whose("\"tenant\"", &subject), "whoever has no tenant");
    assert_eq!(whose("\"ip\"", &subject), "whoever has no address");
    let claim = whose("\"claim:department\"", &subject);
    assert_eq!(claim, format!("the department `R'D\u{fffd}{}…`", "x".repeat(60)));
}

fn told(names: HeaderNames, limits: &str, times: u64) -> Vec<(String, String)> {
    let plans = plans(limits);
    let store = Memory::new();
    let mut told = Vec::new();
    for _ in 0..times {
        let reserved = reserve(&store, &plans, tokens(6, 4), now_ms()).unwrap();
        told = headers(names, &reserved.statuses, reserved.now_ms);
    }
    told
}

fn list(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn openai_clients_are_told_of_requests_and_tokens() {
    let limits = key_limit("requests", 60, "per = \"minute\"")
        + &key_limit("tokens", 1_000, "per = \"day\"")
        + &key_limit("input_tokens", 1_000, "per = \"day\"")
        + &key_limit("usd", 1_000, "per = \"day\"")
        + &key_limit("concurrent_requests", 8, "");
    let expected = [
        ("x-ratelimit-limit-requests", "60"),
        ("x-ratelimit-remaining-requests", "58"),
        ("x-ratelimit-reset-requests", "50s"),
        ("x-ratelimit-limit-tokens", "1000"),
        ("x-ratelimit-remaining-tokens", "980"),
        ("x-ratelimit-reset-tokens", "9h46m50s"),
    ];
    assert_eq!(told(HeaderNames::OpenAi, &limits, 2), list(&expected));
}

#[test]
fn anthropic_clients_are_told_of_each_kind_of_tokens() {
    let limits = key_limit("requests", 60, "per = \"minute\"")
        + &key_limit("input_tokens", 100, "per = \"minute\"")
        + &key_limit("output_tokens", 200, "per = \"minute\"");
    let reset = "2026-09-21T14:14:00Z";
    let expected = [
        ("anthropic-ratelimit-requests-limit", "60"),
        ("anthropic-ratelimit-requests-remaining", "59"),
        ("anthropic-ratelimit-requests-reset", reset),
        ("anthropic-ratelimit-input-tokens-limit", "100"),
        ("anthropic-ratelimit-input-tokens-remaining", "94"),
        ("anthropic-ratelimit-input-tokens-reset", reset),
        ("anthropic-ratelimit-output-tokens-limit", "200"),
        ("anthropic-ratelimit-output-tokens-remaining", "196"),
        ("anthropic-ratelimit-output-tokens-reset", reset),
    ];
    assert_eq!(told(HeaderNames::Anthropic, &limits, 1), list(&expected));
}

#[test]
fn of_several_limits_of_a_kind_the_tightest_is_told() {
    let of = |limits: [(u64, &str); 2]| {
        let limits = limits.map(|(amount, rest)| key_limit("requests", amount, rest)).concat();
        told(HeaderNames::OpenAi, &limits, 2)[0].1.clone()
    };
    let (minute, day) = ("per = \"minute\"", "per = \"day\"");
    assert_eq!(of([(20, minute), (600, day)]), "20");
    assert_eq!(of([(200, minute), (600, day)]), "200");
    // Of two that are equally used, the one that resets later is tighter.
    let (second, minute) = ("per = \"second\"", "per = \"minute\"");
    assert_eq!(of([(600, second), (600, minute)]), "600");
    assert_eq!(
        told(
            HeaderNames::OpenAi,
            &[key_limit("requests", 60, second), key_limit("requests", 60, minute)].concat(),
            1
        )[2]
        .1,
        "50s"
    );
}

fn reported(store: &Memory, plans: &Plans, spoilt: &[usize]) -> Value {
    let limits = Limits::of(plans, Some("p")).unwrap();
    let matches: Vec<_> = limits
        .for_model(&["gpt-4o"])
        .into_iter()
        .map(|limit| LimitMatch::new(limit, &SUBJECT, &utc(), now_ms()))
        .collect();
    let counters = counters(&matches);
    spoilt.iter().for_each(|index| store.spoil(&counters[*index]));
    let values = block_on(store.read(&counters)).unwrap();
    serde_json::from_str(&report(&matches, &values, Some("p"), now_ms())).unwrap()
}

#[test]
fn a_report_says_what_is_used_reserved_and_left() {
    let limits = key_limit("tokens", 100, "per = \"day\", models = [\"gpt-4*\"]")
        + &key_limit("tokens", 50, "per = \"minute\"")
        + &key_limit("usd", 1, "per = \"month\", window = \"rolling\"")
        + &key_limit("requests", 9, "per = \"hour\"")
        + &key_limit("concurrent_requests", 8, "");
    let plans = plans(&limits);
    let store = Memory::new();
    let money = |nano_usd| Amounts { nano_usd, ..tokens(6, 4) };
    let first = reserve(&store, &plans, money(250_000_000), now_ms()).unwrap();
    reserve(&store, &plans, money(500_000_000), now_ms()).unwrap();
    let used = Amounts { nano_usd: 100_000_001, ..tokens(6, 1) };
    settle(&store, &lease(first, tokens(6, 4)), Settlement::Used(used), now_ms());
    let row = |unit, amount: Value, used: Value, reserved: Value, left: Value| {
        json!({
            "scope": ["key"], "for": "the key `ab12`", "unit": unit, "per": null, "window": null,
            "models": null, "amount": amount, "used": used, "reserved": reserved, "left": left,
        })
    };
    let with = |mut row: Value, per: &str, window: &str, resets_at: &str| {
        row["per"] = per.into();
        row["window"] = window.into();
        row["resets_at"] = resets_at.into();
        row
    };
    let day = row("tokens", 100.into(), 7.into(), 10.into(), 83.into());
    let mut day = with(day, "day", "calendar", "2026-09-22T00:00:00Z");
    day["models"] = json!(["gpt-4*"]);
    let minute = row("tokens", 50.into(), 7.into(), 10.into(), 33.into());
    let usd = row("usd", "1".into(), "0.100000001".into(), "0.50".into(), "0.399999999".into());
    let requests = row("requests", 9.into(), 2.into(), 0.into(), 7.into());
    let expected = json!({
        "object": "usage",
        "plan": "p",
        "unix_ms": now_ms(),
        "limits": [
            day,
            with(minute, "minute", "calendar", "2026-09-21T14:14:00Z"),
            with(usd, "month", "rolling", "2026-10-22T00:00:00Z"),
            with(requests, "hour", "calendar", "2026-09-21T15:00:00Z"),
            row("concurrent_requests", 8.into(), 0.into(), 1.into(), 7.into()),
        ],
    });
    assert_eq!(reported(&store, &plans, &[]), expected);
}

#[test]
fn a_limit_that_cannot_be_read_has_no_numbers_and_the_others_have_theirs() {
    let limits = key_limit("tokens", 100, "per = \"day\"")
        + &key_limit("tokens", 50, "per = \"minute\"")
        + &key_limit("requests", 9, "per = \"hour\"");
    let plans = plans(&limits);
    for spoilt in [0, 1, 3] {
        let store = Memory::new();
        reserve(&store, &plans, tokens(6, 4), now_ms()).unwrap();
        let report = reported(&store, &plans, &[spoilt]);
        let left = |index: usize| report["limits"][index]["left"].clone();
        assert_eq!((left(0), left(1), left(2)), (Value::Null, 40.into(), 8.into()));
        assert_eq!(report["limits"][0]["amount"], 100);
    }
}
