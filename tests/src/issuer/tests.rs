//! The fake is right where it should be, and wrong where it is told to be.

use super::token::{claims, signed, with, with_bit_flipped};
use super::{Endpoint, INTROSPECTION_PATH, Issuer, KEY_SET_PATH, Key, Manner, bytes, text};
use crate::client::{Answer, Call};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::{Value, json};
use std::time::Duration;

/// Whether a token is signed by the key of this JWK.
fn verifies(jwk: &Value, token: &str) -> bool {
    let (input, signature) = token.rsplit_once('.').unwrap();
    let (input, signature) = (input.as_bytes(), bytes(signature));
    let member = |name: &str| bytes(jwk[name].as_str().unwrap());
    let verified = match jwk["kty"].as_str().unwrap() {
        "RSA" => RsaPublicKeyComponents { n: member("n"), e: member("e") }.verify(
            &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
            input,
            &signature,
        ),
        "EC" => {
            let point = [vec![4], member("x"), member("y")].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(input, &signature)
        }
        _ => UnparsedPublicKey::new(&ED25519, member("x")).verify(input, &signature),
    };
    verified.is_ok()
}

#[test]
fn signs_so_that_its_public_keys_verify_it_and_no_flipped_bit() {
    let keys =
        [Key::rsa("a", 0), Key::rsa("b", 1), Key::weak_rsa("c"), Key::p256("d"), Key::ed25519("e")];
    let claims = claims("https://issuer.example", "alice");
    for key in &keys {
        let (jwk, token) = (key.jwk().unwrap(), signed(key, &claims));
        assert!(verifies(&jwk, &token), "{}", key.kid());
        assert!(!verifies(&jwk, &with_bit_flipped(&token, 9)), "{}", key.kid());
        let header = token.split('.').next().unwrap();
        let header: Value = serde_json::from_slice(&bytes(header)).unwrap();
        assert_eq!(header, json!({ "alg": key.algorithm(), "typ": "at+jwt", "kid": key.kid() }));
    }
    assert!(!verifies(&keys[0].jwk().unwrap(), &signed(&keys[1], &claims)));
    assert!(Key::shared("s", "secret").jwk().is_none());
    assert!(keys[0].public_pem().starts_with("-----BEGIN PUBLIC KEY-----\n"));
}

#[test]
fn signs_with_a_shared_secret_as_the_rfc_does() {
    // RFC 7515, A.1.
    let secret = bytes(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    );
    let input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let signature = Key::shared("s", secret).sign(input.as_bytes());
    assert_eq!(text(&signature), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

#[test]
fn changes_adds_and_takes_out_claims() {
    let changed = with(json!({ "a": 1, "b": 2 }), &json!({ "a": null, "b": 3, "c": 4 }));
    assert_eq!(changed, json!({ "b": 3, "c": 4 }));
}

async fn get(issuer: &Issuer, path: &str) -> Answer {
    Call::new(issuer.state.address, "GET", path).send().await
}

#[tokio::test]
async fn serves_its_documents_and_counts_who_asks() {
    let (one, two) = (Key::p256("one"), Key::ed25519("two"));
    let issuer = Issuer::start(&[&one, &Key::shared("hidden", "s")]);
    let document = get(&issuer, "/.well-known/openid-configuration").await.json();
    assert_eq!(document["issuer"], issuer.origin());
    assert_eq!(document["jwks_uri"], issuer.key_set_url());
    assert_eq!(get(&issuer, KEY_SET_PATH).await.json(), json!({ "keys": [one.jwk().unwrap()] }));
    issuer.publish(&[&two]);
    assert_eq!(get(&issuer, KEY_SET_PATH).await.json(), json!({ "keys": [two.jwk().unwrap()] }));
    assert_eq!(get(&issuer, "/other?x=1").await.status, 404);
    let counts =
        [Endpoint::Discovery, Endpoint::KeySet, Endpoint::Elsewhere].map(|at| issuer.asked(at));
    assert_eq!(counts, [1, 2, 1]);
    assert!(issuer.heads()[3].starts_with("GET /other?x=1 "), "{:?}", issuer.heads());
    // Asked wrongly about a token.
    assert_eq!(get(&issuer, INTROSPECTION_PATH).await.status, 405);
    assert_eq!(issuer.complaints().len(), 1);
}

#[tokio::test]
async fn misbehaves_as_it_is_told() {
    let key = Key::p256("one");
    let issuer = Issuer::start(&[&key]);
    let set = |manner| issuer.behave(Endpoint::KeySet, manner);
    set(Manner::Redirect);
    let answer = get(&issuer, KEY_SET_PATH).await;
    let moved = answer.header("location").unwrap().strip_prefix(&issuer.origin()).unwrap();
    assert_eq!((answer.status, issuer.followed()), (302, 0));
    assert_eq!(get(&issuer, moved).await.json()["keys"][0]["kid"], "one");
    assert_eq!(issuer.followed(), 1);
    set(Manner::Huge);
    let answer = get(&issuer, KEY_SET_PATH).await;
    assert!(answer.body.len() > 10_000_000 && answer.json()["keys"][0]["kid"] == "one");
    set(Manner::ManyKeys);
    let keys = get(&issuer, KEY_SET_PATH).await.json();
    assert_eq!(
        (keys["keys"].as_array().unwrap().len(), &keys["keys"][10_000]["kid"]),
        (10_001, &"one".into())
    );
    set(Manner::Status(500));
    assert_eq!(get(&issuer, KEY_SET_PATH).await.status, 500);
    set(Manner::Say("text/html", "<p>".to_owned()));
    let answer = get(&issuer, KEY_SET_PATH).await;
    assert_eq!((answer.status, answer.text()), (200, "<p>"));
    assert_eq!(answer.header("content-type"), Some("text/html"));
    let short = Duration::from_millis(100);
    set(Manner::HangAfterHead);
    let mut open = Call::new(issuer.state.address, "GET", KEY_SET_PATH).open().await;
    assert!(tokio::time::timeout(short, open.next()).await.is_err());
    set(Manner::Hang);
    assert!(tokio::time::timeout(short, get(&issuer, KEY_SET_PATH)).await.is_err());
    set(Manner::Right);
    assert_eq!(get(&issuer, KEY_SET_PATH).await.status, 200);
}
