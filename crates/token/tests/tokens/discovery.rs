//! Discovery documents.

use postern_token::discovery::{jwks_uri, url};
use proptest::prelude::*;
use serde_json::json;

use crate::signer::ISSUER;

#[test]
fn finds_the_document_below_the_issuer() {
    for (issuer, expected) in [
        ("https://example.com", "https://example.com/.well-known/openid-configuration"),
        ("https://example.com/", "https://example.com/.well-known/openid-configuration"),
        ("https://example.com/a", "https://example.com/a/.well-known/openid-configuration"),
    ] {
        assert_eq!(url(issuer), expected);
    }
}

#[test]
fn finds_the_keys_of_exactly_this_issuer() {
    let document = |issuer: &str, url: &str| {
        json!({ "issuer": issuer, "jwks_uri": url, "token_endpoint": "x" }).to_string()
    };
    let keys = "https://keys.example.net/acme";
    assert_eq!(jwks_uri(&document(ISSUER, keys), ISSUER).as_deref(), Ok(keys));
    let local = "http://127.0.0.1:8080/keys";
    assert_eq!(jwks_uri(&document(ISSUER, local), ISSUER).as_deref(), Ok(local));
    for issuer in ["https://evil.example", "", &format!("{ISSUER}/")] {
        let error = jwks_uri(&document(issuer, keys), ISSUER).unwrap_err().to_string();
        assert!(error.contains("is of the issuer"), "{error}");
    }
    for url in ["http://keys.example.net", "file:///etc/passwd", "/keys", ""] {
        let error = jwks_uri(&document(ISSUER, url), ISSUER).unwrap_err().to_string();
        assert!(error.contains("is not https"), "{error}");
    }
}

#[test]
fn refuses_what_is_no_document() {
    for (body, expected) in [
        ("<html>".to_owned(), "not JSON of one meaning"),
        (String::new(), "not JSON of one meaning"),
        ("[]".to_owned(), "a list instead of an object"),
        ("{}".to_owned(), "has no text issuer"),
        (json!({ "issuer": [ISSUER] }).to_string(), "has no text issuer"),
        (json!({ "issuer": ISSUER }).to_string(), "has no text jwks_uri"),
        (format!(r#"{{"issuer":"{ISSUER}","issuer":"{ISSUER}"}}"#), "is there twice"),
        (json!({ "issuer": ISSUER, "junk": "a".repeat(70_000) }).to_string(), "bytes, over the"),
    ] {
        let error = jwks_uri(&body, ISSUER).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

proptest! {
    #[test]
    fn no_document_panics(body in "\\PC*", issuer in "\\PC*") {
        prop_assert!(jwks_uri(&body, &issuer).is_err());
        prop_assert!(url(&issuer).ends_with("/.well-known/openid-configuration"));
    }
}
