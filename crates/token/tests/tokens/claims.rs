//! Whose token it is, for whom, when, and what it must say besides.

use postern_token::{Rules, TokenError};
use serde_json::{Value, json};

use crate::signer::{HEADER, ISSUER, NOW, claims, rules, sign, verify, verify_claims, with};

fn refusal(claims: &Value) -> TokenError {
    verify_claims(claims, &rules(), NOW).unwrap_err()
}

#[test]
fn takes_a_good_token() {
    let verified = verify_claims(&with("jti", json!("4711")), &rules(), NOW).unwrap();
    assert_eq!(verified.text("sub").as_deref(), Some("alice"));
    assert_eq!((verified.issuer(), verified.id()), (Some(ISSUER), Some("4711")));
    assert_eq!(verified.expires_at_unix_s(), Some(NOW + 3_600));
}

#[test]
fn refuses_tokens_of_another_issuer_byte_for_byte() {
    for issuer in [
        "https://evil.example",
        "https://login.example.com/realms/acme/",
        "https://login.example.com/realms/ACME",
        "https://login.example.com/realms/acme\u{0}",
        "",
    ] {
        let error = refusal(&with("iss", json!(issuer)));
        assert!(matches!(&error, TokenError::Issuer { found, .. } if found == issuer));
    }
    for issuer in [json!([ISSUER]), json!(1), json!({ "a": ISSUER })] {
        assert!(matches!(refusal(&with("iss", issuer)), TokenError::Value { name: "iss", .. }));
    }
    assert_eq!(refusal(&with("iss", json!(null))), TokenError::MissingClaim("iss".to_owned()));
}

#[test]
fn refuses_tokens_for_another_audience() {
    for audience in
        [json!("postern"), json!(["other", "postern"]), json!(["https://ai.example.com"])]
    {
        assert!(verify_claims(&with("aud", audience), &rules(), NOW).is_ok());
    }
    for audience in [json!("Postern"), json!("postern2"), json!("a postern"), json!([]), json!("")]
    {
        let error = refusal(&with("aud", audience));
        assert!(matches!(error, TokenError::Audience { .. }), "{error}");
    }
    for audience in [json!(["postern", 1]), json!({ "aud": "postern" }), json!(true)] {
        assert!(matches!(refusal(&with("aud", audience)), TokenError::Value { name: "aud", .. }));
    }
    assert_eq!(refusal(&with("aud", json!(null))), TokenError::MissingClaim("aud".to_owned()));
    assert_eq!(
        refusal(&with("aud", json!(["a", "b"]))).to_string(),
        r#"the token is for "a", "b" (aud), and "postern", "https://ai.example.com" was expected"#
    );
    let no_audience = Rules { audience: Vec::new(), ..rules() };
    assert!(verify_claims(&claims(), &no_audience, NOW).is_err(), "no audience is nobody's");
}

/// Rules by who is named × what the token has; an access token of Amazon Cognito has `client_id` and no `aud`.
#[test]
fn takes_a_token_without_audience_only_by_a_rule_for_its_client() {
    let by = |audience: &[&str], client_id: &[&str]| Rules {
        audience: audience.iter().map(|text| (*text).to_owned()).collect(),
        client_id: client_id.iter().map(|text| (*text).to_owned()).collect(),
        ..rules()
    };
    let of = |aud: Value, client_id: Value| {
        let mut claims = with("aud", aud);
        claims["client_id"] = client_id;
        if claims["client_id"].is_null() {
            claims.as_object_mut().unwrap().remove("client_id");
        }
        claims
    };
    let (aud, client, both) =
        (by(&["postern"], &[]), by(&[], &["app", "app-2"]), by(&["postern"], &["app"]));
    let rows = [
        // aud, client_id, and whether the rules by audience, by client and by both take it.
        (json!("postern"), json!("app"), [true, false, true]),
        (json!("postern"), json!("other"), [true, false, true]),
        (json!("postern"), json!(null), [true, false, true]),
        (json!("other"), json!("app"), [false, false, false]),
        (json!([]), json!("app"), [false, false, false]),
        (json!(null), json!("app"), [false, true, true]),
        (json!(null), json!("app-2"), [false, true, false]),
        (json!(null), json!("App"), [false, false, false]),
        (json!(null), json!("other"), [false, false, false]),
        (json!(null), json!(["app"]), [false, false, false]),
        (json!(null), json!(""), [false, false, false]),
        (json!(null), json!(null), [false, false, false]),
    ];
    for (audience, client_id, expected) in rows {
        let claims = of(audience, client_id);
        let taken = [&aud, &client, &both].map(|rules| verify_claims(&claims, rules, NOW).is_ok());
        assert_eq!(taken, expected, "{claims}");
    }
    let error = verify_claims(&of(json!(null), json!("other")), &client, NOW).unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"the token has no aud, and is of the client "other"; "app", "app-2" was expected"#
    );
}

#[test]
fn holds_until_exp_and_the_leeway_have_passed() {
    let at = |unix_s| verify_claims(&claims(), &rules(), unix_s);
    assert!(at(NOW + 3_600 + 59).is_ok());
    let error = at(NOW + 3_600 + 60).unwrap_err();
    assert!(error.is_expired() && !error.is_insufficient_scope() && !error.asks_for_newer_keys());
    assert_eq!(
        error.to_string(),
        "the token expired at 1788267600, and it is 1788267660 (Unix seconds)"
    );
    // A fraction is no second more.
    let fraction = with("exp", json!(NOW as f64 + 0.9));
    let strict = Rules { leeway_s: 0, ..rules() };
    assert!(verify_claims(&fraction, &strict, NOW).unwrap_err().is_expired());
    assert_eq!(refusal(&with("exp", json!(null))), TokenError::MissingClaim("exp".to_owned()));
}

