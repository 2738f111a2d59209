//! Request ids, traces and timings.
//!
//! Stages: gateway.

use postern_tests::{marker, shared};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Trace, span and flags of what the vendor got.
fn sent_trace(marker: &str) -> [String; 3] {
    let request = shared().upstream.request(marker);
    let values = request.header("traceparent");
    assert_eq!(values.len(), 1);
    let parts: Vec<&str> = values[0].split('-').collect();
    let [version, trace, span, flags] = parts[..] else { panic!("{values:?}") };
    assert!(
        version == "00" && is_hex(trace, 32) && is_hex(span, 16) && is_hex(flags, 2),
        "{values:?}"
    );
    [trace, span, flags].map(str::to_owned)
}

#[tokio::test]
async fn a_valid_request_id_is_kept_everywhere() {
    let stage = shared();
    for id in [marker(), "a".to_owned(), "x".repeat(128), format!("Req_{}", marker())] {
        let marker = marker();
        let answer =
            stage.ask("plain-model", &marker).header("x-request-id", id.as_str()).send().await;
        assert_eq!(answer.header("x-request-id"), Some(id.as_str()));
        assert_eq!(stage.upstream.request(&marker).header("x-request-id"), [id.as_str()]);
    }
}

#[tokio::test]
async fn an_invalid_request_id_is_replaced_by_a_new_one() {
    let stage = shared();
    let mut seen = std::collections::BTreeSet::new();
    let long = "x".repeat(129);
    for id in ["", "a b", "a/b", "{\"a\":1}", long.as_str()] {
        let answer = stage.ask("plain-model", &marker()).header("x-request-id", id).send().await;
        let new = answer.header("x-request-id").unwrap().to_owned();
        assert_ne!(new, id);
        assert!(new.len() >= 16 && seen.insert(new));
    }
}

#[tokio::test]
async fn refusals_have_a_request_id_too() {
    let stage = shared();
    let id = marker();
    let calls = [
        stage.gateway.call("GET", "/v1/models"),
        stage.gateway.call("GET", "/nowhere"),
        stage.ask("no-such-model", &id),
        stage.ask("error-500", &id),
    ];
    for call in calls {
        let answer = call.header("x-request-id", id.as_str()).send().await;
        assert!(answer.status >= 400);
        assert_eq!(answer.header("x-request-id"), Some(id.as_str()));
    }
}

#[tokio::test]
async fn a_clients_trace_is_continued_with_a_span_of_its_own() {
    let (stage, marker) = (shared(), marker());
    let call =
        stage.ask("plain-model", &marker).header("traceparent", format!("00-{TRACE}-{SPAN}-01"));
    call.header("tracestate", "vendor=1").send().await;
    let [trace, span, flags] = sent_trace(&marker);
    assert_eq!((trace.as_str(), flags.as_str()), (TRACE, "01"));
    assert_ne!(span, SPAN);
    assert_eq!(stage.upstream.request(&marker).header("tracestate"), ["vendor=1"]);
}

#[tokio::test]
async fn a_trace_is_begun_where_there_is_none_or_no_valid_one() {
    let stage = shared();
    let mut seen = std::collections::BTreeSet::new();
    let invalid = [
        String::new(),
        "garbage".to_owned(),
        format!("00-{}-{SPAN}-01", "0".repeat(32)),
        format!("00-{TRACE}-{}-01", "0".repeat(16)),
        format!("ff-{TRACE}-{SPAN}-01"),
        format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
    ];
    for presented in invalid {
        let marker = marker();
        stage.ask("plain-model", &marker).header("traceparent", presented).send().await;
        let [trace, ..] = sent_trace(&marker);
        assert_ne!(trace, TRACE);
        assert!(seen.insert(trace), "each its own");
    }
}

#[tokio::test]
async fn each_stages_time_is_told_when_it_is_asked_for() {
    let stage = shared();
    let silent = stage.ask("plain-model", &marker()).send().await;
    assert_eq!(silent.header("server-timing"), None);
    for call in [stage.ask("plain-model", &marker()), stage.ask_streamed("plain-model", &marker())]
    {
        let answer = call.header("x-postern-timing", "true").send().await;
        let timing = answer.header("server-timing").expect("server-timing").to_owned();
        let stages: Vec<&str> =
            timing.split(", ").filter_map(|stage| stage.split(';').next()).collect();
        for name in ["auth", "router", "encode", "upstream", "total"] {
            assert!(stages.contains(&name), "{timing}");
        }
        let durations = timing.split(", ").map(|stage| stage.split_once(";dur=").expect("dur").1);
        assert!(
            durations.map(str::parse::<f64>).all(|ms| ms.is_ok_and(|ms| ms >= 0.0)),
            "{timing}"
        );
    }
}

#[tokio::test]
async fn each_request_leaves_one_line_in_the_log() {
    let stage = shared();
    let id = marker();
    stage.ask("plain-model", &id).header("x-request-id", id.as_str()).send().await;
    let line = stage.gateway.log_line(&id).await;
    assert_eq!(line["status"], 200);
    assert_eq!((&line["consumer"], &line["model"]), (&"tester".into(), &"plain-model".into()));
    assert_eq!(line["attempts"].as_array().map(Vec::len), Some(1), "{line}");
    assert_eq!(line["attempts"][0]["deployment"], "vendor/plain");
    assert_eq!(line["attempts"][0]["outcome"], "answered");
}
