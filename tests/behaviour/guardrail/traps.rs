//! What a guardrail costs that traps. `tests/faulty-guardrail` fails on a word, before the built-in one.

use super::setup::{Client, Guarded, start_before};
use postern_tests::client::{Answer, Open};
use postern_tests::{Event, eventually, marker};

/// Answers are read, so that they pass the guardrail.
const RULES: &str = r#"
[[rule]]
name = "all"
detectors = ["personal"]
action = "flag"
"#;

fn start() -> Guarded {
    start_before(RULES, "faulty-guardrail")
}

async fn says(guarded: &Guarded, model: &str, said: &str, stream: bool) -> Answer {
    guarded.ask(Client::Chat, model, said, stream).open().await.whatever_comes().await
}

async fn serves(guarded: &Guarded) {
    let answer = says(guarded, "sandbox", "Hello", true).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.events().last(), Some(&Event::Done));
}

#[tokio::test]
async fn a_request_in_which_it_traps_is_a_500_and_reaches_no_vendor() {
    let guarded = start();
    for word in ["requesttraps", "requesthoards"] {
        for stream in [false, true] {
            let marker = marker();
            let said = format!("{word} {marker}");
            let answer = says(&guarded, "plain-model", &said, stream).await;
            assert_eq!((answer.status, answer.text()), (500, ""), "{word} {stream}");
            assert!(guarded.stage.upstream.requests(&marker).is_empty(), "{word} {stream}");
            serves(&guarded).await;
        }
    }
    let log = guarded.stage.gateway.log();
    assert!(log.contains("an instance of `gateway` failed"), "{log}");
}

#[tokio::test]
async fn of_an_answer_in_which_it_traps_nothing_unguarded_leaves() {
    let guarded = start();
    for word in ["answertraps", "answerhoards"] {
        // The sandbox quotes what is said.
        let said = format!("{word} and more");
        let whole = says(&guarded, "sandbox", &said, false).await;
        assert_eq!((whole.status, whole.text()), (500, ""), "{word}");
        serves(&guarded).await;
        let streamed = says(&guarded, "sandbox", &said, true).await;
        // Its head has gone before. It is cut, and never looks complete.
        assert!(!streamed.text().contains(word), "{}", streamed.text());
        assert!(!streamed.text().contains("\"finish_reason\":\"stop\""), "{}", streamed.text());
        assert_ne!(streamed.events().last(), Some(&Event::Done), "{word}");
        serves(&guarded).await;
    }
}

/// Fewer than an instance serves at once, so that the request that traps is among them.
const UNDER_WAY: usize = 8;

#[tokio::test]
async fn a_trap_ends_what_is_under_way_in_its_instance_and_nothing_that_comes_after() {
    let guarded = start();
    let stage = &guarded.stage;
    let (mut streams, mut waiting): (Vec<(String, Open)>, Vec<_>) = (Vec::new(), Vec::new());
    for _ in 0..UNDER_WAY / 2 {
        let (begun, silent) = (marker(), marker());
        stage.upstream.release(&begun, 1);
        let mut stream = stage.ask_streamed("stepped", &begun).open().await;
        stream.read_events(1).await;
        streams.push((begun, stream));
        // Its head waits for the vendor's first event.
        waiting.push(tokio::spawn(stage.ask_streamed("stepped", &silent).open()));
        eventually("the request at the vendor", || {
            (!stage.upstream.requests(&silent).is_empty()).then_some(())
        })
        .await;
    }
    let answer = says(&guarded, "sandbox", "requesttraps", false).await;
    assert_eq!(answer.status, 500);
    for call in waiting {
        let open = call.await.unwrap();
        assert_eq!(open.status(), 500);
    }
    for (marker, stream) in streams {
        stage.upstream.release(&marker, 100);
        let answer = stream.whatever_comes().await;
        assert_eq!(answer.status, 200);
        assert_ne!(answer.events().last(), Some(&Event::Done), "{marker}: {}", answer.text());
    }
    serves(&guarded).await;
}

#[tokio::test]
async fn one_that_computes_for_long_delays_its_instance_and_fails_nothing() {
    let guarded = start();
    let calls = ["requestdawdles", "Hello", "requestdawdles", "Hello"]
        .map(|said| tokio::spawn(guarded.ask(Client::Chat, "sandbox", said, true).open()));
    for call in calls {
        let answer = call.await.unwrap().whole().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.events().last(), Some(&Event::Done));
    }
}
