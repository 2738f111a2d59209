//! The models that fail, each in its way.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{chat, post, request};
use postern_sandbox::{MODELS, Script, Step, answer};
use serde_json::{Value, json};

const SILENCE_MS: u32 = 600_000;

fn whole(model: &str) -> common::Seen {
    chat(&request(json!({ "model": model })))
}

fn streamed(model: &str) -> common::Seen {
    chat(&request(json!({ "model": model, "stream": true })))
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok()
}

#[test]
fn refuses_whatever_is_asked_where_told_to() {
    let told = [
        ("sandbox-rate-limited", 429, Some("1")),
        ("sandbox-server-error", 500, None),
        ("sandbox-overloaded", 503, None),
    ];
    for (model, status, retry_after) in told {
        for seen in [whole(model), streamed(model), post("/embeddings", &json!({ "model": model }))]
        {
            assert_eq!(seen.status, status);
            assert_eq!(seen.header("retry-after"), retry_after);
            assert!(seen.json()["error"]["message"].as_str().unwrap().contains(model));
        }
    }
}

#[test]
fn stalls_before_the_head() {
    let script = answer("/chat/completions", "sandbox-stall", "{}");
    assert_eq!((script.head_after_ms, script.status), (SILENCE_MS, 504));
}

#[test]
fn stalls_midstream_and_never_ends_well() {
    let stream = streamed("sandbox-stall-midstream");
    assert_eq!(stream.data().len(), 4);
    assert!(stream.data().iter().all(|data| is_json(data)));
    let half = whole("sandbox-stall-midstream");
    assert!(half.body.starts_with('{') && !is_json(&half.body));
    for seen in [stream, half] {
        assert_eq!(seen.pauses_ms, [SILENCE_MS]);
        assert!(seen.cut);
    }
}

#[test]
fn cuts_what_it_has_begun() {
    let stream = streamed("sandbox-cut");
    assert_eq!(stream.data().len(), 4);
    assert!(stream.cut);
    let half = whole("sandbox-cut");
    assert!(half.body.starts_with('{') && !is_json(&half.body));
    assert!(half.cut);
}

#[test]
fn a_short_answer_is_cut_before_its_end_too() {
    let body = json!({ "model": "sandbox-cut", "stream": true, "max_tokens": 1 });
    let seen = chat(&request(body));
    assert!(seen.cut);
    assert!(!seen.body.contains("[DONE]") && !seen.body.contains("\"length\""), "{}", seen.body);
}

#[test]
fn breaks_one_event_and_carries_on() {
    let seen = streamed("sandbox-malformed");
    let broken: Vec<_> = seen.data().iter().map(|data| is_json(data)).collect();
    assert_eq!(broken[..4], [true, true, false, true]);
    assert_eq!(seen.data().last(), Some(&"[DONE]"));
    assert!(!seen.cut);
}

#[test]
fn breaks_a_whole_answer() {
    let embeddings = post("/embeddings", &json!({ "model": "sandbox-malformed", "input": "a" }));
    for seen in [whole("sandbox-malformed"), embeddings] {
        assert_eq!(seen.status, 200);
        assert!(seen.body.starts_with('{') && !is_json(&seen.body) && !seen.cut);
    }
}

#[test]
fn answers_with_a_page_where_told_to() {
    let seen = whole("sandbox-html");
    assert_eq!(seen.status, 200);
    assert_eq!(seen.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(seen.body.starts_with("<!doctype html>"));
}

/// The largest step and the sum of all, in bytes.
fn bytes(script: Script) -> (usize, usize) {
    let sizes = script.steps.map(|step| match step {
        Step::Write(text) => text.len(),
        _ => 0,
    });
    sizes.fold((0, 0), |(largest, sum), size| (largest.max(size), sum + size))
}

#[test]
fn a_huge_answer_is_whole_and_made_in_small_steps() {
    for stream in [false, true] {
        let body = request(json!({ "model": "sandbox-huge", "stream": stream })).to_string();
        let (largest, sum) = bytes(answer("/chat/completions", "sandbox-huge", &body));
        assert!(sum > 64 << 20, "{sum}");
        assert!(largest < 128 << 10, "{largest}");
    }
    let answer = whole("sandbox-huge").whole();
    let text = answer["choices"][0]["message"]["content"].as_str().unwrap();
    assert_eq!(text.len(), 80 << 20);
    assert_eq!(answer["usage"]["completion_tokens"], text.len() / " postern".len());
}

#[test]
fn an_invalid_request_is_refused_before_a_body_fails() {
    for model in ["sandbox-cut", "sandbox-malformed", "sandbox-huge", "sandbox-stall-midstream"] {
        assert_eq!(chat(&json!({ "model": model })).status, 400);
    }
}

#[test]
fn every_model_is_documented() {
    let page = include_str!("../../../docs/sandbox.md");
    for (name, _) in MODELS {
        assert!(page.contains(&format!("`{name}`")), "docs/sandbox.md does not name {name}");
    }
}
