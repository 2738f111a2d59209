//! Authentication by keys.
//!
//! Stages: gateway, auth.

use postern_keys::Key;
use postern_tests::client::{Answer, Call};
use postern_tests::stage::question;
use postern_tests::{Stage, marker, shared};

fn unauthenticated(stage: &Stage, marker: &str) -> Call {
    let call = stage.gateway.call("POST", "/v1/chat/completions");
    call.body(question("plain-model", marker).to_string())
}

/// The answer without the parts that always differ. The challenge says whether a credential was presented (RFC 6750,
/// 3.1).
fn alike(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let changes = |name: &str| matches!(name, "x-request-id" | "date" | "www-authenticate");
    let headers = answer.headers.iter().filter(|(name, _)| !changes(name)).cloned().collect();
    (answer.status, headers, answer.text().to_owned())
}

#[tokio::test]
async fn takes_a_key_as_bearer_token_and_as_x_api_key() {
    let (stage, marker) = (shared(), marker());
    let key = stage.key.expose();
    for call in [
        unauthenticated(stage, &marker).header("authorization", format!("Bearer {key}")),
        unauthenticated(stage, &marker).header("authorization", format!("bearer {key}")),
        unauthenticated(stage, &marker).header("x-api-key", key),
        unauthenticated(stage, &marker).key(key).header("x-api-key", key),
    ] {
        assert_eq!(call.send().await.status, 200);
    }
    assert_eq!(stage.upstream.requests(&marker).len(), 4);
    stage.assert_nothing_invalid_was_sent();
}

#[tokio::test]
async fn says_the_same_to_no_key_an_unknown_key_a_revoked_key_and_a_foreign_secret() {
    let (stage, marker) = (shared(), marker());
    let unknown = Key::from_random([7; 32]);
    let revoked = stage.gateway.issue_key("tester");
    stage.gateway.revoke_key(&revoked, "tester");
    let stranger = stage.gateway.issue_key("nobody-in-the-policies");
    let call = || unauthenticated(stage, &marker);
    let mut answers = Vec::new();
    for call in [
        call(),
        call().key(unknown.expose()),
        call().key(revoked.expose()),
        call().key(stranger.expose()),
        call().key("sk-proj-0123456789"),
        call().key(""),
        call().header("authorization", format!("Basic {}", stage.key.expose())),
        call().header("authorization", stage.key.expose()),
        call().header("x-api-key", unknown.expose()),
    ] {
        answers.push(call.send().await);
    }
    assert_eq!(answers[0].refusal(), (401, "invalid_api_key".to_owned()));
    let challenges: Vec<_> =
        answers.iter().map(|answer| answer.header("www-authenticate").unwrap()).collect();
    let (nothing, wrong) =
        (r#"Bearer realm="postern""#, r#"Bearer realm="postern", error="invalid_token""#);
    assert_eq!(challenges, [nothing, wrong, wrong, wrong, wrong, nothing, nothing, nothing, wrong]);
    for answer in &answers {
        assert_eq!(alike(answer), alike(&answers[0]));
        assert!(!answer.text().contains("sk-proj"), "the secret is repeated");
    }
    assert!(stage.upstream.requests(&marker).is_empty());
}

#[tokio::test]
async fn tells_a_mistyped_key_from_one_that_does_not_let_in() {
    let (stage, marker) = (shared(), marker());
    let key = stage.key.expose();
    let last = if key.ends_with('a') { "b" } else { "a" };
    let mistyped = format!("{}{last}", &key[..key.len() - 1]);
    for mistyped in [&mistyped, &key[..key.len() - 1], &format!("{key}a")] {
        let answer = unauthenticated(stage, &marker).key(mistyped).send().await;
        assert_eq!(answer.refusal(), (401, "invalid_api_key".to_owned()));
        assert!(answer.text().contains("mistyped"), "{}", answer.text());
        assert!(!answer.text().contains(&key[8..16]), "the key is repeated");
    }
    assert!(stage.upstream.requests(&marker).is_empty());
}

#[tokio::test]
async fn takes_a_key_as_azures_clients_send_it() {
    let (stage, marker) = (shared(), marker());
    let key = stage.key.expose();
    assert_eq!(unauthenticated(stage, &marker).header("api-key", key).send().await.status, 200);
    let two = unauthenticated(stage, &marker).key(key).header("api-key", "another").send().await;
    assert_eq!(two.status, 200, "the one that is ours counts");
    stage.assert_nothing_invalid_was_sent();
}

#[tokio::test]
async fn refuses_two_credentials_of_ours_that_disagree() {
    let (stage, marker) = (shared(), marker());
    let [one, other] = [stage.key.expose(), stage.restricted_key.expose()];
    let answer = unauthenticated(stage, &marker).key(one).header("x-api-key", other).send().await;
    assert_eq!(answer.status, 400);
    assert!(!answer.text().contains(one) && !answer.text().contains(other));
    let two_headers = unauthenticated(stage, &marker).key(one).key(other).send().await;
    assert_eq!(two_headers.status, 400);
    assert!(stage.upstream.requests(&marker).is_empty());
}

#[tokio::test]
async fn a_new_key_and_its_revocation_hold_for_the_next_request() {
    let (stage, marker) = (shared(), marker());
    let key = stage.gateway.issue_key("tester");
    assert_eq!(unauthenticated(stage, &marker).key(key.expose()).send().await.status, 200);
    stage.gateway.revoke_key(&key, "tester");
    let refused = unauthenticated(stage, &marker).key(key.expose()).send().await;
    assert_eq!(refused.refusal(), (401, "invalid_api_key".to_owned()));
}

#[tokio::test]
async fn an_invalid_record_authenticates_no_caller() {
    let (stage, marker) = (shared(), marker());
    let key = Key::from_random([9; 32]);
    let name = postern_keys::store_name(&postern_keys::sha256_hex(key.expose()));
    for record in [
        "",
        "{}",
        "null",
        r#"{"schema":3,"id":"000000000000","consumer":"tester","created_at_unix_s":0,"revoked_at_unix_s":null}"#,
    ] {
        stage.gateway.set_key_value(&name, record.as_bytes());
        let answer = unauthenticated(stage, &marker).key(key.expose()).send().await;
        assert_eq!(answer.status, 401, "{record}");
    }
}

#[tokio::test]
async fn asks_for_a_key_at_every_endpoint_but_those_of_health() {
    let gateway = &shared().gateway;
    for (method, path) in [
        ("GET", "/v1/models"),
        ("GET", "/v1/models/plain-model"),
        ("POST", "/v1/embeddings"),
        ("POST", "/v1/chat/completions"),
    ] {
        assert_eq!(gateway.call(method, path).send().await.status, 401, "{path}");
    }
    for path in ["/healthz", "/readyz"] {
        assert_eq!(gateway.call("GET", path).send().await.status, 200, "{path}");
    }
}
