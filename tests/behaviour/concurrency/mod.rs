//! Many requests at once: each gets its own complete answer.
//!
//! Stages: gateway, auth, router, provider, upstream.

mod large;

use postern_tests::client::Open;
use postern_tests::{Event, marker, shared};

/// More than the concurrent requests of one instance (16).
const STREAMS: usize = 50;

#[tokio::test]
async fn streams_that_are_all_open_at_once_complete_and_are_not_mixed_up() {
    let stage = shared();
    let markers: Vec<String> = (0..STREAMS).map(|_| marker()).collect();
    let open = |marker: String| async move {
        stage.upstream.release(&marker, 1);
        let mut stream = stage.ask_streamed("stepped", &marker).open().await;
        stream.read_events(1).await;
        (marker, stream)
    };
    let tasks: Vec<_> = markers.into_iter().map(|marker| tokio::spawn(open(marker))).collect();
    let mut streams: Vec<(String, Open)> = Vec::new();
    for task in tasks {
        streams.push(task.await.unwrap());
    }
    // All have begun and none can have ended.
    for (marker, _) in &streams {
        stage.upstream.release(marker, 100);
    }
    for (marker, stream) in streams {
        let answer = stream.whole().await;
        assert!(answer.streamed_text().ends_with(&marker), "{marker}: {}", answer.text());
        assert_eq!(answer.events().last(), Some(&Event::Done));
    }
    stage.assert_nothing_invalid_was_sent();
}

#[tokio::test]
async fn a_stream_that_breaks_leaves_the_others_alone() {
    let (stage, whole) = (shared(), marker());
    stage.upstream.release(&whole, 1);
    let mut stream = stage.ask_streamed("stepped", &whole).open().await;
    stream.read_events(1).await;
    // More than the requests of an instance before it is replaced (128).
    for _ in 0..15 {
        let faults = [
            "cut",
            "malformed",
            "error-midstream",
            "no-done",
            "error-500",
            "hang-up",
            "html",
            "error-huge",
        ];
        let calls = faults.map(|model| tokio::spawn(stage.ask_streamed(model, &marker()).open()));
        for call in calls {
            call.await.unwrap().whatever_comes().await;
        }
        drop(stage.ask_streamed("huge", &marker()).open().await);
    }
    stage.upstream.release(&whole, 100);
    let answer = stream.whole().await;
    assert!(answer.streamed_text().ends_with(&whole), "{}", answer.text());
    assert_eq!(answer.events().last(), Some(&Event::Done));
}

#[tokio::test]
async fn no_client_notices_when_an_instance_is_replaced() {
    let stage = shared();
    // An instance serves 128 requests.
    for _ in 0..300 {
        let marker = marker();
        let answer = stage.ask("plain-model", &marker).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(answer.text().contains(&marker));
    }
}
