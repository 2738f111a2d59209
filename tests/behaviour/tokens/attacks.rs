//! Malicious tokens: headers that point elsewhere, ambiguous forms.

use super::scene;
use postern_tests::issuer::token::{compact, signed, signed_as};
use postern_tests::issuer::{Endpoint, Issuer, Key};
use serde_json::{Value, json};

#[tokio::test]
async fn a_key_id_is_a_name_and_leads_nowhere() {
    let scene = scene();
    let stranger = Issuer::start(&[]);
    let before = scene.corporate.heads().len();
    for kid in [
        json!("../../../../etc/passwd"),
        json!("/dev/null"),
        json!("p256' OR '1'='1"),
        json!("p256'; DROP TABLE keys; --"),
        json!("p256' UNION SELECT 'secret"),
        json!(stranger.key_set_url()),
        json!("file:///dev/null"),
        json!("p256\u{0}"),
        json!("p256\r\nx-injected: 1"),
        json!("$(id)|`id`"),
        json!("{{ tests_client_secret }}"),
        json!("../keys?kid=p256#"),
        json!("P256"),
        json!("x".repeat(10_000)),
        json!(""),
        json!(7),
        json!(["p256"]),
        json!({ "kid": "p256" }),
    ] {
        let token = signed_as(&scene.p256, &json!({ "kid": kid }), &scene.claims().to_string());
        scene.guarded.assert_refuses(&kid.to_string(), &token).await;
    }
    assert!(stranger.heads().is_empty(), "a key id was gone to: {:?}", stranger.heads());
    // No request contains a part of an id.
    let heads = scene.corporate.heads().split_off(before);
    let usual = |head: &String| {
        head.starts_with("GET /keys {")
            || head.starts_with("GET /.well-known/openid-configuration {")
    };
    assert!(heads.iter().all(usual), "{heads:?}");
    assert_eq!(scene.corporate.asked(Endpoint::Elsewhere), 0);
}

#[tokio::test]
async fn a_header_cannot_bring_its_own_key() {
    let scene = scene();
    let forger = Key::p256("p256");
    let stranger = Issuer::start(&[&forger]);
    let url = stranger.key_set_url();
    let jwk = forger.jwk().unwrap();
    for members in [
        json!({ "jku": url }),
        json!({ "x5u": url }),
        json!({ "jku": url, "x5u": url, "kid": "forged" }),
        json!({ "jwk": jwk }),
        json!({ "jwk": jwk, "kid": null }),
        json!({ "x5c": ["MIIB"], "x5t": "AAAA" }),
        json!({ "jku": format!("{}@{}", scene.corporate.key_set_url(), url) }),
    ] {
        let token = signed_as(&forger, &members, &scene.claims().to_string());
        scene.guarded.assert_refuses(&members.to_string(), &token).await;
    }
    assert!(stranger.heads().is_empty(), "{:?}", stranger.heads());
    // With the issuer's signature, they are harmless.
    let members = json!({ "jku": url, "x5u": url });
    let good = signed_as(&scene.p256, &members, &scene.claims().to_string());
    scene.guarded.assert_lets_in("ignored headers", &good, "alice").await;
    assert!(stranger.heads().is_empty(), "{:?}", stranger.heads());
}

#[tokio::test]
async fn refuses_what_it_would_have_to_understand() {
    // RFC 7515, 4.1.11; RFC 7797, 3.
    let scene = scene();
    for members in [
        json!({ "crit": ["exp"], "exp": 0 }),
        json!({ "crit": ["b64"], "b64": false }),
        json!({ "crit": [] }),
        json!({ "crit": "exp" }),
    ] {
        let token = signed_as(&scene.p256, &members, &scene.claims().to_string());
        scene.guarded.assert_refuses(&members.to_string(), &token).await;
    }
}

