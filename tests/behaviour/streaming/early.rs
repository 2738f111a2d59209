//! `[response] early_head_after_ms`: a stream whose head does not wait for its first event.

use super::dialects::{DIALECTS, Streaming};
use crate::overload::with_server;
use postern_tests::upstream::Ending;
use postern_tests::{Stage, eventually, marker};

const ROUTES: &str = r#"
[[route]]
alias = "silent-first"
strategy = "ordered"
models = ["silent", "plain-model"]
"#;

fn stage() -> (Stage, tempfile::TempDir) {
    opening_after(200)
}

fn opening_after(ms: u64) -> (Stage, tempfile::TempDir) {
    let gateway = format!("[response]\nearly_head_after_ms = {ms}\n");
    with_server("", &[("gateway.toml", &gateway), ("routes.toml", ROUTES)])
}

/// What clients skip, in the dialect.
fn waiting(dialect: &Streaming) -> &'static str {
    match dialect.path {
        "/v1/messages" => "event: ping\ndata: {\"type\":\"ping\"}\n\n",
        _ => ": waiting\n",
    }
}

#[tokio::test]
async fn a_slow_answer_begins_with_what_clients_skip_and_comes_whole() {
    let (stage, _policies) = stage();
    for dialect in DIALECTS.iter().filter(|dialect| dialect.is_chat()) {
        let marker = marker();
        let mut stream = dialect.ask(&stage, "stepped", &marker).open().await;
        assert_eq!(stream.status(), 200);
        // The vendor has not sent an event yet.
        while !stream.text().contains(waiting(dialect)) {
            assert!(stream.next().await.unwrap().is_some(), "{}", stream.text());
        }
        stage.upstream.release(&marker, 100);
        let answer = stream.whole().await;
        assert!(answer.header("x-request-id").is_some(), "{:?}", answer.headers);
        assert!(answer.header("content-type").unwrap().starts_with("text/event-stream"));
        // Not known when the head left.
        assert!(answer.header("x-postern-served-by").is_none(), "{:?}", answer.headers);
        let text = answer.text().replace(waiting(dialect), "");
        assert!(dialect.is_complete(&text), "{}: {text}", dialect.path);
        assert!(dialect.said(&text).ends_with(&marker), "{}: {text}", dialect.path);
    }
}

#[tokio::test]
async fn a_fast_answer_has_its_usual_head() {
    let (stage, _policies) = opening_after(600_000);
    let answer = stage.ask_streamed("plain-model", &marker()).send().await;
    assert!(answer.header("x-postern-served-by").is_some(), "{:?}", answer.headers);
    assert!(!answer.text().contains(": waiting"), "{}", answer.text());
}

#[tokio::test]
async fn a_fault_after_the_head_is_the_dialects_event_and_another_deployment_is_tried_before() {
    let (stage, _policies) = stage();
    for dialect in DIALECTS.iter().filter(|dialect| dialect.is_chat()) {
        let answer = dialect.ask(&stage, "silent", &marker()).send().await;
        assert_eq!(answer.status, 200, "{}", dialect.path);
        let text = answer.text();
        assert!(text.contains(waiting(dialect)), "{}: {text}", dialect.path);
        assert!(dialect.is_failed(text) && !dialect.is_complete(text), "{text}");
        let (id, canary) = (marker(), marker());
        let call = dialect.ask(&stage, "silent-first", &canary).header("x-request-id", id.as_str());
        let text = call.send().await.text().replace(waiting(dialect), "");
        assert!(dialect.is_complete(&text), "{}: {text}", dialect.path);
        assert!(dialect.said(&text).ends_with(&canary), "{}: {text}", dialect.path);
        let line = stage.gateway.log_line(&id).await;
        assert_eq!(line["early_head"], true, "{line}");
        assert_eq!(line["attempts"].as_array().unwrap().len(), 2, "{line}");
    }
}

/// As on hosts where only a failed write shows that a client has left.
#[tokio::test]
async fn a_client_that_leaves_before_the_first_event_ends_the_vendors_work() {
    let (stage, _policies) = stage();
    let marker = marker();
    let call = stage.ask_streamed("silent-for-long", &marker);
    let mut stream = call.header("x-request-id", marker.as_str()).open().await;
    stream.next().await.unwrap();
    // On a slow machine the head leaves before the vendor is asked.
    let request = eventually("the request", || stage.upstream.requests(&marker).pop()).await;
    drop(stream);
    eventually("the vendor is left", || (request.ending() == Ending::PeerGone).then_some(())).await;
    for _ in 0..100 {
        if stage.gateway.log().contains(&marker) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(!stage.gateway.log().contains("error: "), "{}", stage.gateway.log());
    let line = stage.gateway.log_line(&marker).await;
    assert_eq!((&line["outcome"], &line["status"]), (&"client_gone".into(), &200.into()), "{line}");
    assert_eq!(line["fault"]["code"], "client_left", "{line}");
}
