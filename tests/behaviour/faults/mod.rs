//! The answers to clients when the vendor fails before any part of an answer was sent.
//!
//! Stages: gateway, provider, upstream.

use postern_tests::upstream::{ANSWER_PREFIX, CREDENTIAL, Ending};
use postern_tests::{Options, Stage, eventually, marker, shared};

/// Model, status, code.
const FAULTS: [(&str, u16, &str); 11] = [
    ("hang-up", 502, "upstream_unreachable"),
    ("error-401", 502, "upstream_failed"),
    ("error-403", 502, "upstream_failed"),
    ("error-404", 502, "upstream_failed"),
    ("error-500", 502, "upstream_failed"),
    ("error-html", 502, "upstream_failed"),
    ("error-huge", 502, "upstream_failed"),
    ("redirect", 502, "upstream_failed"),
    ("html", 502, "upstream_invalid"),
    ("silent", 504, "upstream_timeout"),
    ("rate-limited", 429, "rate_limit_exceeded"),
];

#[tokio::test]
async fn each_fault_has_its_status_and_code_whole_and_streamed() {
    let stage = shared();
    for (model, status, code) in FAULTS {
        for streamed in [true, false] {
            let marker = marker();
            let call = match streamed {
                true => stage.ask_streamed(model, &marker),
                false => stage.ask(model, &marker),
            };
            let answer = call.send().await;
            assert_eq!(answer.refusal(), (status, code.to_owned()), "{model}: {}", answer.text());
            let text = answer.text();
            assert!(!text.contains(CREDENTIAL) && !text.contains("sk-vendor"), "{text}");
            assert!(!text.contains("<html"), "the vendor's page is passed on: {text}");
            assert_eq!(stage.upstream.requests(&marker).len(), 1, "{model} is asked once");
        }
    }
    stage.assert_nothing_invalid_was_sent();
}

#[tokio::test]
async fn a_whole_answer_that_is_not_whole_is_no_answer() {
    for (model, status, code) in [
        ("cut", 502, "upstream_invalid"),
        ("malformed", 502, "upstream_invalid"),
        ("silent-midstream", 504, "upstream_timeout"),
    ] {
        let answer = shared().ask(model, &marker()).send().await;
        assert_eq!(answer.refusal(), (status, code.to_owned()), "{model}: {}", answer.text());
        assert!(!answer.text().contains(ANSWER_PREFIX));
    }
}

#[tokio::test]
async fn json_where_a_stream_was_asked_for_is_refused() {
    let answer = shared().ask_streamed("not-a-stream", &marker()).send().await;
    assert_eq!(answer.refusal(), (502, "upstream_invalid".to_owned()));
}

#[tokio::test]
async fn a_rate_limit_is_passed_on_with_its_time() {
    let answer = shared().ask("rate-limited", &marker()).send().await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("retry-after"), Some("7"));
}

#[tokio::test]
async fn an_overloaded_vendor_is_a_503() {
    let answer = shared().ask("error-503", &marker()).send().await;
    assert_eq!(answer.status, 503, "{}", answer.text());
    answer.error();
}

#[tokio::test]
async fn what_the_vendor_finds_wrong_with_the_request_is_the_clients_to_mend() {
    let answer = shared().ask("error-400", &marker()).send().await;
    let error = answer.error();
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert_eq!(error["type"], "invalid_request_error");
    assert_eq!(
        (&error["param"], &error["code"]),
        (&"max_tokens".into(), &"context_length_exceeded".into())
    );
}

#[tokio::test]
async fn an_endless_answer_is_refused_without_being_held() {
    // The limit of the tests' policies is 8 MiB; an answer may be in memory several times while it grows.
    const GROWTH_BYTES: u64 = 128 * 1024 * 1024;
    let stage = Stage::start();
    stage.ask("plain-model", &marker()).send().await;
    let before = stage.gateway.resident_bytes();
    let marker = marker();
    let answer = stage.ask("huge", &marker).send().await;
    assert_eq!(answer.refusal(), (502, "upstream_invalid".to_owned()), "{}", answer.text());
    let request = stage.upstream.request(&marker);
    eventually("the vendor is left", || (request.ending() == Ending::PeerGone).then_some(())).await;
    if let (Some(before), Some(after)) = (before, stage.gateway.resident_bytes()) {
        assert!(after < before + GROWTH_BYTES, "{before} bytes became {after}");
    }
}

#[tokio::test]
async fn a_vendor_that_is_not_there_is_a_502() {
    // A port that was free a moment ago, without a listener.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let variables =
        vec![variable("openai_base_url", &origin), variable("openai_api_key", CREDENTIAL)];
    let gateway = postern_tests::Gateway::start(&Options { variables, ..Options::default() });
    let key = gateway.issue_key("tester");
    for streamed in [true, false] {
        let mut body = postern_tests::stage::question("plain-model", &marker());
        body["stream"] = streamed.into();
        let call = gateway.call("POST", "/v1/chat/completions").key(key.expose());
        let answer = call.body(body.to_string()).send().await;
        assert_eq!(answer.refusal(), (502, "upstream_unreachable".to_owned()));
    }
}

#[tokio::test]
async fn a_model_whose_credential_is_not_set_is_not_there_and_the_operator_is_told_why() {
    let upstream = postern_tests::Upstream::start();
    let variables = vec![("openai_base_url".to_owned(), upstream.origin())];
    let gateway = postern_tests::Gateway::start(&Options { variables, ..Options::default() });
    let key = gateway.issue_key("tester");
    let body = postern_tests::stage::question("plain-model", "no-credential").to_string();
    let call = gateway.call("POST", "/v1/chat/completions").key(key.expose()).body(body);
    let answer = call.header("x-request-id", "no-credential").send().await;
    assert_eq!(answer.status, 404, "{}", answer.text());
    assert!(!answer.text().contains("openai_api_key"), "{}", answer.text());
    let line = gateway.log_line("no-credential").await.to_string();
    assert!(line.contains("openai_api_key"), "the operator is told: {line}");
    assert!(upstream.requests("no-credential").is_empty());
}
