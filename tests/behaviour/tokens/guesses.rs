//! Guessed tokens are not all introspected.

use postern_tests::issuer::token::{AUDIENCE, unix_s};
use postern_tests::issuer::{Endpoint, Guarded, Issuer, Policies};
use postern_tests::marker;
use serde_json::{Value, json};

fn guarded(issuer: &Issuer, keys: &str) -> Guarded {
    let mut policies = Policies::default()
        .introspected("corporate", issuer, 60, "")
        .consumer("alice", "issuers = [\"corporate\"]");
    policies.issuers =
        policies.issuers.replace("timeout_ms = 500", &format!("timeout_ms = 500{keys}"));
    Guarded::start(&policies)
}

fn active(issuer: &Issuer) -> Value {
    json!({ "active": true, "iss": issuer.origin(), "sub": "alice", "aud": AUDIENCE, "exp": unix_s() + 300 })
}

#[tokio::test]
async fn the_issuer_is_asked_once_about_a_token_that_is_not_active() {
    let issuer = Issuer::start(&[]);
    let guarded = guarded(&issuer, "");
    for _ in 0..20 {
        guarded.assert_refuses("again", "a-token-of-nobody").await;
    }
    assert_eq!(issuer.asked(Endpoint::Introspection), 1);
}

#[tokio::test]
async fn guesses_of_one_address_are_bounded_and_good_tokens_go_on() {
    let issuer = Issuer::start(&[]);
    let guarded = guarded(&issuer, ", guesses_per_minute_by_address = 5");
    issuer.know("a-good-token", active(&issuer));
    guarded.assert_lets_in("good", "a-good-token", "alice").await;
    let mut refused = 0;
    for number in 0..40 {
        let answer = guarded.answer(&format!("guess-number-{number}"), &marker()).await;
        if answer.status == 429 {
            assert_eq!(answer.refusal().1, "too_many_credentials");
            assert!(answer.header("retry-after").is_some());
            refused += 1;
        } else {
            assert_eq!(answer.status, 401, "{}", answer.text());
        }
    }
    // A new minute may have begun meanwhile.
    let asked = issuer.asked(Endpoint::Introspection) - 1;
    assert!((5..=10).contains(&asked) && refused == 40 - asked, "{asked} asked, {refused} refused");
    guarded.assert_lets_in("kept", "a-good-token", "alice").await;
}

#[tokio::test]
async fn guesses_are_bounded_in_all_and_good_tokens_count_for_nothing() {
    let issuer = Issuer::start(&[]);
    let guarded = guarded(&issuer, ", guesses_per_minute = 3");
    for number in 0..12 {
        let token = format!("a-good-token-{number}");
        issuer.know(&token, active(&issuer));
        guarded.assert_lets_in("good", &token, "alice").await;
    }
    let mut statuses = Vec::new();
    for number in 0..12 {
        let answer = guarded.answer(&format!("guess-number-{number}"), &marker()).await;
        statuses.push(answer.status);
    }
    assert!(
        statuses.contains(&503) && statuses.iter().filter(|status| **status == 401).count() <= 6,
        "{statuses:?}"
    );
}

#[tokio::test]
async fn keys_of_other_services_are_not_introspected() {
    let issuer = Issuer::start(&[]);
    let guarded = guarded(&issuer, "");
    for key in [
        "sk-proj-abcdefgh",
        "sk-ant-api03-abcdefgh",
        "AIzaSyAbcdefgh",
        "gsk_abcdefgh",
        "xai-abcdefgh",
        "AKIAABCDEFGH",
        "hf_abcdefgh",
        "PK_LIVE_abcdefgh",
    ] {
        guarded.assert_refuses(key, key).await;
    }
    assert_eq!(issuer.asked(Endpoint::Introspection), 0);
}