#[tokio::test]
async fn refuses_a_token_within_a_token_and_other_forms() {
    let scene = scene();
    let good = scene.token();
    // RFC 7519, A.2: nested.
    let nested = signed_as(&scene.p256, &json!({ "cty": "JWT" }), &good);
    scene.guarded.assert_refuses("nested", &nested).await;
    let quoted = signed_as(&scene.p256, &json!({ "cty": "JWT" }), &format!("{good:?}"));
    scene.guarded.assert_refuses("nested in quotes", &quoted).await;
    let unsigned = compact(r#"{"alg":"none","cty":"JWT"}"#, &good, b"");
    scene.guarded.assert_refuses("nested in an unsigned one", &unsigned).await;
    // RFC 7516, 3.1: five parts, encrypted; RFC 7515, 7.2: JSON.
    let parts: Vec<&str> = good.split('.').collect();
    let header = compact(r#"{"alg":"dir","enc":"A256GCM"}"#, "", b"");
    let header = header.split('.').next().unwrap();
    for form in [
        format!("{header}..{}.{}.{}", parts[2], parts[1], parts[2]),
        format!("{good}.{}", parts[2]),
        json!({ "protected": parts[0], "payload": parts[1], "signature": parts[2] }).to_string(),
        format!("{good}="),
        format!("{}=.{}.{}", parts[0], parts[1], parts[2]),
        format!("{}. {}.{}", parts[0], parts[1], parts[2]),
        format!("{good},{good}"),
    ] {
        scene.guarded.assert_refuses("another form", &form).await;
    }
}

#[tokio::test]
async fn refuses_what_two_readers_could_read_differently() {
    let scene = scene();
    let payload = scene.claims().to_string();
    let rest = payload.strip_prefix('{').unwrap();
    for twice in [
        r#""sub":"tester","#,
        r#""sub":"alice","#,
        r#""exp":4102444800,"#,
        r#""aud":"another","#,
        r#""iss":"https://login.example.com","#,
        r#""s\u0075b":"tester","#,
    ] {
        let token = signed_as(&scene.p256, &json!({}), &format!("{{{twice}{rest}"));
        scene.guarded.assert_refuses(twice, &token).await;
    }
    let header = r#"{"alg":"none","alg":"ES256","kid":"p256"}"#;
    let input = compact(header, &payload, b"");
    let signature = scene.p256.sign(input.trim_end_matches('.').as_bytes());
    scene.guarded.assert_refuses("two algorithms", &compact(header, &payload, &signature)).await;
    for payload in [
        "",
        "null",
        "[]",
        "\"alice\"",
        "{",
        "{\"sub\":\"alice\"}{}",
        "\u{feff}{}",
        &format!("{}{}{}", "[".repeat(10_000), payload, "]".repeat(10_000)),
        &format!("{{\"a\":{}{}", "[".repeat(5_000), rest),
    ] {
        let token = signed_as(&scene.p256, &json!({}), payload);
        scene.guarded.assert_refuses("a payload that is no object", &token).await;
    }
}

#[tokio::test]
async fn refuses_what_is_no_token_at_all() {
    let guarded = &scene().guarded;
    for secret in
        ["a", ".", "..", "...", "a.b.c", "eyJhbGciOiJFUzI1NiJ9", "eyJ.eyJ.", "null", "%00"]
    {
        guarded.assert_refuses(secret, secret).await;
    }
    // The header is JSON, but not of a token.
    let payload = json!({ "iss": scene().corporate.origin() }).to_string();
    for header in ["{}", "[]", "null", "7", r#"{"alg":"ES256""#] {
        guarded.assert_refuses(header, &compact(header, &payload, &[1; 64])).await;
    }
}

#[tokio::test]
async fn a_token_is_not_for_reading_back() {
    // No refusal repeats a token's claims: the token may be forged.
    let (scene, marker) = (scene(), postern_tests::marker());
    let claims = postern_tests::issuer::token::with(
        scene.claims(),
        &json!({ "aud": "another-audience", "email": "alice@example.com" }),
    );
    let answer = scene.guarded.answer(&signed(&scene.p256, &claims), &marker).await;
    let text: Value = answer.error();
    assert_eq!(answer.status, 401);
    for said in ["another-audience", "alice@example.com", claims["jti"].as_str().unwrap()] {
        assert!(!text.to_string().contains(said), "{text}");
    }
}
