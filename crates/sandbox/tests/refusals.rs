//! What the sandbox refuses, as the vendor would.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{perform, post, request};
use postern_sandbox::answer;
use serde_json::{Value, json};

fn assert_refused(path: &str, body: &Value, status: u16, param: &str) {
    let seen = post(path, body);
    assert_eq!(seen.status, status, "{body} -> {}", seen.body);
    let error = &seen.json()["error"];
    assert_eq!(error["param"], param, "{body} -> {error}");
    assert_eq!(error["type"], "invalid_request_error");
    assert!(error["message"].as_str().unwrap().len() > 10);
    assert!(error.get("code").is_some());
}

#[test]
fn refuses_a_chat_naming_the_field() {
    let message = |message: Value| json!({ "messages": [message] });
    let tool = |function: Value| json!({ "tools": [{ "type": "function", "function": function }] });
    let cases = [
        (json!({ "messages": null }), "messages"),
        (json!({ "messages": [] }), "messages"),
        (json!({ "messages": "hello" }), "messages"),
        (json!({ "messages": ["hello"] }), "messages[0]"),
        (json!({ "model": null }), "model"),
        (json!({ "model": 4 }), "model"),
        (message(json!({ "content": "hi" })), "messages[0].role"),
        (message(json!({ "role": "robot", "content": "hi" })), "messages[0].role"),
        (message(json!({ "role": "robot" })), "messages[0].role"),
        (message(json!({ "role": "user" })), "messages[0].content"),
        (message(json!({ "role": "assistant", "content": null })), "messages[0].content"),
        (message(json!({ "role": "user", "content": 1 })), "messages[0].content"),
        (
            message(json!({ "role": "user", "content": [{ "type": "smell" }] })),
            "messages[0].content[0].type",
        ),
        (
            message(json!({ "role": "tool", "content": "x", "tool_call_id": "y" })),
            "messages[0].tool_call_id",
        ),
        (json!({ "n": 0 }), "n"),
        (json!({ "n": 129 }), "n"),
        (json!({ "max_tokens": -1 }), "max_tokens"),
        (json!({ "max_completion_tokens": 1.5 }), "max_completion_tokens"),
        (json!({ "stream": "yes" }), "stream"),
        (json!({ "stream_options": { "include_usage": true } }), "stream_options"),
        (json!({ "stop": ["a", "b", "c", "d", "e"] }), "stop"),
        (json!({ "stop": ["a", 1] }), "stop[1]"),
        (json!({ "response_format": { "type": "xml" } }), "response_format.type"),
        (json!({ "tool_choice": "auto" }), "tool_choice"),
        (tool(json!({ "name": "no spaces" })), "tools[0].function.name"),
        (
            tool(json!({ "name": "f", "parameters": { "type": "string" } })),
            "tools[0].function.parameters",
        ),
        (json!({ "tools": [{ "type": "robot" }] }), "tools[0].type"),
    ];
    for (more, param) in cases {
        assert_refused("/chat/completions", &request(more), 400, param);
    }
}

#[test]
fn refuses_embeddings_naming_the_field() {
    let cases = [
        (json!({}), "input"),
        (json!({ "input": "" }), "input"),
        (json!({ "input": [] }), "input"),
        (json!({ "input": 3 }), "input"),
        (json!({ "input": ["a", ""] }), "input[1]"),
        (json!({ "input": ["a", 1] }), "input[1]"),
        (json!({ "input": [[1, "a"]] }), "input[0]"),
        (json!({ "input": vec!["a"; 2049] }), "input"),
        (json!({ "input": "a ".repeat(8193) }), "input"),
        (json!({ "input": vec!["a ".repeat(8000); 38] }), "input"),
        (json!({ "input": "a", "dimensions": 0 }), "dimensions"),
        (json!({ "input": "a", "dimensions": 3073 }), "dimensions"),
        (json!({ "input": "a", "encoding_format": "hex" }), "encoding_format"),
    ];
    for (mut body, param) in cases {
        body["model"] = json!("sandbox");
        assert_refused("/embeddings", &body, 400, param);
    }
}

#[test]
fn refuses_an_unknown_path() {
    let seen = post("/completions", &request(json!({})));
    assert_eq!(seen.status, 404);
    assert!(seen.json()["error"]["message"].as_str().unwrap().contains("/completions"));
}

#[test]
fn refuses_what_is_not_json_or_too_deep() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in ["", "{", "[1]", "\"text\"", &deep] {
        let seen = perform(answer("/chat/completions", "sandbox", body));
        assert_eq!(seen.status, 400, "{}", seen.body);
    }
}

#[test]
fn refuses_a_pace_out_of_bounds() {
    for model in ["sandbox-pace-0", "sandbox-pace-5001", "sandbox-pace-", "sandbox-pace-fast"] {
        let seen = post("/chat/completions", &request(json!({ "model": model })));
        assert_eq!(seen.status, 404);
        assert_eq!(seen.json()["error"]["code"], "model_not_found");
    }
}
