//! Streams: each event at once, no more than the client takes, and an explicit end.
//!
//! Stages: gateway, provider, upstream.

pub mod dialects;
mod early;

use postern_tests::client::Answer;
use postern_tests::upstream::Ending;
use postern_tests::{Event, eventually, marker, shared};
use serde_json::json;
use std::time::{Duration, Instant};

/// The comment of a silent stream.
const COMMENT: &str = ": \n";

/// The events of a `stepped` stream with usage: role, 5 pieces, finish reason, usage, end.
const EVENTS: usize = 9;

#[tokio::test]
async fn each_event_arrives_before_the_next_one_is_sent() {
    let (stage, marker) = (shared(), marker());
    let mut body = postern_tests::stage::question("stepped", &marker);
    body["stream"] = true.into();
    body["stream_options"] = json!({ "include_usage": true });
    stage.upstream.release(&marker, 1);
    let mut stream = stage.chat(&body).open().await;
    assert_eq!(stream.status(), 200);
    for count in 1..EVENTS {
        // The vendor holds back event `count + 1` until this has returned.
        assert_eq!(stream.read_events(count).await.len(), count);
        stage.upstream.release(&marker, 1);
    }
    let answer = stream.whole().await;
    assert_eq!(answer.events().last(), Some(&Event::Done));
    assert_eq!(answer.text(), stage.upstream.request(&marker).sent_text());
}

#[tokio::test]
async fn a_client_that_does_not_read_stops_the_vendor() {
    // Sockets on the way hold about 12 MiB by themselves; without a bound it would be gigabytes.
    const BOUND_BYTES: u64 = 32 * 1024 * 1024;
    let (stage, marker) = (shared(), marker());
    let mut stream = stage.ask_streamed("huge", &marker).with_small_buffer().open().await;
    stream.read_events(1).await;
    let request = stage.upstream.request(&marker);
    let (mut sent, mut since) = (request.sent_bytes(), Instant::now());
    eventually("the vendor stands still for a while", || {
        assert!(request.sent_bytes() < BOUND_BYTES, "{} bytes are under way", request.sent_bytes());
        if request.sent_bytes() != sent {
            (sent, since) = (request.sent_bytes(), Instant::now());
        }
        (since.elapsed() > Duration::from_secs(2)).then_some(())
    })
    .await;
    // And goes on when the client does.
    let mut read = 0;
    while request.sent_bytes() == sent {
        read += stream.next().await.unwrap().expect("more").len();
        assert!((read as u64) < 2 * BOUND_BYTES, "the vendor does not go on");
    }
    drop(stream);
    eventually("the vendor is left", || (request.ending() == Ending::PeerGone).then_some(())).await;
}

#[tokio::test]
async fn a_client_that_leaves_mid_stream_ends_the_vendors_work() {
    let (stage, marker) = (shared(), marker());
    let call = stage.ask_streamed("ticking", &marker).header("x-request-id", marker.as_str());
    let mut stream = call.open().await;
    stream.read_events(2).await;
    let request = stage.upstream.request(&marker);
    assert_eq!(request.ending(), Ending::Open);
    drop(stream);
    eventually("the vendor is left", || (request.ending() == Ending::PeerGone).then_some(())).await;
    assert_eq!(stage.gateway.log_line(&marker).await["outcome"], "client_gone");
}

/// A guest of WASI 0.3 notices a leaving client only when it writes. While the vendor is silent there is nothing to
/// write, so the gateway writes a comment after 5 s.
#[tokio::test]
async fn a_client_that_leaves_a_silent_stream_ends_the_vendors_work_before_its_deadline() {
    let (stage, marker) = (shared(), marker());
    // The timeout for the vendor (60 s) is longer than this test waits.
    let call = stage.ask_streamed("silent-midstream-for-long", &marker);
    let mut stream = call.header("x-request-id", marker.as_str()).open().await;
    stream.read_events(1).await;
    let request = stage.upstream.request(&marker);
    drop(stream);
    eventually("the vendor is left", || (request.ending() == Ending::PeerGone).then_some(())).await;
    assert_eq!(stage.gateway.log_line(&marker).await["outcome"], "client_gone");
}

#[tokio::test]
async fn the_comment_of_a_silent_stream_comes_between_events_and_changes_none() {
    // Silent between two events, and within the second.
    for (model, released) in [("stepped", 2), ("halved", 3)] {
        let (stage, marker) = (shared(), marker());
        stage.upstream.release(&marker, released);
        let mut stream = stage.ask_streamed(model, &marker).open().await;
        while !stream.text().contains(COMMENT) {
            assert!(stream.next().await.unwrap().is_some(), "the stream ended: {}", stream.text());
        }
        stage.upstream.release(&marker, 100);
        let answer = stream.whole().await;
        let sent = stage.upstream.request(&marker).sent_text();
        let events = sent.split_inclusive("\n\n");
        let without_usage: String =
            events.filter(|event| !event.contains("\"choices\":[]")).collect();
        assert_eq!(answer.text().replace(COMMENT, ""), without_usage);
        assert!(answer.events().iter().all(|event| !matches!(event, Event::Other(_))));
    }
}

