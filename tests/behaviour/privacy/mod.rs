//! No prompt, answer or credential in a log or an error.
//!
//! Stages: gateway, auth, provider, upstream.

use postern_keys::{Key, sha256_hex};
use postern_tests::stage::question;
use postern_tests::upstream::{ANSWER_PREFIX, CREDENTIAL};
use postern_tests::{Stage, marker};
use serde_json::Value;

const PROMPT: &str = "My diagnosis is osteopetrosis";
const MODELS: [&str; 13] = [
    "plain-model",
    "cut",
    "malformed",
    "silent",
    "silent-midstream",
    "hang-up",
    "rate-limited",
    "error-400",
    "error-401",
    "error-500",
    "error-midstream",
    "html",
    "no-such-model",
];

fn with_prompt(model: &str, streamed: bool) -> Value {
    let mut body = question(model, &marker());
    body["stream"] = streamed.into();
    body["messages"][0]["content"] = PROMPT.into();
    body["metadata"] = serde_json::json!({ "note": PROMPT });
    body
}

#[tokio::test]
async fn nothing_confidential_is_in_any_log_line_or_error() {
    let stage = Stage::start();
    let (unknown, revoked) = (Key::from_random([3; 32]), stage.gateway.issue_key("tester"));
    stage.gateway.revoke_key(&revoked, "tester");
    let keys = [&stage.key, &unknown, &revoked].map(|key| key.expose().to_owned());
    let hashes = keys.clone().map(|key| sha256_hex(&key));
    let mut secrets = vec![PROMPT, "osteopetrosis", CREDENTIAL];
    secrets.extend(keys.iter().chain(&hashes).map(String::as_str));
    let mut answers = Vec::new();
    let mut ids = Vec::new();
    let mut calls = Vec::new();
    for (model, streamed) in MODELS.iter().flat_map(|model| [(model, true), (model, false)]) {
        calls.push(stage.chat(&with_prompt(model, streamed)));
    }
    for broken in [
        format!(
            "{{\"model\":\"plain-model\",\"messages\":[{{\"role\":\"user\",\"content\":\"{PROMPT}\""
        ),
        format!("{{\"model\":\"plain-model\",\"messages\":\"{PROMPT}\"}}"),
        format!(
            "{{\"model\":\"plain-model\",\"messages\":[{{\"role\":\"{PROMPT}\",\"content\":\"x\"}}]}}"
        ),
        format!("\"{PROMPT}\""),
        PROMPT.to_owned(),
    ] {
        calls.push(stage.chat_text(&broken));
    }
    for key in &keys[1..] {
        let call = stage.gateway.call("POST", "/v1/chat/completions").key(key);
        calls.push(call.body(with_prompt("plain-model", false).to_string()));
    }
    calls.push(stage.call("GET", &format!("/v1/models?note={}&key={}", "osteopetrosis", keys[0])));
    for call in calls {
        let id = marker();
        answers.push(call.header("x-request-id", id.as_str()).send().await);
        ids.push(id);
    }
    for id in &ids {
        stage.gateway.log_line(id).await;
    }
    let log = stage.gateway.log();
    for secret in &secrets {
        assert!(!log.contains(secret), "{secret:?} is in the log:\n{log}");
    }
    assert!(!log.contains(&ANSWER_PREFIX[..20]), "an answer is in the log:\n{log}");
    for answer in answers.iter().filter(|answer| answer.status >= 400) {
        for secret in &secrets {
            assert!(!answer.text().contains(secret), "{secret:?} is in {}", answer.text());
        }
    }
    assert!(answers.iter().filter(|answer| answer.status >= 400).count() > 20);
}
