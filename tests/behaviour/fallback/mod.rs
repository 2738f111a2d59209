//! The next deployment is tried when one fails before the client has received anything.
//!
//! Stages: gateway, router.

use postern_tests::client::{Answer, Call};
use postern_tests::{Event, Options, Stage, manifest, marker, shared};

const SERVED_BY: &str = "x-postern-served-by";

/// The models of the vendor's requests, in order.
fn tried(stage: &Stage, marker: &str) -> Vec<String> {
    let requests = stage.upstream.requests(marker);
    requests.iter().map(|request| request.json()["model"].as_str().unwrap().to_owned()).collect()
}

fn calls(stage: &Stage, model: &str) -> [(String, Call); 2] {
    let (one, other) = (marker(), marker());
    let (whole, streamed) = (stage.ask(model, &one), stage.ask_streamed(model, &other));
    [(one, whole), (other, streamed)]
}

fn assert_served(answer: &Answer, deployment: &str, marker: &str) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header(SERVED_BY), Some(deployment));
    assert!(answer.text().contains(marker) || answer.streamed_text().contains(marker));
}

#[tokio::test]
async fn says_which_deployment_answered() {
    let stage = shared();
    for (model, deployment) in [
        ("plain-model", "vendor/plain"),
        ("p", "vendor/plain-2"),
        ("only-this", "vendor/plain"),
        ("sandbox", "sandbox/sandbox"),
    ] {
        let answer = stage.ask(model, &marker()).send().await;
        assert_eq!(answer.header(SERVED_BY), Some(deployment), "{}", answer.text());
    }
}

#[tokio::test]
async fn goes_on_after_429_5xx_and_a_broken_connection() {
    let stage = shared();
    for (alias, before) in [
        ("first-is-rate-limited", vec!["rate-limited"]),
        ("first-fails", vec!["error-500", "error-503"]),
        ("first-hangs-up", vec!["hang-up"]),
    ] {
        for (marker, call) in calls(stage, alias) {
            assert_served(&call.send().await, "vendor/plain", &marker);
            let expected: Vec<&str> = before.iter().copied().chain(["plain"]).collect();
            assert_eq!(tried(stage, &marker), expected);
        }
    }
    stage.assert_nothing_invalid_was_sent();
}

#[tokio::test]
async fn goes_on_to_the_next_deployment_of_the_same_model() {
    let stage = shared();
    for (marker, call) in calls(stage, "twice-deployed") {
        assert_served(&call.send().await, "vendor/plain-2", &marker);
        assert_eq!(tried(stage, &marker), ["error-503", "plain-2"]);
    }
}

#[tokio::test]
async fn goes_on_without_a_listener() {
    let hosts = r#""{{ openai_base_url }}","#;
    let more = r#""{{ openai_base_url }}", "http://127.0.0.1:1","#;
    let manifest = Some(manifest::shipped_with(hosts, more));
    let stage = Stage::with(Options { manifest, ..Options::default() });
    for (marker, call) in calls(&stage, "first-is-unreachable") {
        assert_served(&call.send().await, "vendor/plain", &marker);
    }
    let answer = stage.ask("unreachable", &marker()).send().await;
    assert_eq!(answer.refusal(), (502, "upstream_unreachable".to_owned()));
}

#[tokio::test]
async fn stays_with_a_refusal_of_the_request_itself() {
    let stage = shared();
    for (marker, call) in calls(stage, "first-refuses-the-request") {
        assert_eq!(call.send().await.status, 400);
        assert_eq!(tried(stage, &marker), ["error-400"]);
    }
}

#[tokio::test]
async fn stays_with_a_stream_that_has_begun() {
    let (stage, marker) = (shared(), marker());
    let answer = stage.ask_streamed("first-is-cut", &marker).send().await;
    assert_eq!(answer.header(SERVED_BY), Some("vendor/cut"));
    assert!(answer.events().last().is_some_and(Event::is_error), "{}", answer.text());
    assert_eq!(tried(stage, &marker), ["cut"]);
}

#[tokio::test]
async fn a_whole_answer_that_breaks_has_not_begun_for_the_client() {
    let (stage, marker) = (shared(), marker());
    let answer = stage.ask("first-is-cut", &marker).send().await;
    assert_served(&answer, "vendor/plain", &marker);
    assert_eq!(tried(stage, &marker), ["cut", "plain"]);
}

#[tokio::test]
async fn the_most_useful_fault_stands_when_all_fail() {
    let stage = shared();
    for (marker, call) in calls(stage, "all-fail") {
        let answer = call.header("x-request-id", marker.as_str()).send().await;
        assert_eq!(
            (answer.status, answer.header("retry-after")),
            (429, Some("7")),
            "{}",
            answer.text()
        );
        assert_eq!(answer.header(SERVED_BY), None);
        assert_eq!(tried(stage, &marker), ["error-500", "rate-limited"]);
        let line = stage.gateway.log_line(&marker).await;
        let attempts = line["attempts"].as_array().expect("attempts");
        let of =
            |key: &str| attempts.iter().map(|one| one[key].as_str().unwrap()).collect::<Vec<_>>();
        assert_eq!(of("deployment"), ["vendor/error-500", "vendor/rate-limited"]);
        assert_eq!(of("kind"), ["UpstreamFailed", "RateLimited"]);
    }
}
