//! The challenge with which a client finds out where to get a token.

use super::scene;
use postern_tests::issuer::token::{signed, with};
use postern_tests::{marker, shared};
use serde_json::json;

/// The path of the resource's metadata (RFC 9728, 3.1).
const METADATA: &str =
    r#"resource_metadata="https://ai.example.com/.well-known/oauth-protected-resource/v1""#;

#[tokio::test]
async fn the_metadata_names_the_issuers_to_every_client() {
    let scene = scene();
    for path in
        ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/v1"]
    {
        let answer = scene.guarded.stage.gateway.call("GET", path).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let metadata = answer.json();
        assert_eq!(metadata["resource"], "https://ai.example.com/v1");
        let mut servers: Vec<&str> = metadata["authorization_servers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|server| server.as_str().unwrap())
            .collect();
        servers.sort_unstable();
        let mut expected = [scene.corporate.origin(), scene.partner.origin()];
        expected.sort_unstable();
        assert_eq!(servers, expected);
        assert_eq!(metadata["scopes_supported"], json!(["ai.use"]));
        assert_eq!(metadata["bearer_methods_supported"], json!(["header"]));
        assert_eq!(metadata["resource_documentation"], "https://docs.example.com/ai");
    }
}

#[tokio::test]
async fn there_is_no_metadata_where_no_policy_has_any() {
    let path = "/.well-known/oauth-protected-resource";
    let answer = shared().gateway.call("GET", path).send().await;
    assert_eq!(answer.status, 404, "{}", answer.text());
    let answer = shared().gateway.call("GET", "/v1/models").send().await;
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Bearer") && !challenge.contains("resource_metadata"));
}

#[tokio::test]
async fn who_presents_nothing_is_asked_for_a_token_without_an_error() {
    // RFC 6750, 3.1.
    let (guarded, marker) = (&scene().guarded, marker());
    let answer = guarded.ask("plain-model", &marker).send().await;
    assert_eq!(answer.status, 401);
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Bearer ") && challenge.contains(METADATA), "{challenge}");
    assert!(!challenge.contains("error"), "{challenge}");
    guarded.assert_nothing_reached_the_vendor(&marker);
}

#[tokio::test]
async fn a_token_that_is_none_is_an_invalid_token() {
    let (guarded, key) = (&scene().guarded, postern_keys::Key::from_random([3; 32]));
    for secret in ["a.b.c", "sk-proj-0123456789", key.expose()] {
        let answer = guarded.answer(secret, &marker()).await;
        assert_eq!(answer.status, 401);
        let challenge = answer.header("www-authenticate").unwrap();
        for part in [r#"error="invalid_token""#, METADATA] {
            assert!(challenge.contains(part), "{challenge}");
        }
    }
}

#[tokio::test]
async fn a_token_that_lacks_a_scope_is_told_which() {
    let scene = scene();
    for scopes in [json!(null), json!(""), json!("ai.used openid"), json!("AI.USE"), json!(7)] {
        let marker = marker();
        let claims = with(scene.claims(), &json!({ "scope": scopes }));
        let answer = scene.guarded.answer(&signed(&scene.p256, &claims), &marker).await;
        assert_eq!(answer.refusal(), (403, "insufficient_scope".to_owned()), "{scopes}");
        let challenge = answer.header("www-authenticate").unwrap();
        for part in [r#"error="insufficient_scope""#, r#"scope="ai.use""#, METADATA] {
            assert!(challenge.contains(part), "{challenge}");
        }
        scene.guarded.assert_nothing_reached_the_vendor(&marker);
    }
    let listed = with(scene.claims(), &json!({ "scope": null, "scp": ["openid", "ai.use"] }));
    scene.guarded.assert_lets_in("a list", &signed(&scene.p256, &listed), "alice").await;
}

#[tokio::test]
async fn a_refusal_is_said_in_the_clients_own_words() {
    let scene = scene();
    let forged = signed(&postern_tests::issuer::Key::p256("p256"), &scene.claims());
    let body =
        r#"{"model":"plain-model","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}"#;
    let call = scene.guarded.stage.gateway.call("POST", "/v1/messages").body(body);
    let answer = call.header("x-api-key", forged.as_str()).send().await;
    assert_eq!(answer.status, 401);
    // https://platform.claude.com/docs/en/api/errors
    assert_eq!(answer.json()["type"], "error");
    assert_eq!(answer.json()["error"]["type"], "authentication_error");
    assert!(
        answer.header("www-authenticate").is_some_and(|challenge| challenge.contains(METADATA))
    );
}
