//! What is over an instance's or the process's cap is told when to retry, and has cost nothing.

use super::with_server;
use postern_tests::client::{Answer, Open};
use postern_tests::{Stage, eventually, marker};
use serde_json::Value;

/// Streams that are open, each with one event.
async fn open_streams(stage: &Stage, count: usize) -> Vec<(String, Open)> {
    let mut streams = Vec::new();
    for _ in 0..count {
        let marker = marker();
        stage.upstream.release(&marker, 1);
        let mut stream = stage.ask_streamed("stepped", &marker).open().await;
        assert_eq!(stream.status(), 200, "{}", stream.text());
        stream.read_events(1).await;
        streams.push((marker, stream));
    }
    streams
}

fn assert_told_to_retry(answer: &Answer, retry_after: &str) {
    assert_eq!(answer.status, 429, "{}", answer.text());
    assert_eq!(answer.header("retry-after"), Some(retry_after), "{}", answer.text());
}

#[tokio::test]
async fn a_stream_over_the_cap_is_refused_and_taken_when_another_has_ended() {
    let caps = "[overload]\nmax_streams = 3\nretry_after_ms = 2_500\n";
    let (stage, _policies) = with_server("", &[("gateway.toml", caps)]);
    let mut streams = open_streams(&stage, 3).await;
    let (id, refused) = (marker(), marker());
    let call = stage.ask_streamed("stepped", &refused).header("x-request-id", id.as_str());
    let answer = call.send().await;
    assert_told_to_retry(&answer, "3");
    assert_eq!(answer.header("retry-after-ms"), Some("2500"));
    assert_eq!(answer.json()["error"]["code"], "gateway_overloaded");
    // No vendor was asked, and the record has the cap.
    assert!(stage.upstream.requests(&refused).is_empty());
    let line = stage.gateway.log_line(&id).await;
    assert_eq!(line["outcome"], "refused", "{line}");
    let private = line["fault"]["private"].as_str().unwrap_or_default();
    assert!(private.contains("max_streams"), "{line}");
    // Whole answers have a cap of their own.
    assert_eq!(stage.ask("plain-model", &marker()).send().await.status, 200);
    // A stream that ends, and one whose client leaves, make room.
    let (ends, stream) = streams.remove(0);
    stage.upstream.release(&ends, 100);
    stream.whole().await;
    streams.remove(0);
    let start = std::time::Instant::now();
    for _ in 0..2 {
        let (marker, mut status) = (marker(), 429);
        stage.upstream.release(&marker, 100);
        while status == 429 {
            assert!(start.elapsed().as_secs() < 20, "there is no room");
            let stream = stage.ask_streamed("stepped", &marker).open().await;
            status = stream.status();
            if status == 200 {
                stream.whole().await;
            }
        }
        assert_eq!(status, 200);
    }
}

/// Every path that clients call, as the gateway itself lists them.
async fn paths(stage: &Stage) -> Vec<String> {
    let answer = stage.call("GET", "/v1/nothing").send().await.json();
    let message = answer["error"]["message"].as_str().unwrap().to_owned();
    let (_, list) = message.split_once("there are ").unwrap();
    let calls = list.split(", ").filter(|path| !matches!(*path, "/v1/models" | "/v1/usage"));
    calls.map(str::to_owned).collect()
}

/// The error in the words of the dialect that this path has.
fn words<'a>(path: &str, error: &'a Value) -> [&'a Value; 2] {
    match path.starts_with("/v1/messages") {
        true => [&error["type"], &error["error"]["type"]],
        false => [&error["error"]["code"], &error["error"]["type"]],
    }
}

#[tokio::test]
async fn a_request_over_the_cap_is_refused_in_every_dialect_before_its_body_is_read() {
    let caps = "[overload]\nmax_requests = 1\n";
    let (stage, _policies) = with_server("", &[("gateway.toml", caps)]);
    let paths = paths(&stage).await;
    assert!(paths.len() > 10, "{paths:?}");
    let held = open_streams(&stage, 1).await;
    for path in &paths {
        // Neither the key nor the body is looked at.
        let answer = stage.gateway.call("POST", path).body("nothing").send().await;
        assert_told_to_retry(&answer, "1");
        let error = answer.json();
        let expected = match path.starts_with("/v1/messages") {
            true => ["error", "rate_limit_error"],
            false => ["gateway_overloaded", "rate_limit_error"],
        };
        assert_eq!(words(path, &error), expected, "{path}: {error}");
    }
    // What is not for a vendor is answered.
    for path in ["/healthz", "/readyz", "/v1/models"] {
        assert_eq!(stage.call("GET", path).send().await.status, 200, "{path}");
    }
    drop(held);
}

#[tokio::test]
async fn a_body_over_the_bytes_of_the_instance_is_refused_before_it_is_read() {
    let caps = "[request]\nmax_body_bytes = 100_000\nmax_binary_body_bytes = 100_000\n\
        [response]\nmax_body_bytes = 100_000\n[overload]\nmax_held_bytes = 100_000\n";
    let (stage, _policies) = with_server("", &[("gateway.toml", caps)]);
    let marker = marker();
    let mut body = postern_tests::stage::question("stepped", &marker);
    body["stream"] = true.into();
    body["messages"][0]["content"] = "a ".repeat(40_000).into();
    stage.upstream.release(&marker, 1);
    let mut held = stage.chat(&body).open().await;
    assert_eq!(held.status(), 200, "{}", held.text());
    held.read_events(1).await;
    let answer = stage.chat(&body).send().await;
    assert_told_to_retry(&answer, "1");
    assert_eq!(answer.json()["error"]["code"], "gateway_overloaded");
    assert_eq!(stage.ask("plain-model", &super::marker()).send().await.status, 200);
    // A body that never fits is no question of load.
    body["messages"][0]["content"] = "a ".repeat(60_000).into();
    assert_eq!(stage.chat(&body).send().await.status, 413);
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_times_the_processs_cap_is_a_503_each_and_no_failure_of_an_instance() {
    const CAP: usize = 20;
    let (stage, _policies) = with_server(&format!("max_requests = {CAP}"), &[]);
    let streams = open_streams(&stage, CAP).await;
    let calls: Vec<_> = (0..10 * CAP)
        .map(|_| tokio::spawn(stage.ask_streamed("plain-model", &marker()).send()))
        .collect();
    for call in calls {
        let answer = call.await.unwrap();
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert_eq!(answer.header("retry-after"), Some("1"));
        // An error to the clients of each dialect.
        let error = &answer.json()["error"];
        assert_eq!(error["code"], "gateway_overloaded");
        assert_eq!(error["type"], "overloaded_error");
        assert!(error["message"].as_str().unwrap().contains("retry"), "{}", answer.text());
    }
    // Platforms ask for health meanwhile.
    assert_eq!(stage.gateway.call("GET", "/healthz").send().await.status, 200);
    for (marker, stream) in streams {
        stage.upstream.release(&marker, 100);
        assert!(stream.whole().await.text().contains("[DONE]"));
    }
    assert_eq!(stage.ask("plain-model", &marker()).send().await.status, 200);
    let named = |log: &str| log.matches("max-requests").count();
    eventually("the line", || (named(&stage.gateway.log()) > 0).then_some(())).await;
    assert!(!stage.gateway.log().contains("error: "), "{}", stage.gateway.log());
}
