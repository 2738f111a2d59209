//! A refusal names the limit, its subject, what is left, and when to retry.

use super::metered;
use postern_tests::client::Answer;
use postern_tests::issuer::token::{signed, unix_s, with};
use postern_tests::issuer::{Guarded, Issuer, Key, Policies};
use postern_tests::limited::{Counting, Limited, Setup, within_one_window};
use postern_tests::marker;
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::time::Duration;

const PLANS: &str = r#"
[[plan]]
name = "minute"
limits = [{ scope = "consumer", unit = "requests", per = "minute", amount = 1 }]

[[plan]]
name = "second"
limits = [{ scope = "consumer", unit = "requests", per = "second", amount = 1 }]

[[plan]]
name = "rolling"
limits = [{ scope = "consumer", unit = "requests", per = "second", amount = 1, window = "rolling" }]

[[plan]]
name = "budget"
limits = [{ scope = "consumer", unit = "usd", per = "month", amount = 0.000001 }]

[[plan]]
name = "small"
limits = [{ scope = "consumer", unit = "tokens", per = "minute", amount = 500 }]

[[plan]]
name = "one-at-a-time"
limits = [{ scope = "consumer", unit = "concurrent_requests", amount = 1 }]
"#;

fn limited() -> &'static Limited {
    static LIMITED: LazyLock<Limited> = LazyLock::new(|| {
        let mut setup = Setup::new(PLANS);
        for (consumer, plan) in [
            ("openai", "minute"),
            ("anthropic", "minute"),
            ("responses", "minute"),
            ("retries", "second"),
            ("waits", "second"),
            ("waits-rolling", "rolling"),
            ("spender", "budget"),
            ("large", "small"),
            ("at-once", "one-at-a-time"),
        ] {
            setup = setup.consumer(consumer, &format!("plan = \"{plan}\""));
        }
        setup.start(Counting::KeyValue)
    });
    &LIMITED
}

/// Whole seconds, and the milliseconds that they are rounded up from.
fn retry_after(answer: &Answer) -> (u64, u64) {
    let number = |name: &str| answer.header(name).expect(name).parse().expect("a whole number");
    (number("retry-after"), number("retry-after-ms"))
}

/// A body for each API, and its path.
fn request(consumer: &str) -> (&'static str, Value) {
    let messages = json!([{ "role": "user", "content": "How many ships passed?" }]);
    match consumer {
        "anthropic" => {
            ("/v1/messages", json!({ "model": "metered", "max_tokens": 50, "messages": messages }))
        }
        "responses" => ("/v1/responses", json!({ "model": "metered", "input": "How many?" })),
        _ => ("/v1/chat/completions", json!({ "model": "metered", "messages": messages })),
    }
}

#[tokio::test]
async fn the_429_of_each_dialect_names_the_limit_and_when_it_resets() {
    within_one_window(60, 20).await;
    let limited = limited();
    for consumer in ["openai", "anthropic", "responses"] {
        let (path, body) = request(consumer);
        let send = || limited.call(consumer, "POST", path).body(body.to_string()).send();
        let first = send().await;
        assert_eq!(first.status, 200, "{consumer}: {}", first.text());
        let answer = send().await;
        assert_eq!(answer.status, 429, "{consumer}: {}", answer.text());
        let error = &answer.json()["error"];
        let told = error["message"].as_str().unwrap();
        for words in [
            "1 request per minute",
            &format!("the consumer `{consumer}`"),
            "0 requests left",
            "try again in ",
        ] {
            assert!(told.contains(words), "{consumer}: {told} does not say {words}");
        }
        match consumer {
            "anthropic" => {
                assert_eq!(answer.json()["type"], "error");
                assert_eq!(error["type"], "rate_limit_error");
            }
            _ => assert_eq!(error["code"], "rate_limit_exceeded", "{consumer}"),
        }
        let (s, ms) = retry_after(&answer);
        assert_eq!(s, ms.div_ceil(1_000), "{consumer}");
        assert!((1..=60_000).contains(&ms), "{consumer}: {ms}");
        assert_eq!(answer.header("x-should-retry"), None, "{consumer}: a minute is waited for");
    }
}

#[tokio::test]
async fn the_record_of_a_refusal_names_the_limit() {
    let (limited, mut refused) = (limited(), None);
    while refused.is_none() {
        let marker = marker();
        let answer = limited.ask("retries", "metered", &marker).send().await;
        refused = (answer.status == 429).then_some(marker);
    }
    let line = limited.gateways[0].log_line(&refused.unwrap()).await;
    let limit = "1 request per second for the consumer `retries`";
    assert_eq!(line["limits"]["refused_by"], limit, "{line}");
    assert_eq!((&line["status"], &line["outcome"]), (&429.into(), &"refused".into()));
}

