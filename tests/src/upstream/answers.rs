//! The vendor's successful answers, in the form of OpenAI's API (<https://platform.openai.com/docs/api-reference>).

use serde_json::{Value, json};

/// The beginning of every text of an answer; the request's marker follows.
pub const ANSWER_PREFIX: &str = "The lighthouse keeper counted every ship: ";

/// The usage of every answer: prompt and completion tokens.
pub const USAGE: (u64, u64) = (17, 23);

/// The number of pieces of a streamed text.
const PIECES: usize = 5;

pub(super) fn usage() -> Value {
    json!({
        "prompt_tokens": USAGE.0,
        "completion_tokens": USAGE.1,
        "total_tokens": USAGE.0 + USAGE.1,
        "prompt_tokens_details": { "cached_tokens": 4 },
        "completion_tokens_details": { "reasoning_tokens": 2 },
    })
}

/// A buffered completion, with line breaks as at OpenAI.
pub(super) fn completion(model: &str, message: &Value, finish_reason: &str) -> String {
    let answer = json!({
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": model,
        "choices": [{ "index": 0, "message": message, "logprobs": null, "finish_reason": finish_reason }],
        "usage": usage(),
        "service_tier": "default",
    });
    serde_json::to_string_pretty(&answer).expect("JSON")
}

pub(super) fn message(text: &str) -> Value {
    json!({ "role": "assistant", "content": text, "refusal": null })
}

/// The events of a streamed completion; the usage only if it was requested.
pub(super) fn events(model: &str, text: &str, include_usage: bool) -> Vec<String> {
    let mut deltas = vec![json!({ "role": "assistant", "content": "" })];
    deltas.extend(pieces(text).into_iter().map(|piece| json!({ "content": piece })));
    let mut events: Vec<String> =
        deltas.into_iter().map(|delta| chunk(model, delta, None, include_usage)).collect();
    events.push(chunk(model, json!({}), Some("stop"), include_usage));
    if include_usage {
        let last = json!({
            "id": "chatcmpl-scripted",
            "object": "chat.completion.chunk",
            "created": 1_790_000_000,
            "model": model,
            "choices": [],
            "usage": usage(),
        });
        events.push(event(&last));
    }
    events.push("data: [DONE]\n\n".to_owned());
    events
}

/// An event with a piece of text.
pub(super) fn piece(model: &str, text: &str) -> String {
    chunk(model, json!({ "content": text }), None, false)
}

fn chunk(model: &str, delta: Value, finish_reason: Option<&str>, include_usage: bool) -> String {
    let mut chunk = json!({
        "id": "chatcmpl-scripted",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": model,
        "choices": [{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason }],
        "obfuscation": "x7Yz",
    });
    if include_usage {
        chunk["usage"] = Value::Null;
    }
    event(&chunk)
}

pub(super) fn event(data: &Value) -> String {
    format!("data: {data}\n\n")
}

fn pieces(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let length = characters.len().div_ceil(PIECES).max(1);
    characters.chunks(length).map(|piece| piece.iter().collect()).collect()
}

/// A whole completion of a text.
pub(super) fn text_completion(model: &str, text: &str) -> String {
    let mut answer = text_chunk(model, text, Some("stop"));
    answer["usage"] = usage();
    answer.to_string()
}

/// The events of a completion of a text.
pub(super) fn text_events(model: &str, text: &str, include_usage: bool) -> Vec<String> {
    let mut events: Vec<String> =
        pieces(text).into_iter().map(|piece| event(&text_chunk(model, &piece, None))).collect();
    events.push(event(&text_chunk(model, "", Some("stop"))));
    if include_usage {
        let mut last = text_chunk(model, "", None);
        last["choices"] = json!([]);
        last["usage"] = usage();
        events.push(event(&last));
    }
    events.push("data: [DONE]\n\n".to_owned());
    events
}

/// An event with a piece of a completion.
pub(super) fn text_piece(model: &str, text: &str) -> String {
    event(&text_chunk(model, text, None))
}

fn text_chunk(model: &str, text: &str, finish_reason: Option<&str>) -> Value {
    json!({
        "id": "cmpl-scripted",
        "object": "text_completion",
        "created": 1_790_000_000,
        "model": model,
        "choices": [{ "index": 0, "text": text, "logprobs": null, "finish_reason": finish_reason }],
    })
}

pub(super) fn ranking() -> String {
    json!({ "results": [{ "index": 0, "relevance_score": 0.5 }], "meta": { "billed_units": { "search_units": 1 } } })
        .to_string()
}

pub(super) fn embeddings(model: &str) -> String {
    json!({
        "object": "list",
        "data": [{ "object": "embedding", "index": 0, "embedding": [0.25, -0.5, 1.0] }],
        "model": model,
        "usage": usage_of_embeddings(),
    })
    .to_string()
}

pub(super) fn usage_of_embeddings() -> Value {
    json!({ "prompt_tokens": USAGE.0, "total_tokens": USAGE.0 })
}

pub(super) fn error(error_type: &str, message: &str) -> String {
    json!({ "error": { "message": message, "type": error_type, "param": null, "code": null } })
        .to_string()
}
