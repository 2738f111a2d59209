//! Chat completions as a client sees them.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{chat, gather, request};
use proptest::prelude::*;
use serde_json::{Value, json};

fn content(answer: &Value) -> &str {
    answer["choices"][0]["message"]["content"].as_str().unwrap()
}

#[test]
fn answers_with_every_field_of_the_vendor() {
    let answer = chat(&request(json!({}))).whole();
    assert!(answer["id"].as_str().unwrap().starts_with("chatcmpl-"));
    assert_eq!(answer["object"], "chat.completion");
    assert!((1_735_689_600..1_767_225_600).contains(&answer["created"].as_u64().unwrap()));
    assert_eq!(answer["model"], "sandbox");
    assert!(answer["system_fingerprint"].is_string());
    let choice = &answer["choices"][0];
    assert_eq!(choice["index"], 0);
    assert_eq!(choice["message"]["role"], "assistant");
    assert_eq!(choice["message"].get("refusal"), Some(&Value::Null));
    assert_eq!(choice.get("logprobs"), Some(&Value::Null));
    assert_eq!(choice["finish_reason"], "stop");
    let text = content(&answer);
    assert!(text.contains("No vendor was called"), "{text}");
    assert!(text.contains("\"What is the weather in Paris?\""), "{text}");
    let usage = &answer["usage"];
    let sum =
        usage["prompt_tokens"].as_u64().unwrap() + usage["completion_tokens"].as_u64().unwrap();
    assert_eq!(usage["total_tokens"], sum);
    assert_eq!(usage["prompt_tokens_details"]["cached_tokens"], 0);
    assert_eq!(usage["completion_tokens_details"]["reasoning_tokens"], 0);
}

#[test]
fn the_same_request_gets_the_same_answer_and_another_one_another_id() {
    let (one, other) = (request(json!({})), request(json!({ "seed": 1 })));
    assert_eq!(chat(&one).body, chat(&one).body);
    assert_ne!(chat(&one).json()["id"], chat(&other).json()["id"]);
}

#[test]
fn names_the_model_the_client_named_and_plays_unlisted_names_as_sandbox() {
    let answer = chat(&request(json!({ "model": "any-model" }))).whole();
    assert_eq!(answer["model"], "any-model");
}

#[test]
fn stops_at_the_cap() {
    for cap in ["max_tokens", "max_completion_tokens"] {
        let answer = chat(&request(json!({ cap: 3 }))).whole();
        assert_eq!(content(&answer), "Hello from Postern");
        assert_eq!(answer["choices"][0]["finish_reason"], "length");
        assert_eq!(answer["usage"]["completion_tokens"], 3);
    }
}

#[test]
fn a_cap_that_is_not_reached_changes_nothing() {
    let free = chat(&request(json!({}))).whole();
    let tokens = free["usage"]["completion_tokens"].clone();
    let capped = chat(&request(json!({ "max_tokens": tokens }))).whole();
    assert_eq!(capped["choices"], free["choices"]);
}

#[test]
fn stops_before_the_first_stop_string() {
    for stop in [json!("Postern"), json!(["sandbox", "Postern"])] {
        let answer = chat(&request(json!({ "stop": stop }))).whole();
        assert_eq!(content(&answer), "Hello from ");
        assert_eq!(answer["choices"][0]["finish_reason"], "stop");
    }
}

#[test]
fn gives_as_many_choices_as_asked() {
    let answer = chat(&request(json!({ "n": 3 }))).whole();
    let choices = answer["choices"].as_array().unwrap();
    assert_eq!(choices.len(), 3);
    assert_eq!(choices[2]["index"], 2);
    assert_ne!(choices[0]["message"]["content"], choices[2]["message"]["content"]);
}

#[test]
fn choices_of_a_stream_take_turns() {
    let chunks = chat(&request(json!({ "n": 2, "stream": true, "max_tokens": 2 }))).chunks();
    let order: Vec<_> = chunks.iter().map(|chunk| chunk["choices"][0]["index"].clone()).collect();
    assert_eq!(order, [0, 1, 0, 1, 0, 1, 0, 1]);
}

#[test]
fn quotes_only_the_beginning_of_a_long_message() {
    let long = "é".repeat(10_000);
    let body = json!({ "model": "sandbox", "messages": [{ "role": "user", "content": long }] });
    let answer = chat(&body).whole();
    assert!(content(&answer).contains(&format!("\"{}…\"", "é".repeat(160))));
}