#[tokio::test]
async fn comments_do_not_hold_up_the_vendors_deadline() {
    let (stage, marker) = (shared(), marker());
    let answer = stage.ask_streamed("silent-midstream-for-7-s", &marker).send().await;
    assert!(answer.text().contains(COMMENT), "{}", answer.text());
    assert_cut_with(&answer, "upstream_timeout");
}

/// Before the head nothing can be written: the host ends what was sent for the client, and the gateway asks no other vendor.
#[tokio::test]
async fn a_client_that_leaves_before_the_first_byte_ends_the_vendors_work() {
    // Long before its deadline: before the head, and within a whole answer.
    for (model, streamed) in [
        ("silent-for-long", true),
        ("silent-for-long", false),
        ("silent-midstream-for-long", false),
    ] {
        let (stage, marker) = (shared(), marker());
        let call = match streamed {
            true => stage.ask_streamed(model, &marker),
            false => stage.ask(model, &marker),
        };
        let call = call.header("x-request-id", marker.as_str());
        let client = tokio::spawn(call.open());
        let request = eventually("the request", || stage.upstream.requests(&marker).pop()).await;
        client.abort();
        eventually("the vendor is left", || (request.ending() == Ending::PeerGone).then_some(()))
            .await;
        let line = stage.gateway.log_line(&marker).await;
        assert_eq!(line["outcome"], "client_gone", "{line}");
        assert_eq!(line["fault"]["code"], "client_left", "{line}");
        assert_eq!(stage.upstream.requests(&marker).len(), 1);
    }
}

/// What one client's leaving ends is its own.
#[tokio::test]
async fn a_client_that_leaves_takes_no_other_request_of_its_instance_along() {
    let (stage, leaves) = (shared(), marker());
    let gone = tokio::spawn(stage.ask("silent-for-long", &leaves).open());
    let stays: Vec<String> = (0..20).map(|_| marker()).collect();
    let others: Vec<_> = stays
        .iter()
        .map(|stays| tokio::spawn(stage.ask_streamed("stepped", stays).open()))
        .collect();
    for marker in stays.iter().chain([&leaves]) {
        eventually("the request", || stage.upstream.requests(marker).pop()).await;
    }
    gone.abort();
    let left = stage.upstream.request(&leaves);
    eventually("the vendor is left", || (left.ending() == Ending::PeerGone).then_some(())).await;
    for (marker, other) in stays.iter().zip(others) {
        stage.upstream.release(marker, 100);
        let answer = other.await.unwrap().whole().await;
        assert_eq!(answer.events().last(), Some(&Event::Done), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_slow_stream_is_no_silent_one() {
    let (stage, marker) = (shared(), marker());
    let answer = stage.ask_streamed("slow", &marker).send().await;
    assert!(answer.streamed_text().ends_with(&marker), "{}", answer.text());
    assert_eq!(answer.events().last(), Some(&Event::Done));
}

/// The successful part, then one error in the client's dialect, and no end marker.
fn assert_cut_with(answer: &Answer, code: &str) {
    assert_eq!(answer.status, 200);
    let events = answer.events();
    let (last, before) = events.split_last().expect("events");
    assert!(last.is_error(), "{last:?}");
    let error = &last.json().unwrap()["error"];
    assert_eq!(error["code"], code);
    assert!(error["type"].is_string() && error.get("param").is_some(), "{error}");
    assert!(!before.is_empty(), "what had arrived before");
    assert!(before.iter().all(|event| event.json().is_some() && !event.is_error()), "{before:?}");
}

#[tokio::test]
async fn a_stream_that_breaks_ends_with_an_error_and_never_with_done() {
    for (model, code) in [
        ("cut", "upstream_invalid"),
        ("malformed", "upstream_invalid"),
        ("no-done", "upstream_invalid"),
        ("silent-midstream", "upstream_timeout"),
        ("error-midstream", "upstream_failed"),
    ] {
        let (stage, marker) = (shared(), marker());
        let call = stage.ask_streamed(model, &marker).header("x-request-id", marker.as_str());
        assert_cut_with(&call.send().await, code);
        assert_eq!(stage.gateway.log_line(&marker).await["outcome"], "cut", "{model}");
    }
}

#[tokio::test]
async fn usage_is_counted_whether_the_client_sees_it_or_not() {
    let (input, output) = postern_tests::upstream::USAGE;
    for streamed in [true, false] {
        let (stage, marker) = (shared(), marker());
        let call = match streamed {
            true => stage.ask_streamed("plain-model", &marker),
            false => stage.ask("plain-model", &marker),
        };
        call.header("x-request-id", marker.as_str()).send().await;
        let line = stage.gateway.log_line(&marker).await;
        assert_eq!(
            (&line["input_tokens"], &line["output_tokens"]),
            (&input.into(), &output.into())
        );
        assert_eq!(line["outcome"], "complete");
    }
}