#[test]
fn holds_from_nbf_and_iat_less_the_leeway() {
    for (name, early) in [("nbf", NOW + 61), ("iat", NOW + 61), ("iat", NOW + 3_000_000)] {
        let error = refusal(&with(name, json!(early)));
        assert!(matches!(
            error,
            TokenError::NotYetValid { .. } | TokenError::IssuedInFuture { .. }
        ));
        assert!(verify_claims(&with(name, json!(NOW + 60)), &rules(), NOW).is_ok());
        assert!(verify_claims(&with(name, json!(null)), &rules(), NOW).is_ok());
    }
    let fraction = with("nbf", json!(NOW as f64 + 60.1));
    assert!(matches!(
        verify_claims(&fraction, &rules(), NOW).unwrap_err(),
        TokenError::NotYetValid { .. }
    ));
}

#[test]
fn refuses_times_that_are_none() {
    let times = [
        json!("1788267600"),
        json!(true),
        json!([NOW]),
        json!(-1),
        json!(1_788_267_600_000_u64),
        json!(1e300),
        json!(u64::MAX),
    ];
    for name in ["exp", "nbf", "iat"] {
        for time in &times {
            let error = refusal(&with(name, time.clone()));
            assert!(matches!(error, TokenError::Value { .. }), "{name} {time}: {error}");
        }
        let token = sign(HEADER, &json_with_null(name));
        let error = verify(&token).unwrap_err();
        assert!(matches!(error, TokenError::Value { .. }), "{name} null: {error}");
    }
    assert_eq!(
        refusal(&with("exp", json!(1_788_267_600_000_u64))).to_string(),
        "exp of the claims must be Unix seconds of the years 1970 to 9999, and is 1788267600000"
    );
}

#[test]
fn a_clock_at_either_end_of_time_changes_nothing_but_the_answer() {
    let forever = Rules { leeway_s: u64::MAX, ..rules() };
    assert!(verify_claims(&claims(), &forever, u64::MAX - 1).is_ok());
    assert!(verify_claims(&claims(), &forever, 0).is_ok());
    assert!(verify_claims(&claims(), &rules(), u64::MAX).unwrap_err().is_expired());
    assert!(verify_claims(&claims(), &rules(), 0).is_err());
}

#[test]
fn demands_the_claims_that_policy_requires() {
    let required = |name: &str, expected: Option<&str>| Rules {
        required_claims: vec![(name.to_owned(), expected.map(str::to_owned))],
        ..rules()
    };
    let mut said = claims();
    said["azp"] = json!("app");
    said["email_verified"] = json!(true);
    said["groups"] = json!(["a", "b"]);
    said["realm_access"] = json!({ "roles": ["admin"] });
    said["nothing"] = json!(null);
    for (name, expected) in [
        ("azp", None),
        ("azp", Some("app")),
        ("email_verified", Some("true")),
        ("groups", Some("b")),
        ("groups", None),
        ("realm_access.roles", Some("admin")),
    ] {
        assert!(verify_claims(&said, &required(name, expected), NOW).is_ok(), "{name}");
    }
    for (name, expected) in [("hd", None), ("hd", Some("example.com")), ("nothing", None)] {
        let error = verify_claims(&said, &required(name, expected), NOW).unwrap_err();
        assert_eq!(error, TokenError::MissingClaim(name.to_owned()));
    }
    for (name, expected) in [("azp", "App"), ("groups", "c"), ("realm_access", "admin")] {
        let error = verify_claims(&said, &required(name, Some(expected)), NOW).unwrap_err();
        assert!(matches!(error, TokenError::ClaimValue { .. }), "{name}");
    }
}

#[test]
fn tells_a_missing_scope_from_every_other_refusal() {
    let rules =
        Rules { required_scopes: vec!["ai.use".to_owned(), "ai.chat".to_owned()], ..rules() };
    assert!(verify_claims(&with("scope", json!("ai.chat x ai.use")), &rules, NOW).is_ok());
    assert!(verify_claims(&with("scp", json!(["ai.use", "ai.chat"])), &rules, NOW).is_ok());
    for scope in [json!("ai.use"), json!("ai.user ai.chats"), json!(""), json!(null), json!(1)] {
        let error = verify_claims(&with("scope", scope), &rules, NOW).unwrap_err();
        assert!(error.is_insufficient_scope() && !error.is_expired(), "{error}");
    }
    // A token that is bad in another way as well is not a known caller's.
    let mut expired = with("exp", json!(NOW - 3_600));
    expired["scope"] = json!("");
    assert!(!verify_claims(&expired, &rules, NOW).unwrap_err().is_insufficient_scope());
}

#[test]
fn refuses_a_claim_twice_at_every_depth() {
    let good = claims().to_string();
    for more in [
        r#""aud":"postern""#,
        r#""sub":"admin""#,
        r#""\u0073ub":"admin""#,
        r#""a":{"b":[{"c":1,"c":2}]}"#,
    ] {
        let error =
            verify(&sign(HEADER, &format!("{},{more}}}", good.trim_end_matches('}')))).unwrap_err();
        assert!(error.to_string().contains("is there twice"), "{more}: {error}");
    }
}

/// The claims with one of them null, which [`with`] cannot make.
fn json_with_null(name: &str) -> String {
    let mut claims = claims();
    claims[name] = json!(null);
    claims.to_string()
}
