//! What a guardrail that traps costs. `tests/faulty-guardrail` traps on a word, before the built-in one.

use super::setup::{Client, Guarded, start_before};
use postern_tests::client::{Answer, Open};
use postern_tests::{Event, marker};

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

async fn says(guarded: &Guarded, said: &str, stream: bool) -> Answer {
    let call = guarded.ask(Client::Chat, "sandbox", said, stream);
    call.open().await.whatever_comes().await
}

#[tokio::test]
async fn explore() {
    let guarded = start();
    for said in ["hello", "trap-in-request", "trap-in-answer", "hoard-in-request", "hoard-in-answer", "dawdle-in-request", "hello"] {
        for stream in [false, true] {
            let began = std::time::Instant::now();
            let answer = says(&guarded, said, stream).await;
            println!("{said} {stream} {:?}: {} {:?} {}", began.elapsed(), answer.status, answer.headers, answer.text());
        }
    }
    let mut streams = Vec::new();
    for _ in 0..20 {
        let marker = marker();
        guarded.stage.upstream.release(&marker, 1);
        let mut stream = guarded.stage.ask_streamed("stepped", &marker).open().await;
        stream.read_events(1).await;
        streams.push((marker, stream));
    }
    let answer = says(&guarded, "trap-in-request", false).await;
    println!("{} {}", answer.status, answer.text());
    for (marker, stream) in streams {
        guarded.stage.upstream.release(&marker, 100);
        let answer = stream.whatever_comes().await;
        println!("{} {:?} {:?}", answer.status, answer.events().len(), answer.events().last());
    }
    println!("{}", guarded.stage.gateway.log());
    let _: Option<(Open, Event)> = None;
}