#[test]
fn reads_content_given_as_parts() {
    let parts = json!([
        { "type": "text", "text": "Look: " },
        { "type": "image_url", "image_url": { "url": "https://example.com/a.png" } },
        { "type": "text", "text": "a cat" },
    ]);
    let body = json!({ "model": "sandbox", "messages": [{ "role": "user", "content": parts }] });
    assert!(content(&chat(&body).whole()).contains("\"Look: a cat\""));
}

#[test]
fn a_stream_opens_with_the_role_and_ends_with_done() {
    let seen = chat(&request(json!({ "stream": true })));
    let chunks = seen.chunks();
    let opening = &chunks[0]["choices"][0];
    assert_eq!(opening["delta"], json!({ "role": "assistant", "content": "", "refusal": null }));
    assert_eq!(opening.get("finish_reason"), Some(&Value::Null));
    let closing = &chunks[chunks.len() - 1]["choices"][0];
    assert_eq!(closing["delta"], json!({}));
    assert_eq!(closing["finish_reason"], "stop");
    for chunk in &chunks {
        assert_eq!(chunk["object"], "chat.completion.chunk");
        assert_eq!(chunk["id"], chunks[0]["id"]);
        assert_eq!(chunk.get("usage"), None);
    }
    assert!(seen.pauses_ms.is_empty());
}

#[test]
fn a_stream_tells_its_usage_last_if_asked() {
    let options = json!({ "stream": true, "stream_options": { "include_usage": true } });
    let mut chunks = chat(&request(options)).chunks();
    let last = chunks.pop().unwrap();
    assert_eq!(last["choices"], json!([]));
    assert_eq!(last["usage"], chat(&request(json!({}))).whole()["usage"]);
    for chunk in chunks {
        assert_eq!(chunk.get("usage"), Some(&Value::Null));
    }
}

#[test]
fn the_pace_is_in_the_models_name() {
    for (model, pause_ms) in
        [("sandbox-slow", 200), ("sandbox-pace-1", 1), ("sandbox-pace-5000", 5000)]
    {
        let seen = chat(&request(json!({ "model": model, "stream": true, "max_tokens": 4 })));
        assert_eq!(seen.pauses_ms, [pause_ms; 4]);
    }
}

#[test]
fn answers_json_if_asked() {
    let format = json!({ "response_format": { "type": "json_object" } });
    let answer = chat(&request(format)).whole();
    assert!(serde_json::from_str::<Value>(content(&answer)).unwrap().is_object());
    let schema = json!({ "type": "object", "properties": { "age": { "type": "integer" } } });
    let format = json!({ "type": "json_schema", "json_schema": { "name": "x", "schema": schema } });
    let answer = chat(&request(json!({ "response_format": format }))).whole();
    assert_eq!(content(&answer), r#"{"age":1}"#);
}

proptest! {
    #[test]
    fn a_stream_tells_what_the_whole_answer_tells(
        said in any::<String>(),
        n in 1..4_u32,
        cap in proptest::option::of(1..60_u32),
        stop in proptest::option::of("[a-z .]{1,2}"),
    ) {
        let mut body = json!({
            "model": "sandbox", "n": n, "max_tokens": cap, "stop": stop,
            "messages": [{ "role": "user", "content": said }],
        });
        let whole = chat(&body).whole();
        body["stream"] = json!(true);
        body["stream_options"] = json!({ "include_usage": true });
        let chunks = chat(&body).chunks();
        let streamed = gather(&chunks);
        let choices = whole["choices"].as_array().unwrap();
        prop_assert_eq!(streamed.len(), choices.len());
        for ((text, _, finish_reason), choice) in streamed.iter().zip(choices) {
            prop_assert_eq!(&json!(text), &choice["message"]["content"]);
            prop_assert_eq!(&json!(finish_reason), &choice["finish_reason"]);
            if let Some(stop) = &stop {
                prop_assert!(!text.contains(stop.as_str()));
            }
        }
        prop_assert_eq!(&chunks[chunks.len() - 1]["usage"], &whole["usage"]);
        if let Some(cap) = cap {
            prop_assert!(whole["usage"]["completion_tokens"].as_u64().unwrap() <= u64::from(cap * n));
        }
    }
}
