//! Tokens with a MAC, of issuers that share a secret with the gateway: `upstream` computes it, `auth` compares it.

use postern_tests::issuer::token::{claims, signed, signed_as, unix_s, with, with_bit_flipped};
use postern_tests::issuer::{Guarded, Key, Policies, SHARED_SECRET};
use serde_json::json;
use std::sync::LazyLock;

const ISSUER: &str = "https://internal.example.com";

fn policies() -> Policies {
    Policies::default()
        .shared_secret("internal", ISSUER)
        .consumer("alice", "issuers = [\"internal\"]")
}

fn guarded() -> &'static Guarded {
    static GUARDED: LazyLock<Guarded> = LazyLock::new(|| Guarded::start(&policies()));
    &GUARDED
}

#[tokio::test]
async fn lets_in_who_has_the_secret() {
    let key = Key::shared("shared", SHARED_SECRET);
    let token = signed(&key, &claims(ISSUER, "alice"));
    for _ in 0..2 {
        guarded().assert_lets_in("HS256", &token, "alice").await;
    }
    let unnamed = signed_as(&key, &json!({ "kid": null }), &claims(ISSUER, "alice").to_string());
    guarded().assert_lets_in("HS256 without a key id", &unnamed, "alice").await;
    assert!(!guarded().stage.gateway.log().contains(SHARED_SECRET));
}

#[tokio::test]
async fn refuses_a_caller_without_it() {
    let key = Key::shared("shared", SHARED_SECRET);
    let good = claims(ISSUER, "alice");
    let token = signed(&key, &good);
    for bit in (0..256).step_by(17) {
        let flipped = with_bit_flipped(&token, bit);
        guarded().assert_refuses(&format!("bit {bit}"), &flipped).await;
    }
    let shorter = token[..token.len() - 11].to_owned();
    guarded().assert_refuses("half a MAC", &shorter).await;
    for secret in ["", "secret", "tests_shared_secret", &SHARED_SECRET[1..]] {
        let token = signed(&Key::shared("shared", secret), &good);
        guarded().assert_refuses("another secret", &token).await;
    }
    let unsigned = signed_as(&key, &json!({ "alg": "none" }), &good.to_string());
    guarded().assert_refuses("alg none", &unsigned).await;
    for algorithm in ["HS384", "HS512", "RS256", "ES256"] {
        let token = signed_as(&key, &json!({ "alg": algorithm }), &good.to_string());
        guarded().assert_refuses(algorithm, &token).await;
    }
    let own_key = signed(&Key::p256("shared"), &good);
    guarded().assert_refuses("a public key", &own_key).await;
}

#[tokio::test]
async fn claims_are_judged_as_those_of_any_token() {
    let key = Key::shared("shared", SHARED_SECRET);
    for members in [
        json!({ "aud": "another" }),
        json!({ "exp": unix_s() - 600 }),
        json!({ "exp": null }),
        json!({ "nbf": unix_s() + 600 }),
        json!({ "iss": "https://login.example.com" }),
    ] {
        let token = signed(&key, &with(claims(ISSUER, "alice"), &members));
        guarded().assert_refuses(&members.to_string(), &token).await;
    }
}

#[tokio::test]
async fn a_gateway_without_the_secret_cannot_tell() {
    let policies = Policies { shared_secret: String::new(), ..policies() };
    let guarded = Guarded::start(&policies);
    for key in [Key::shared("shared", ""), Key::shared("shared", SHARED_SECRET)] {
        let token = signed(&key, &claims(ISSUER, "alice"));
        guarded.assert_unavailable("no secret", &token).await;
    }
}
