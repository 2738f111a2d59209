//! A deployment that a caller may not use is not tried.

use super::{asked, assert_refused, guarded, key, policies};
use postern_tests::client::Answer;
use postern_tests::issuer::Guarded;
use postern_tests::marker;
use serde_json::{Value, json};

const SERVED_BY: &str = "x-postern-served-by";

/// The models that the vendor was asked for, in order.
fn tried(guarded: &Guarded, marker: &str) -> Vec<String> {
    let requests = guarded.stage.upstream.requests(marker);
    requests.iter().map(|request| request.json()["model"].as_str().unwrap().to_owned()).collect()
}

fn assert_served(answer: &Answer, deployment: &str) {
    assert_eq!(answer.header(SERVED_BY), Some(deployment), "{}", answer.text());
}

#[tokio::test]
async fn a_model_is_permitted_by_its_name() {
    let (answer, ..) = asked(&["one-model"], "plain-model").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let (answer, line, marker) = asked(&["one-model"], "p").await;
    assert_refused(&answer, &line, "chat", "p", &marker);
}

#[tokio::test]
async fn a_route_is_permitted_and_not_what_stands_behind_it_alone() {
    let (answer, ..) = asked(&["one-route"], "only-this").await;
    assert_served(&answer, "vendor/plain");
    let (answer, line, marker) = asked(&["one-route"], "secret-model").await;
    assert_refused(&answer, &line, "chat", "secret-model", &marker);
}

#[tokio::test]
async fn what_is_refused_is_skipped_and_what_is_left_is_tried() {
    let (answer, line, marker) = asked(&["user", "careful"], "first-fails").await;
    assert_served(&answer, "vendor/plain");
    assert_eq!(tried(guarded(), &marker), ["error-503", "plain"]);
    let refused =
        json!([{ "deployment": "vendor/error-500", "policies": ["nobody-fails-on-purpose"] }]);
    assert_eq!(line["access"]["refused"], refused, "{line}");
    assert_eq!(line["access"]["allowed"], true);
    // A caller with all rights tries all.
    let (answer, line, marker) = asked(&["user"], "first-fails").await;
    assert_served(&answer, "vendor/plain");
    assert_eq!(tried(guarded(), &marker), ["error-500", "error-503", "plain"]);
    assert_eq!(line["access"]["refused"], Value::Null, "{line}");
}

#[tokio::test]
async fn a_region_is_kept_by_policy() {
    let roles: &[&str] = &["user", "european"];
    for (model, served) in [
        ("in-eu", "vendor-eu/plain"),
        ("in-both", "vendor-eu/plain"),
        ("first-us", "vendor-eu/plain"),
    ] {
        let (answer, _, marker) = asked(roles, model).await;
        assert_served(&answer, served);
        assert_eq!(tried(guarded(), &marker).len(), 1, "{model}");
    }
    // A provider without a region is in none.
    for model in ["in-us", "plain-model"] {
        let (answer, line, marker) = asked(roles, model).await;
        assert_refused(&answer, &line, "chat", model, &marker);
    }
    let (answer, ..) = asked(&["user"], "in-both").await;
    assert_served(&answer, "vendor-us/plain-2");
}

#[tokio::test]
async fn a_region_is_kept_by_the_consumer_whatever_policy_permits() {
    let guarded =
        Guarded::start(&policies().consumer("eu-data", "roles = [\"user\"]\nregions = [\"eu\"]"));
    let key = guarded.stage.gateway.issue_key("eu-data");
    for model in ["in-eu", "in-both", "first-us"] {
        let marker = marker();
        let answer = guarded.ask(model, &marker).key(key.expose()).send().await;
        assert_served(&answer, "vendor-eu/plain");
        assert_eq!(tried(&guarded, &marker), ["plain"], "{model}");
    }
    for model in ["in-us", "plain-model"] {
        let marker = marker();
        let answer = guarded.ask(model, &marker).key(key.expose()).send().await;
        assert_eq!(answer.refusal(), (422, "no_eligible_deployment".to_owned()), "{model}");
        guarded.assert_nothing_reached_the_vendor(&marker);
    }
}

#[tokio::test]
async fn what_consumers_toml_does_not_name_no_policy_opens() {
    let guarded = Guarded::start(&policies());
    // Every model would be permitted; `restricted` may request three.
    let body = |marker: &str| guarded.ask("secret-model", marker);
    let marker = marker();
    let answer = body(&marker).key(guarded.stage.restricted_key.expose()).send().await;
    assert_eq!(answer.refusal(), (404, "model_not_found".to_owned()));
    guarded.assert_nothing_reached_the_vendor(&marker);
}

#[tokio::test]
async fn a_stream_is_refused_before_it_begins() {
    let marker = marker();
    let mut body = postern_tests::stage::question("plain-model", &marker);
    body["stream"] = true.into();
    let call = guarded().stage.gateway.call("POST", "/v1/chat/completions");
    let answer = call.key(key(&[]).expose()).body(body.to_string()).send().await;
    assert_eq!(answer.refusal(), (403, "permission_denied".to_owned()));
    guarded().assert_nothing_reached_the_vendor(&marker);
}
