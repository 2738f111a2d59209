//! Who is told how a request was decided.

use super::{guarded, key};
use postern_tests::client::{Answer, Call};
use postern_tests::marker;
use postern_tests::stage::question;
use serde_json::Value;

const DECISION: &str = "x-postern-decision";

fn call(roles: &[&str], model: &str, explain: Option<&str>, stream: bool) -> Call {
    let mut body = question(model, &marker());
    body["stream"] = stream.into();
    let call = guarded().stage.gateway.call("POST", "/v1/chat/completions");
    let call = call.key(key(roles).expose()).body(body.to_string());
    match explain {
        Some(value) => call.header("X-Postern-Explain", value),
        None => call,
    }
}

fn told(answer: &Answer) -> Value {
    let told = answer.header(DECISION).unwrap_or_else(|| panic!("{}", answer.text()));
    serde_json::from_str(told).unwrap()
}

#[tokio::test]
async fn a_caller_that_may_know_is_told_the_decision_and_the_attempts() {
    let roles: &[&str] = &["chatter", "explainer"];
    for stream in [false, true] {
        let answer = call(roles, "first-fails", Some("true"), stream).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let told = told(&answer);
        let order = &told["routing"][0]["order"];
        assert_eq!(order[0]["deployment"], "vendor/error-500", "{told}");
        assert_eq!(
            (&order[0]["route"], &order[0]["by"]),
            (&"first-fails".into(), &"as written".into())
        );
        let attempts = told["attempts"].as_array().unwrap();
        let outcomes: Vec<_> =
            attempts.iter().map(|one| one["outcome"].as_str().unwrap()).collect();
        // The head leaves before the answer has ended.
        assert_eq!(outcomes, ["failed", "failed", "under_way"], "{told}");
        assert_eq!(attempts[0]["kind"], "UpstreamFailed", "{told}");
        assert!(attempts.iter().all(|one| one["duration_ms"].is_u64()), "{told}");
        // The record says how the last one ended.
        let id = answer.header("x-request-id").unwrap();
        let line = guarded().stage.gateway.log_line(id).await;
        assert_eq!(line["attempts"][2]["outcome"], "answered", "{line}");
        assert_eq!(line["attempts"][2]["deployment"], "vendor/plain", "{line}");
    }
    // A refusal is explained too.
    let answer = call(roles, "all-fail", Some("true"), false).send().await;
    assert_eq!(answer.status, 429);
    assert_eq!(told(&answer)["attempts"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn others_are_refused_and_no_caller_is_told_unasked() {
    for roles in [&["chatter"][..], &["user"]] {
        let answer = call(roles, "plain-model", Some("true"), false).send().await;
        assert_eq!(answer.refusal(), (403, "permission_denied".to_owned()), "{roles:?}");
        assert!(answer.text().contains("explain"), "{}", answer.text());
        assert_eq!(answer.header(DECISION), None);
    }
    for explain in [None, Some("false")] {
        let answer = call(&["chatter", "explainer"], "plain-model", explain, false).send().await;
        assert_eq!((answer.status, answer.header(DECISION)), (200, None), "{explain:?}");
    }
    let answer = call(&["chatter", "explainer"], "plain-model", Some("yes"), false).send().await;
    assert_eq!(answer.refusal(), (400, "invalid_header".to_owned()));
}
