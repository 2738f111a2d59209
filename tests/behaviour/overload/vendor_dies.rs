//! Five hundred streams whose vendor dies.

use super::with_server;
use crate::streaming::dialects::DIALECTS;
use postern_tests::marker;
use postern_tests::upstream::ANSWER_PREFIX;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const STREAMS: usize = 500;

/// A model for legacy completions, beside those of the tests.
const TEXT_MODEL: &str = r#"
[[model]]
name = "stepped-text"
capabilities = ["completions"]
[[model.deployment]]
provider = "vendor"
upstream_model = "stepped"
"#;

/// Every fifth has its end when the vendor dies; of the others some have all but the end, and some half of the text.
#[tokio::test(flavor = "multi_thread")]
async fn each_of_500_streams_ends_whole_or_with_an_error_and_has_its_own_text() {
    let models = include_str!("../../policies/models.toml").to_owned() + TEXT_MODEL;
    let (mut stage, _policies) = with_server("max_requests = 600", &[("models.toml", &models)]);
    let begun = Arc::new(AtomicUsize::new(0));
    let mut streams = Vec::new();
    for number in 0..STREAMS {
        let dialect = &DIALECTS[number % DIALECTS.len()];
        let marker = marker();
        let (is_whole, is_half) = (number % 5 == 0, number % 5 == 1);
        stage.upstream.release(&marker, if is_half { dialect.steps / 2 } else { dialect.steps });
        let model = if dialect.is_chat() { "stepped" } else { "stepped-text" };
        let (call, begun, expected) = (
            dialect.ask(&stage, model, &marker),
            Arc::clone(&begun),
            format!("{ANSWER_PREFIX}{marker}"),
        );
        let until = if is_half { 1 } else { expected.len() };
        let task = tokio::spawn(async move {
            let mut stream = call.open().await;
            assert_eq!(stream.status(), 200, "{}", stream.text());
            while dialect.said(&stream.text()).len() < until {
                assert!(stream.next().await.unwrap().is_some(), "{}", stream.text());
            }
            begun.fetch_add(1, Ordering::Relaxed);
            stream.whatever_comes().await.text().to_owned()
        });
        streams.push((dialect, marker, expected, is_whole, task));
    }
    while begun.load(Ordering::Relaxed) < STREAMS {
        let failed = streams.iter().find(|(.., task)| task.is_finished());
        assert!(failed.is_none(), "a stream has ended before its vendor died");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for (_, marker, _, _, task) in streams.iter().filter(|(_, _, _, is_whole, _)| *is_whole) {
        stage.upstream.release(marker, 100);
        while !task.is_finished() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    stage.upstream.crash_and_restart();
    for (dialect, _, expected, is_whole, task) in streams {
        // None hangs: the client panics when nothing comes for long.
        let text = task.await.unwrap();
        let said = dialect.said(&text);
        assert!(!said.is_empty() && expected.starts_with(&said), "{said} for {expected}");
        let ends = (dialect.is_complete(&text), dialect.is_failed(&text));
        assert_eq!(ends, (is_whole, !is_whole), "{}: {text}", dialect.path);
        assert!(!is_whole || said == expected, "{said} for {expected}");
    }
    // And the vendor that is there again is asked.
    assert_eq!(stage.ask("plain-model", &super::marker()).send().await.status, 200);
}
