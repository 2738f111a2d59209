//! What an authorization server answers about an opaque token.

use postern_token::introspection::{IntrospectionError, read};
use postern_token::{Rules, TokenError};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::signer::{ISSUER, NOW, rules};

fn answer(members: Value) -> String {
    let mut answer = json!({ "active": true, "aud": "postern", "sub": "alice" });
    answer.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    answer.to_string()
}

fn refusal(body: &str) -> IntrospectionError {
    read(200, body, &rules(), NOW).unwrap_err()
}

#[test]
fn takes_an_active_token() {
    let claims = read(200, &answer(json!({})), &rules(), NOW).unwrap();
    assert_eq!(claims.text("sub").as_deref(), Some("alice"));
    assert_eq!(claims.expires_at_unix_s(), None);
    let full = answer(json!({
        "iss": ISSUER, "exp": NOW + 10, "nbf": NOW, "iat": NOW, "jti": "4711",
        "scope": "ai.use", "client_id": "app", "aud": ["x", "postern"], "token_type": "Bearer",
    }));
    let claims = read(200, &full, &rules(), NOW).unwrap();
    assert_eq!((claims.expires_at_unix_s(), claims.id()), (Some(NOW + 10), Some("4711")));
    assert!(claims.has_scope("ai.use"));
}

#[test]
fn takes_only_the_boolean_for_an_answer() {
    for active in [json!("true"), json!("false"), json!(1), json!(0), json!(null), json!([true])] {
        let error = refusal(&answer(json!({ "active": active })));
        assert!(error.is_unavailable(), "{active}: {error}");
    }
    assert_eq!(refusal("{}"), IntrospectionError::Active { found: "nothing" });
    assert_eq!(
        refusal(&answer(json!({ "active": "true" }))).to_string(),
        "active in the introspection answer must be a boolean, and is a string"
    );
    let error = refusal(r#"{"active":false}"#);
    assert_eq!(error, IntrospectionError::Inactive);
    assert!(!error.is_unavailable());
    assert!(refusal(r#"{"active":false,"active":true}"#).is_unavailable());
    assert!(refusal(r#"{"Active":true,"ACTIVE":true}"#).is_unavailable());
}

#[test]
fn takes_trouble_of_the_server_for_no_refusal() {
    let good = answer(json!({}));
    for status in [0, 100, 201, 204, 301, 302, 400, 401, 403, 404, 429, 500, 503] {
        let error = read(status, &good, &rules(), NOW).unwrap_err();
        assert_eq!(error, IntrospectionError::Status { status });
        assert!(error.is_unavailable());
    }
    let page = "<!DOCTYPE html><html><body>Log in</body></html>";
    let huge = answer(json!({ "junk": "a".repeat(100_000) }));
    let deep = "[".repeat(60_000);
    for body in [page, "", "true", "null", "[]", "\"active\"", "{\"active\":true", &huge, &deep] {
        let error = refusal(body);
        assert!(error.is_unavailable(), "{error}");
    }
}

#[test]
fn refuses_active_tokens_that_are_not_for_here() {
    for (members, expected) in [
        (json!({ "exp": NOW - 60 }), "expired"),
        (json!({ "nbf": NOW + 61 }), "not valid before"),
        (json!({ "iat": NOW + 61 }), "issued at"),
        (json!({ "exp": "soon" }), "exp of the claims must be a number"),
        (json!({ "exp": null }), "exp of the claims must be a number"),
        (json!({ "iss": "https://evil.example" }), "of the issuer"),
        (json!({ "iss": null }), "iss of the claims must be a string"),
        (json!({ "aud": "other" }), "(aud)"),
        (json!({ "aud": null }), "aud of the claims must be"),
    ] {
        let error = refusal(&answer(members.clone()));
        assert!(!error.is_unavailable(), "{members}");
        assert!(error.to_string().contains(expected), "{members}: {error}");
    }
    let error = refusal(r#"{"active":true}"#);
    assert_eq!(error, IntrospectionError::Refused(TokenError::MissingClaim("aud".to_owned())));
    let no_audience = Rules { audience: Vec::new(), ..rules() };
    assert!(read(200, r#"{"active":true}"#, &no_audience, NOW).is_ok());
}

#[test]
fn takes_an_active_token_without_audience_by_its_client() {
    let rules = Rules { audience: Vec::new(), client_id: vec!["app".to_owned()], ..rules() };
    assert!(read(200, r#"{"active":true,"client_id":"app"}"#, &rules, NOW).is_ok());
    for refused in [
        r#"{"active":true,"client_id":"other"}"#,
        r#"{"active":true,"client_id":"app","aud":"other"}"#,
        r#"{"active":true,"client_id":"app","aud":null}"#,
        r#"{"active":true}"#,
    ] {
        assert!(read(200, refused, &rules, NOW).is_err(), "{refused}");
    }
}

#[test]
fn demands_claims_and_scopes_as_of_a_jwt() {
    let rules = Rules {
        required_claims: vec![("client_id".to_owned(), Some("app".to_owned()))],
        required_scopes: vec!["ai.use".to_owned()],
        ..rules()
    };
    let check = |members| read(200, &answer(members), &rules, NOW).map(|_| ());
    assert_eq!(check(json!({ "client_id": "app", "scope": "ai.use" })), Ok(()));
    let error = check(json!({ "scope": "ai.use" })).unwrap_err();
    assert_eq!(error.to_string(), "the claim \"client_id\" is not there");
    let error = check(json!({ "client_id": "app", "scope": "ai" })).unwrap_err();
    assert!(matches!(error, IntrospectionError::Refused(error) if error.is_insufficient_scope()));
}

proptest! {
    #[test]
    fn no_answer_panics(status: u16, body in "\\PC*", now: u64) {
        prop_assert!(read(status, &body, &rules(), now).is_err());
    }
}
