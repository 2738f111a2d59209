//! Opaque tokens, which their issuer introspects (RFC 7662).

use postern_tests::issuer::token::{AUDIENCE, signed, unix_s, with};
use postern_tests::issuer::{Endpoint, Guarded, Issuer, Key, Manner, Policies};
use postern_tests::{PATIENCE, marker};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// With all characters of tokens (RFC 6750, 2.1), some of which a form must escape.
const TOKEN: &str = "op.aq-ue_to~ken+/0123456789==";

fn guarded(issuer: &Issuer, cache_s: u64, more: &str) -> Guarded {
    let policies = Policies::default()
        .introspected("corporate", issuer, cache_s, more)
        .consumer("alice", "issuers = [\"corporate\"]");
    Guarded::start(&policies)
}

/// The answer about a token of `alice`.
fn active(issuer: &Issuer) -> Value {
    json!({
        "active": true, "iss": issuer.origin(), "sub": "alice", "aud": AUDIENCE, "scope": "ai.use",
        "token_type": "Bearer", "exp": unix_s() + 300,
    })
}

#[tokio::test]
async fn the_issuer_is_asked_once_as_the_rfc_says_and_its_answer_kept() {
    let issuer = Issuer::start(&[]);
    issuer.know(TOKEN, active(&issuer));
    let guarded = guarded(&issuer, 60, "");
    for _ in 0..3 {
        guarded.assert_lets_in("an active token", TOKEN, "alice").await;
    }
    assert_eq!(issuer.complaints(), Vec::<String>::new());
    assert_eq!((issuer.asked(Endpoint::Introspection), issuer.heads().len()), (1, 1));
    let line = {
        let marker = marker();
        guarded.answer(TOKEN, &marker).await;
        guarded.stage.gateway.log_line(&marker).await
    };
    assert_eq!(line["issuer"], "corporate");
    assert!(line["credential_id"].as_str().is_some_and(|id| !TOKEN.contains(id)), "{line}");
}

