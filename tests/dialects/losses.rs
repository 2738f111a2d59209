//! Losses of a translation are reported, or refused in a strict request.

use crate::client::Client;
use crate::stage::{Asks as _, ROWS, Row, shared};
use serde_json::{Value, json};

const ANTHROPIC: Row = ROWS[2];

/// Anthropic has no seed and no penalties.
fn lossy() -> Value {
    let mut body = Client::OpenAi.request(&ANTHROPIC.ask("text", false));
    body["seed"] = json!(7);
    body["frequency_penalty"] = json!(0.5);
    body
}

#[tokio::test]
async fn names_in_a_header_and_in_the_log_what_the_vendor_cannot_carry() {
    let answer = shared().send(Client::OpenAi, &lossy(), &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let losses = answer.header("x-postern-losses").expect("losses").to_owned();
    for field in ["seed: ", "frequency_penalty: "] {
        assert!(losses.contains(field), "{losses}");
    }
    let id = answer.header("x-request-id").expect("an id").to_owned();
    let line = shared().gateway.log_line(&id).await;
    let logged = line["losses"].as_array().expect("losses");
    assert!(logged.contains(&json!("seed")), "{line}");
}

#[tokio::test]
async fn a_request_that_is_carried_whole_has_no_such_header() {
    let body = Client::OpenAi.request(&ANTHROPIC.ask("text", false));
    let answer = shared().send(Client::OpenAi, &body, &[("x-postern-strict", "true")]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("x-postern-losses"), None);
}

#[tokio::test]
async fn a_strict_request_is_refused_by_the_names_of_its_fields_before_anything_is_sent() {
    let mut body = lossy();
    body["messages"][1]["content"] = json!("strictly-lossy-marker");
    let answer = shared().send(Client::OpenAi, &body, &[("x-postern-strict", "true")]).await;
    let text = answer.text();
    assert_eq!(answer.status, 400, "{text}");
    let error: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(error["error"]["code"], "lossy_translation", "{text}");
    let message = error["error"]["message"].as_str().expect("a message");
    assert!(message.contains("seed") && message.contains("frequency_penalty"), "{message}");
    assert!(shared().fake(ANTHROPIC.vendor).requests("strictly-lossy-marker").is_empty());
}

#[tokio::test]
async fn strictness_that_is_misspelt_is_refused() {
    let body = Client::OpenAi.request(&ANTHROPIC.ask("text", false));
    let answer = shared().send(Client::OpenAi, &body, &[("x-postern-strict", "yes")]).await;
    assert_eq!(answer.status, 400, "{}", answer.text());
}

#[tokio::test]
async fn content_that_no_answer_could_be_right_without_is_refused_by_its_place() {
    let mut body = Client::OpenAi.request(&ANTHROPIC.ask("text", false));
    body["messages"][1]["content"] =
        json!([{ "type": "input_audio", "input_audio": { "data": "UklGRg==", "format": "wav" } }]);
    let answer = shared().send(Client::OpenAi, &body, &[]).await;
    let text = answer.text();
    assert_eq!(answer.status, 400, "{text}");
    let error: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(error["error"]["code"], "unsupported_content", "{text}");
    assert_eq!(error["error"]["param"], "messages[1].content[0]", "{text}");
}
