//! Copies of a route's requests for a candidate.

use crate::overload::with_server;
use postern_tests::{eventually, marker};
use serde_json::Value;

const ROUTES: &str = r#"
[[route]]
alias = "shadowed"
models = ["plain-model"]
shadow = { model = "p", percent = 100 }

[[route]]
alias = "only-this"
models = ["plain-model"]
shadow = { model = "secret-model", percent = 100 }
"#;

#[tokio::test]
async fn a_copy_of_a_request_goes_to_the_candidate_and_is_recorded_apart() {
    let (stage, _policies) = with_server("", &[("routes.toml", ROUTES)]);
    for streamed in [false, true] {
        let (marker, id) = (marker(), marker());
        let call = match streamed {
            true => stage.ask_streamed("shadowed", &marker),
            false => stage.ask("shadowed", &marker),
        };
        let answer = call.header("x-request-id", id.as_str()).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let served_by = answer.header("x-postern-served-by").unwrap();
        assert!(served_by.ends_with("/plain"), "{served_by}");
        let requests = || {
            let requests = stage.upstream.requests(&marker);
            (requests.len() == 2).then_some(requests)
        };
        let requests = eventually("the copy", requests).await;
        let model = |index: usize| requests[index].json()["model"].clone();
        assert_eq!((model(0), model(1)), ("plain".into(), "plain-2".into()));
        let mut copies: Vec<Value> =
            requests.iter().map(|request| request.json().clone()).collect();
        copies.iter_mut().for_each(|body| body["model"] = Value::Null);
        assert_eq!(copies[0], copies[1], "the candidate gets what the vendor gets");
        let lines = || {
            let log = stage.gateway.log();
            let lines = log.lines().filter(|line| line.contains(&id));
            let lines: Vec<Value> =
                lines.filter_map(|line| serde_json::from_str(line).ok()).collect();
            (lines.len() == 2).then_some(lines)
        };
        let lines = eventually("both records", lines).await;
        assert!(lines[0].get("shadow").is_none(), "{}", lines[0]);
        assert_eq!(lines[1]["shadow"], true);
        assert_eq!(lines[1]["outcome"], "complete", "{}", lines[1]);
        assert!(lines[1]["attempts"][0]["deployment"].as_str().unwrap().ends_with("/plain-2"));
        assert!(lines[1]["output_tokens"].as_u64().unwrap() > 0, "{}", lines[1]);
    }
}

/// The candidate must be one of the caller's models.
#[tokio::test]
async fn a_candidate_that_the_caller_may_not_use_gets_nothing() {
    let (stage, _policies) = with_server("", &[("routes.toml", ROUTES)]);
    let (marker, id) = (marker(), marker());
    let body = postern_tests::stage::question("only-this", &marker).to_string();
    let call = stage.gateway.call("POST", "/v1/chat/completions").body(body);
    let call = call.key(stage.restricted_key.expose()).header("x-request-id", id.as_str());
    let answer = call.send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let is_refused = || {
        let log = stage.gateway.log();
        let mut lines = log.lines().filter(|line| line.contains(&id));
        lines.any(|line| line.contains("\"shadow\":true") && line.contains("ModelNotFound"))
    };
    eventually("the record of the copy", || is_refused().then_some(())).await;
    assert_eq!(stage.upstream.requests(&marker).len(), 1);
}