#[tokio::test]
async fn an_inactive_token_authenticates_no_caller() {
    let issuer = Issuer::start(&[]);
    let guarded = guarded(&issuer, 60, "required_scopes = [\"ai.use\"]");
    let now = unix_s();
    for (token, members) in [
        ("inactive-token", json!({ "active": false })),
        ("token-of-another-audience", json!({ "aud": "another" })),
        ("token-of-no-audience", json!({ "aud": null })),
        ("token-of-another-issuer", json!({ "iss": "https://login.example.com" })),
        ("token-that-has-expired", json!({ "exp": now - 600 })),
        ("token-to-come", json!({ "nbf": now + 600 })),
        ("token-of-nobody", json!({ "sub": null })),
    ] {
        issuer.know(token, with(active(&issuer), &members));
        guarded.assert_refuses(token, token).await;
    }
    guarded.assert_refuses("unknown", "token-that-nobody-issued").await;
    assert_eq!(issuer.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn an_answer_that_is_none_is_the_issuers_trouble_and_not_kept() {
    let issuer = Issuer::start(&[]);
    let guarded = guarded(&issuer, 60, "");
    let good = active(&issuer);
    let say = |text: String| Manner::Say("application/json", text);
    let with_active =
        |value: Value| say(with(good.clone(), &json!({ "active": value })).to_string());
    let manners = [
        with_active(json!("true")),
        with_active(json!(1)),
        with_active(json!([true])),
        with_active(json!(null)),
        Manner::Say("text/html", "<!doctype html><title>Log in</title>".to_owned()),
        Manner::Say("text/html", "{\"active\":true".to_owned()),
        say(good.to_string().replacen('{', r#"{"active":false,"#, 1)),
        say(format!("[{good}]")),
        say(String::new()),
        say("true".to_owned()),
        Manner::Redirect,
        Manner::Huge,
        Manner::Hang,
        Manner::HangAfterHead,
        Manner::Status(500),
        Manner::Status(401),
        Manner::Status(302),
    ];
    for (number, manner) in manners.into_iter().enumerate() {
        let token = format!("opaque-token-number-{number}");
        let what = format!("{manner:?}");
        issuer.know(&token, good.clone());
        issuer.behave(Endpoint::Introspection, manner);
        guarded.assert_unavailable(&what, &token).await;
        issuer.behave(Endpoint::Introspection, Manner::Right);
        guarded.assert_lets_in(&what, &token, "alice").await;
    }
    assert_eq!(issuer.followed(), 0);
}

#[tokio::test]
async fn a_revocation_holds_at_once_where_nothing_is_kept() {
    let issuer = Issuer::start(&[]);
    issuer.know(TOKEN, active(&issuer));
    let guarded = guarded(&issuer, 0, "");
    for asked in 1..=3 {
        guarded.assert_lets_in("active", TOKEN, "alice").await;
        assert_eq!(issuer.asked(Endpoint::Introspection), asked);
    }
    issuer.know(TOKEN, json!({ "active": false }));
    guarded.assert_refuses("revoked", TOKEN).await;
}

#[tokio::test]
async fn an_answer_is_kept_no_longer_than_the_token_holds_nor_than_policy_says() {
    for (cache_s, life_s) in [(600, 3), (2, 600)] {
        let issuer = Issuer::start(&[]);
        let guarded = guarded(&issuer, cache_s, "");
        let said = with(active(&issuer), &json!({ "exp": unix_s() + life_s }));
        issuer.know(TOKEN, said);
        guarded.assert_lets_in("active", TOKEN, "alice").await;
        issuer.know(TOKEN, json!({ "active": false }));
        let start = Instant::now();
        while guarded.answer(TOKEN, &marker()).await.status != 401 {
            assert!(
                start.elapsed() < PATIENCE,
                "cache_s = {cache_s}: the issuer is not asked again"
            );
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        assert_eq!(issuer.asked(Endpoint::Introspection), 2);
    }
}

#[tokio::test]
async fn a_kept_answer_holds_while_the_issuer_is_away() {
    let issuer = Issuer::start(&[]);
    issuer.know(TOKEN, active(&issuer));
    let guarded = guarded(&issuer, 600, "");
    guarded.assert_lets_in("active", TOKEN, "alice").await;
    issuer.behave(Endpoint::Introspection, Manner::Hang);
    guarded.assert_lets_in("kept", TOKEN, "alice").await;
    guarded.assert_unavailable("another one", "another-opaque-token").await;
}

#[tokio::test]
async fn keys_are_not_introspected() {
    let issuer = Issuer::start(&[]);
    let guarded = guarded(&issuer, 60, "");
    let key = guarded.stage.key.expose();
    assert_eq!(guarded.answer(key, &marker()).await.status, 200);
    // Mistyped, unknown, of another issuer: none of them may be sent to this issuer.
    let another = if key.ends_with('x') { 'y' } else { 'x' };
    let mistyped = format!("{}{another}", &key[..key.len() - 1]);
    let unknown = postern_keys::Key::from_random([7; 32]);
    let foreign =
        signed(&Key::p256("a"), &json!({ "iss": "https://login.example.com", "aud": AUDIENCE }));
    for secret in [mistyped.as_str(), unknown.expose(), &foreign] {
        assert_eq!(guarded.answer(secret, &marker()).await.status, 401);
    }
    assert_eq!(guarded.ask("plain-model", &marker()).send().await.status, 401);
    assert_eq!(issuer.heads(), Vec::<String>::new());
}

#[tokio::test]
async fn a_gateway_without_its_own_credential_cannot_tell() {
    for secret in ["", "wrong"] {
        let issuer = Issuer::start(&[]);
        issuer.know(TOKEN, active(&issuer));
        let policies = Policies { client_secret: secret.to_owned(), ..Policies::default() }
            .introspected("corporate", &issuer, 60, "")
            .consumer("alice", "issuers = [\"corporate\"]");
        let guarded = Guarded::start(&policies);
        guarded.assert_unavailable("its secret is wrong", TOKEN).await;
    }
}