/// A client that retries when it was told to is admitted: the limit has no other users.
#[tokio::test]
async fn a_client_that_waits_as_long_as_it_was_told_is_admitted() {
    let limited = limited();
    for consumer in ["waits", "waits-rolling"] {
        let mut waits = 0;
        while waits < 3 {
            let answer = limited.ask(consumer, "metered", &marker()).send().await;
            if answer.status == 200 {
                continue;
            }
            let (_, ms) = retry_after(&answer);
            tokio::time::sleep(Duration::from_millis(ms)).await;
            let answer = limited.ask(consumer, "metered", &marker()).send().await;
            assert_eq!(answer.status, 200, "{consumer} after {ms} ms: {}", answer.text());
            waits += 1;
        }
    }
}

#[tokio::test]
async fn a_request_dearer_than_the_whole_budget_is_a_400() {
    let (limited, marker) = (limited(), marker());
    let mut body = metered("metered", &marker, 10, 1);
    body["max_tokens"] = 1.into();
    // About two millionths of a dollar, where one is left.
    let answer = limited.chat("spender", &body).send().await;
    assert_eq!(answer.refusal(), (400, "request_exceeds_limit".to_owned()), "{}", answer.text());
    assert!(limited.upstream.requests(&marker).is_empty());
}

#[tokio::test]
async fn a_request_that_can_never_fit_is_a_400_and_nothing_to_retry() {
    let (limited, marker) = (limited(), marker());
    let mut body = metered("metered", &marker, 10, 1);
    body["max_tokens"] = 900.into();
    let answer = limited.chat("large", &body).send().await;
    assert_eq!(answer.refusal(), (400, "request_exceeds_limit".to_owned()), "{}", answer.text());
    let told = answer.error()["message"].as_str().unwrap().to_owned();
    assert!(told.contains("500 tokens per minute") && told.contains("max_tokens"), "{told}");
    assert_eq!(answer.header("retry-after"), None);
    assert!(limited.upstream.requests(&marker).is_empty());
    // With a smaller cap it fits.
    body["max_tokens"] = 90.into();
    assert_eq!(limited.chat("large", &body).send().await.status, 200);
}

#[tokio::test]
async fn a_cap_above_the_models_is_the_models_and_told_or_refused_if_strict() {
    for name in ["max_tokens", "max_completion_tokens"] {
        let (limited, marker) = (limited(), marker());
        let mut body = metered("metered", &marker, 10, 1);
        body[name] = 1_001.into();
        // The consumer has one request a second, and another test asks as often.
        let ask = async |strict: &str| loop {
            let call = limited.chat("retries", &body).header("x-postern-strict", strict);
            let answer = call.send().await;
            if answer.status != 429 {
                return answer;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        };
        let strict = ask("true").await;
        assert_eq!(strict.refusal(), (400, "lossy_translation".to_owned()), "{}", strict.text());
        assert!(limited.upstream.requests(&marker).is_empty());
        let answer = ask("false").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(answer.header("x-postern-losses").unwrap().contains("1000"));
    }
}

#[tokio::test]
async fn one_too_many_at_once_is_told_to_wait_for_the_others() {
    let (limited, marker) = (limited(), marker());
    let first = tokio::spawn(limited.chat("at-once", &metered("held", &marker, 10, 1)).send());
    super::under_way(limited, &marker, 1).await;
    let second = limited.ask("at-once", "metered", &postern_tests::marker()).send().await;
    assert_eq!(second.refusal(), (429, "rate_limit_exceeded".to_owned()), "{}", second.text());
    assert!(second.error()["message"].as_str().unwrap().contains("1 concurrent request"));
    limited.upstream.release(&marker, 1);
    assert_eq!(first.await.unwrap().status, 200);
    // The place is free before the client has its answer.
    let third = limited.ask("at-once", "metered", &postern_tests::marker()).send().await;
    assert_eq!(third.status, 200, "{}", third.text());
}

#[tokio::test]
async fn a_token_that_names_an_unknown_plan_is_refused() {
    let key = Key::p256("p256");
    let issuer = Issuer::start(&[&key]);
    let plans = "[[plan]]\nname = \"team\"\nlimits = [{ scope = \"key\", unit = \"requests\", per = \"day\", amount = 2 }]\n";
    let policies = Policies { plans: plans.to_owned(), ..Policies::default() }
        .issuer("corporate", &issuer.origin(), "[issuer.claims]\nplan = \"tier\"\n")
        .consumer("alice", "issuers = [\"corporate\"]");
    let guarded = Guarded::start(&policies);
    let token = |plan: &str| signed(&key, &with(issuer.claims("alice"), &json!({ "tier": plan })));
    let marker = marker();
    let answer = guarded.answer(&token("platinum"), &marker).await;
    assert_eq!(answer.refusal(), (403, "unknown_plan".to_owned()), "{}", answer.text());
    assert!(answer.error()["message"].as_str().unwrap().contains("platinum"));
    guarded.assert_nothing_reached_the_vendor(&marker);
    // And a known plan applies.
    within_one_window(86_400, 30).await;
    let known = token("team");
    for expected in [200, 200, 429] {
        let answer = guarded.answer(&known, &postern_tests::marker()).await;
        assert_eq!(answer.status, expected, "at {}: {}", unix_s(), answer.text());
    }
}
