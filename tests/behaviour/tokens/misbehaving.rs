//! Issuers with invalid answers: no caller is authenticated, and the fault is not the caller's.

use postern_tests::issuer::token::{signed, with};
use postern_tests::issuer::{Endpoint, Guarded, Issuer, Key, Manner, Policies};
use serde_json::json;
use std::time::{Duration, Instant};

/// Long enough on a busy machine, and short compared with the patience of a test.
const TIMEOUT_MS: u64 = 1_500;

fn say(text: &str) -> Manner {
    Manner::Say("application/json", text.to_owned())
}

/// What an issuer may do instead of answering.
fn manners() -> Vec<Manner> {
    vec![
        Manner::Redirect,
        Manner::Huge,
        Manner::Hang,
        Manner::HangAfterHead,
        Manner::Status(500),
        Manner::Status(404),
        Manner::Status(204),
        Manner::Say("text/html", "<!doctype html><title>Log in</title>".to_owned()),
        say(""),
        say("null"),
        say("[]"),
        say("{}"),
        say("{\"keys\":[]"),
        say(&"[".repeat(100_000)),
        say("{\"keys\":{}}"),
        say("\u{0}"),
    ]
}

/// An issuer for each of these behaviours at this endpoint, a gateway that trusts them all, and a token of each.
fn all(
    key: &Key,
    endpoint: Endpoint,
    manners: Vec<Manner>,
) -> (Guarded, Vec<(String, Issuer, String)>) {
    let times = format!("key_set = {{ timeout_ms = {TIMEOUT_MS} }}");
    let mut policies = Policies::default();
    let mut issuers = Vec::new();
    for (number, manner) in manners.into_iter().enumerate() {
        let issuer = Issuer::start(&[key]);
        let mut what = format!("{endpoint:?} {manner:?}");
        what.truncate(what.floor_char_boundary(100));
        issuer.behave(endpoint, manner);
        policies = policies.issuer(&format!("issuer-{number}"), &issuer.origin(), &times);
        let token = signed(key, &issuer.claims("alice"));
        issuers.push((what, issuer, token));
    }
    let names: Vec<String> = (0..issuers.len()).map(|at| format!("\"issuer-{at}\"")).collect();
    let policies = policies.consumer("alice", &format!("issuers = [{}]", names.join(", ")));
    (Guarded::start(&policies), issuers)
}

#[tokio::test]
async fn an_invalid_key_set_authenticates_no_caller() {
    let key = Key::p256("one");
    let mut manners = manners();
    manners.push(Manner::ManyKeys);
    let (guarded, issuers) = all(&key, Endpoint::KeySet, manners);
    for (what, issuer, token) in issuers {
        let start = Instant::now();
        guarded.assert_unavailable(&what, &token).await;
        assert!(start.elapsed() < Duration::from_millis(TIMEOUT_MS) * 8, "{what}");
        assert_eq!(issuer.asked(Endpoint::KeySet), 1, "{what}");
        assert_eq!(issuer.followed(), 0, "{what}");
    }
}

#[tokio::test]
async fn an_invalid_discovery_document_authenticates_no_caller() {
    let key = Key::p256("one");
    let (guarded, issuers) = all(&key, Endpoint::Discovery, manners());
    for (what, issuer, token) in issuers {
        guarded.assert_unavailable(&what, &token).await;
        assert_eq!((issuer.followed(), issuer.asked(Endpoint::KeySet)), (0, 0), "{what}");
    }
}

#[tokio::test]
async fn a_discovery_document_of_another_issuer_leads_nowhere() {
    let key = Key::p256("one");
    let issuer = Issuer::start(&[&key]);
    let stranger = Issuer::start(&[&key]);
    let policies = Policies::default()
        .issuer("corporate", &issuer.origin(), "")
        .consumer("alice", "issuers = [\"corporate\"]");
    let right = json!({ "issuer": issuer.origin(), "jwks_uri": issuer.key_set_url() });
    for members in [
        json!({ "issuer": stranger.origin() }),
        json!({ "issuer": format!("{}/", issuer.origin()) }),
        json!({ "issuer": null }),
        json!({ "issuer": [issuer.origin()] }),
        json!({ "jwks_uri": null }),
        json!({ "jwks_uri": 7 }),
        json!({ "jwks_uri": "" }),
        json!({ "jwks_uri": "/keys" }),
        json!({ "jwks_uri": "file:///etc/passwd" }),
        json!({ "jwks_uri": "http://169.254.169.254/latest/meta-data" }),
        // This host is not granted.
        json!({ "jwks_uri": stranger.key_set_url() }),
        json!({ "jwks_uri": "https://login.example.com/keys" }),
    ] {
        issuer.behave(Endpoint::Discovery, say(&with(right.clone(), &members).to_string()));
        // A gateway for each: after a failure there is a pause before the next request.
        let guarded = Guarded::start(&policies);
        let token = signed(&key, &issuer.claims("alice"));
        guarded.assert_unavailable(&members.to_string(), &token).await;
    }
    assert_eq!((issuer.asked(Endpoint::KeySet), stranger.heads().len()), (0, 0));
}

#[tokio::test]
async fn an_unreachable_issuer_is_the_gateways_fault() {
    let key = Key::p256("one");
    // This port has no listener, and the second is not granted.
    for (issuer, policies) in [
        ("http://127.0.0.1:1", Policies::default().host("http://127.0.0.1:1")),
        ("http://127.0.0.1:2", Policies::default()),
    ] {
        let table = format!("issuer = \"{issuer}\"\njwks_url = \"{issuer}/keys\"");
        let policies =
            policies.named("corporate", &table).consumer("alice", "issuers = [\"corporate\"]");
        let guarded = Guarded::start(&policies);
        let token = signed(&key, &postern_tests::issuer::token::claims(issuer, "alice"));
        guarded.assert_unavailable(issuer, &token).await;
    }
}
