//! No prompt, answer or credential in a log or an error.
//!
//! Stages: gateway, auth, provider, upstream.

mod quotes;

use postern_keys::{Key, sha256_hex};
use postern_tests::client::{Answer, Call};
use postern_tests::stage::question;
use postern_tests::upstream::{ANSWER_PREFIX, CREDENTIAL};
use postern_tests::{Stage, marker, shared};
use serde_json::Value;

const PROMPT: &str = "My diagnosis is osteopetrosis";
const WORD_OF_PROMPT: &str = "osteopetrosis";
/// The code of `error-400`: its message is about the client's own request, and so is passed on.
const QUOTED_CODE: &str = "context_length_exceeded";
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

fn of_every_model(stage: &Stage) -> Vec<Call> {
    let ways = MODELS.iter().flat_map(|model| [(model, true), (model, false)]);
    ways.map(|(model, streamed)| stage.chat(&with_prompt(model, streamed))).collect()
}

fn broken(stage: &Stage) -> Vec<Call> {
    let bodies = [
        format!(
            "{{\"model\":\"plain-model\",\"messages\":[{{\"role\":\"user\",\"content\":\"{PROMPT}\""
        ),
        format!("{{\"model\":\"plain-model\",\"messages\":\"{PROMPT}\"}}"),
        format!(
            "{{\"model\":\"plain-model\",\"messages\":[{{\"role\":\"{PROMPT}\",\"content\":\"x\"}}]}}"
        ),
        format!("\"{PROMPT}\""),
        PROMPT.to_owned(),
    ];
    bodies.iter().map(|body| stage.chat_text(body)).collect()
}

#[tokio::test]
async fn nothing_confidential_is_in_any_log_line_or_error() {
    let stage = Stage::start();
    let (unknown, revoked) = (Key::from_random([3; 32]), stage.gateway.issue_key("tester"));
    stage.gateway.revoke_key(&revoked, "tester");
    let keys = [&stage.key, &unknown, &revoked].map(|key| key.expose().to_owned());
    let hashes = keys.clone().map(|key| sha256_hex(&key));
    let mut calls = [of_every_model(&stage), broken(&stage)].concat();
    for key in &keys[1..] {
        let call = stage.gateway.call("POST", "/v1/chat/completions").key(key);
        calls.push(call.body(with_prompt("plain-model", false).to_string()));
    }
    calls.push(stage.call("GET", &format!("/v1/models?note={WORD_OF_PROMPT}&key={}", keys[0])));
    let answers = answers(&stage, calls).await;
    assert_eq!(quotes_of_the_vendor(&stage), 5, "400 and 500, whole and streamed, and midstream");
    let credentials: Vec<&str> =
        keys.iter().chain(&hashes).map(String::as_str).chain([CREDENTIAL]).collect();
    let log = stage.gateway.log();
    assert!(
        log.contains(", type content_filter"),
        "the operator is told of what the prompt was quoted in"
    );
    for secret in credentials.iter().chain(&[PROMPT, WORD_OF_PROMPT, &ANSWER_PREFIX[..20]]) {
        assert!(!log.contains(secret), "{secret:?} is in the log:\n{log}");
    }
    let (quoting, others): (Vec<&Answer>, Vec<&Answer>) =
        answers.iter().partition(|answer| answer.text().contains(QUOTED_CODE));
    assert!(quoting.len() == 2 && quoting.iter().all(|answer| answer.text().contains(PROMPT)));
    assert!(others.iter().filter(|answer| answer.status >= 400).count() > 20);
    for answer in &answers {
        assert!(credentials.iter().all(|each| !answer.text().contains(each)), "{}", answer.text());
    }
    for answer in others {
        assert!(!answer.text().contains(WORD_OF_PROMPT), "the prompt is in {}", answer.text());
    }
}

/// The answers, once all of them are in the log.
async fn answers(stage: &Stage, calls: Vec<Call>) -> Vec<Answer> {
    let (mut answers, mut ids) = (Vec::new(), Vec::new());
    for call in calls {
        let id = marker();
        answers.push(call.header("x-request-id", id.as_str()).send().await);
        ids.push(id);
    }
    for id in &ids {
        stage.gateway.log_line(id).await;
    }
    answers
}

/// The number of answers in which the vendor repeated the prompt.
fn quotes_of_the_vendor(stage: &Stage) -> usize {
    let requests = stage.upstream.requests(PROMPT);
    requests.iter().filter(|request| request.sent_text().contains(PROMPT)).count()
}

#[tokio::test]
async fn the_vendors_account_is_not_the_clients_to_see() {
    let stage = shared();
    for call in
        [stage.ask("many-headers", &marker()), stage.ask_streamed("many-headers", &marker())]
    {
        let answer = call.send().await;
        assert_eq!(answer.header("x-vendor-extra"), Some("kept"), "other headers pass");
        for name in ["openai-organization", "openai-project"] {
            assert_eq!(answer.header(name), None, "{name}");
        }
    }
}
