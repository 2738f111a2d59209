//! Tools as a client sees them.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{chat, gather, request};
use serde_json::{Value, json};

fn with_tools(more: Value) -> Value {
    let mut body = request(json!({ "model": "sandbox-tools", "tools": [
        { "type": "function", "function": {
            "name": "get_weather",
            "parameters": {
                "type": "object",
                "properties": {
                    "city": { "type": "string" },
                    "unit": { "enum": ["celsius", "fahrenheit"] },
                },
                "required": ["city", "unit"],
            },
        } },
        { "type": "function", "function": { "name": "get_time" } },
    ] }));
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn called(more: Value) -> Value {
    chat(&with_tools(more)).whole()["choices"][0]["message"]["tool_calls"][0]["function"].clone()
}

#[test]
fn calls_the_first_tool_unasked_where_the_model_is_for_that() {
    let answer = chat(&with_tools(json!({}))).whole();
    let choice = &answer["choices"][0];
    assert_eq!(choice["finish_reason"], "tool_calls");
    assert_eq!(choice["message"].get("content"), Some(&Value::Null));
    let call = &choice["message"]["tool_calls"][0];
    assert!(call["id"].as_str().unwrap().starts_with("call_"));
    assert_eq!(call["type"], "function");
    assert_eq!(call["function"]["name"], "get_weather");
    let arguments: Value =
        serde_json::from_str(call["function"]["arguments"].as_str().unwrap()).unwrap();
    assert_eq!(arguments, json!({ "city": "sandbox", "unit": "celsius" }));
}

#[test]
fn heeds_the_choice_of_tool() {
    let named = json!({ "type": "function", "function": { "name": "get_time" } });
    assert_eq!(called(json!({ "tool_choice": "required" }))["name"], "get_weather");
    assert_eq!(
        called(json!({ "tool_choice": named })),
        json!({ "name": "get_time", "arguments": "{}" })
    );
    assert_eq!(called(json!({ "tool_choice": "none" })), Value::Null);
}

/// What `sandbox` calls for a request, by its last text and what it says of tools; an empty name is no call.
#[test]
fn calls_unasked_only_a_tool_that_the_users_last_text_names() {
    let user = |content: Value| json!([{ "role": "user", "content": content }]);
    let part = |text: &str| json!({ "type": "text", "text": text });
    let answered = json!([
        { "role": "user", "content": "Call get_time." },
        { "role": "assistant", "content": "It is noon." },
        { "role": "user", "content": "Thank you." },
    ]);
    let rows = [
        (user(json!("What is the weather?")), json!(null), ""),
        (user(json!("Call get_time.")), json!(null), "get_time"),
        (user(json!("get_time")), json!("auto"), "get_time"),
        (user(json!("`get_time`, then get_weather")), json!(null), "get_time"),
        (user(json!("get_weather, then get_time")), json!(null), "get_weather"),
        (user(json!("get_times, forget_time, get_time-zone, Get_Time")), json!(null), ""),
        (user(json!("Call get_time.")), json!("none"), ""),
        (user(json!("Call get_time.")), json!("required"), "get_time"),
        (user(json!("Call a tool.")), json!("required"), "get_weather"),
        (user(json!([part("You have get_time."), part("Hello."), part(" ")])), json!(null), ""),
        (user(json!([part("Hello."), part("Call get_time.")])), json!(null), "get_time"),
        (user(json!([{ "type": "image_url", "image_url": { "url": "u" } }])), json!(null), ""),
        (answered, json!(null), ""),
    ];
    for (messages, tool_choice, expected) in rows {
        let more = json!({ "model": "sandbox", "messages": messages, "tool_choice": tool_choice });
        let call = called(more);
        assert_eq!(call["name"].as_str().unwrap_or_default(), expected, "{messages} {tool_choice}");
    }
}

#[test]
fn streams_the_arguments_in_fragments() {
    let whole = called(json!({}));
    let chunks = chat(&with_tools(json!({ "stream": true }))).chunks();
    let opening = &chunks[0]["choices"][0]["delta"];
    assert_eq!(opening["role"], "assistant");
    assert_eq!(opening.get("content"), Some(&Value::Null));
    let call = &opening["tool_calls"][0];
    assert_eq!((&call["index"], &call["type"]), (&json!(0), &json!("function")));
    assert_eq!(call["function"], json!({ "name": "get_weather", "arguments": "" }));
    assert!(chunks.len() > 4, "in fragments: {}", chunks.len());
    let (text, arguments, finish_reason) = &gather(&chunks)[0];
    assert_eq!((text.as_str(), finish_reason.as_str()), ("", "tool_calls"));
    assert_eq!(json!(arguments), whole["arguments"]);
}

#[test]
fn a_cap_cuts_the_arguments_too() {
    let answer = chat(&with_tools(json!({ "max_tokens": 2 }))).whole();
    assert_eq!(answer["choices"][0]["finish_reason"], "length");
}

#[test]
fn answers_in_text_what_a_tool_returned() {
    let first = chat(&with_tools(json!({}))).whole();
    let assistant = &first["choices"][0]["message"];
    let result = json!({
        "role": "tool", "tool_call_id": assistant["tool_calls"][0]["id"], "content": "18 °C, sunny",
    });
    let question = json!({ "role": "user", "content": "Weather?" });
    let body = with_tools(json!({ "messages": [question, assistant, result] }));
    let answer = chat(&body).whole();
    let text = answer["choices"][0]["message"]["content"].as_str().unwrap();
    assert!(text.contains("get_weather returned: \"18 °C, sunny\""), "{text}");
    assert_eq!(answer["choices"][0]["finish_reason"], "stop");
}
