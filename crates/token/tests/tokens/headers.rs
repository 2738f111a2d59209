//! The allowed members of a header, and the ignored ones.

use postern_token::{TokenError, Unverified};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::signer::{claims, jwk, jwk_with, key_set, rules, sign, verify};

fn header(members: Value) -> String {
    let mut header = json!({ "alg": "ES256", "kid": "k1" });
    header.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    header.to_string()
}

fn verify_with(members: Value) -> Result<(), TokenError> {
    verify(&sign(&header(members), &claims().to_string())).map(|_| ())
}

/// A key set has one key; each of these names, brings or hides another one.
#[test]
fn ignores_keys_and_places_of_keys_in_the_header() {
    for members in [
        json!({ "jku": "https://evil.example/keys" }),
        json!({ "jku": "file:///etc/passwd", "x5u": "https://evil.example/cert.pem" }),
        json!({ "jwk": { "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" } }),
        json!({ "jwk": "text", "jku": 1, "x5u": null, "x5c": ["AA=="], "x5t": "AA", "x5t#S256": [] }),
        json!({ "unknown": { "deep": [1, 2, 3] } }),
    ] {
        assert_eq!(verify_with(members.clone()), Ok(()), "{members}");
    }
    // Signed by a key that it brings along, or by the one in the set: only the latter counts.
    let other = json!({
        "kty": "EC", "crv": "P-256", "kid": "k1",
        // The generator of P-256, SEC 2, section 2.4.2: the key of the secret 1.
        "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
        "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
    });
    let token = sign(&header(json!({ "jwk": jwk(), "kid": "k1" })), &claims().to_string());
    let read = Unverified::read(&token).unwrap();
    let error = read.verify(&key_set(&[other]), &rules(), crate::signer::NOW).unwrap_err();
    assert_eq!(error, TokenError::Signature);
}

#[test]
fn compares_kids_and_never_looks_anything_up_by_them() {
    for id in [
        "../../../../dev/null",
        "/etc/passwd",
        "k1' OR '1'='1",
        "k1'; DROP TABLE keys; --",
        "https://evil.example/keys#k1",
        "k1\u{0}",
        "K1",
        "k1 ",
        "",
        "{{ openai_api_key }}",
    ] {
        let error = verify_with(json!({ "kid": id })).unwrap_err();
        assert_eq!(error, TokenError::UnknownKeyId(id.to_owned()));
        assert!(error.asks_for_newer_keys());
        // A set that has such a name has it as any other.
        let token = sign(&header(json!({ "kid": id })), &claims().to_string());
        let set = key_set(&[jwk_with(json!({ "kid": id }))]);
        let read = Unverified::read(&token).unwrap();
        assert!(set.has(id) && read.verify(&set, &rules(), crate::signer::NOW).is_ok());
    }
    let error = verify_with(json!({ "kid": "a\nb\u{1b}[31m" })).unwrap_err();
    assert_eq!(error.to_string(), r#"no key of the issuer has the kid "a\nb\u{1b}[31m""#);
    let error = verify_with(json!({ "kid": "k".repeat(257) })).unwrap_err();
    assert_eq!(error.to_string(), "kid of the header must be at most 256 bytes, and is 257 bytes");
    for kid in [json!(1), json!(["k1"]), json!(null), json!({ "$ne": "" })] {
        let error = verify_with(json!({ "kid": kid })).unwrap_err();
        assert!(matches!(error, TokenError::Value { name: "kid", .. }), "{error}");
    }
}

#[test]
fn refuses_extensions_that_must_be_understood() {
    for (members, name) in [
        (json!({ "crit": ["exp"], "exp": 1 }), "crit"),
        (json!({ "crit": [] }), "crit"),
        (json!({ "crit": null }), "crit"),
        (json!({ "b64": false }), "b64"),
        (json!({ "b64": true }), "b64"),
        (json!({ "b64": false, "crit": ["b64"] }), "crit"),
    ] {
        let error = verify_with(members).unwrap_err();
        assert_eq!(error, TokenError::Extension { name });
    }
}

#[test]
fn refuses_nested_tokens() {
    for content in ["JWT", "jwt", "application/jwt", "at+jwt"] {
        let error = verify_with(json!({ "cty": content })).unwrap_err();
        assert_eq!(error, TokenError::Nested(content.to_owned()));
    }
    assert_eq!(verify_with(json!({ "cty": "json" })), Ok(()));
    // Not said to be one: the claims are a token, and no object.
    let inner = sign(crate::signer::HEADER, &claims().to_string());
    let error = verify(&sign(crate::signer::HEADER, &inner)).unwrap_err();
    assert!(matches!(error, TokenError::Json { part: "claims", .. }), "{error}");
}

#[test]
fn takes_access_tokens_and_no_jwt_for_another_purpose() {
    for kind in ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt"] {
        assert_eq!(verify_with(json!({ "typ": kind })), Ok(()), "{kind}");
    }
    for kind in ["dpop+jwt", "logout+jwt", "secevent+jwt", "JOSE", "", "jwt "] {
        let error = verify_with(json!({ "typ": kind })).unwrap_err();
        assert_eq!(error, TokenError::Type(kind.to_owned()));
    }
    assert!(verify_with(json!({ "typ": 1 })).is_err());
}

#[test]
fn refuses_a_member_of_the_header_twice() {
    for header in [
        r#"{"alg":"ES256","kid":"k1","alg":"none"}"#,
        r#"{"alg":"none","kid":"k1","alg":"ES256"}"#,
        r#"{"alg":"ES256","kid":"k1","kid":"k1"}"#,
        r#"{"alg":"ES256","kid":"k1","\u0061lg":"ES256"}"#,
        r#"{"alg":"ES256","kid":"k1","jwk":{"kty":"EC","kty":"RSA"}}"#,
    ] {
        let error = verify(&sign(header, &claims().to_string())).unwrap_err();
        assert!(
            matches!(&error, TokenError::Json { part: "header", problem } if problem.contains("twice")),
            "{header}: {error}"
        );
    }
}

proptest! {
    /// The key set has one key: whatever the token calls its own, no other name finds it.
    #[test]
    fn finds_a_key_by_exactly_its_name(id in "\\PC{0,40}") {
        prop_assume!(id != "k1");
        let error = verify_with(json!({ "kid": id.clone() })).unwrap_err();
        prop_assert_eq!(error, TokenError::UnknownKeyId(id));
    }
}
