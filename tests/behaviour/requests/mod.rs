//! Invalid requests are refused with their problem, and never sent on.
//!
//! Stages: gateway.

mod codings;
mod http;

use postern_tests::{marker, shared};

const CHAT: &str = "/v1/chat/completions";
const EMBEDDINGS: &str = "/v1/embeddings";
const MESSAGE: &str = r#"{"role":"user","content":"hi"}"#;

/// Sends the body, expects a refusal, and returns its `param`.
async fn refused(path: &str, body: &str) -> String {
    let stage = shared();
    let answer = stage.call("POST", path).body(body.to_owned()).send().await;
    assert_eq!(answer.status, 400, "{body}: {}", answer.text());
    let error = answer.error();
    assert_eq!(error["type"], "invalid_request_error", "{body}");
    error["param"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn refuses_what_is_not_an_object_of_json() {
    for body in [
        "",
        " ",
        "{",
        "not json",
        "[]",
        "\"text\"",
        "null",
        "1",
        r#"{"model":"plain-model","messages":[]"#,
        r#"{"model":"plain-model","messages":[]}}"#,
        r#"{"model":"plain-model","messages":[],}"#,
        r#"{'model':'plain-model'}"#,
        "{\"model\":\"plain-model\",\"messages\":[],\"user\":\"\t\"}",
        r#"{"model":"plain-model","messages":[],"user":"\ud800"}"#,
        r#"{"model":"plain-model","messages":[],"seed":01}"#,
        r#"{"model":"plain-model","messages":[],"seed":NaN}"#,
    ] {
        refused(CHAT, body).await;
    }
}

#[tokio::test]
async fn names_the_field_that_is_missing_or_of_another_type() {
    let message = format!("[{MESSAGE}]");
    for (body, param) in [
        (format!(r#"{{"messages":{message}}}"#), "model"),
        (format!(r#"{{"model":null,"messages":{message}}}"#), "model"),
        (format!(r#"{{"model":7,"messages":{message}}}"#), "model"),
        (r#"{"model":"plain-model"}"#.to_owned(), "messages"),
        (r#"{"model":"plain-model","messages":null}"#.to_owned(), "messages"),
        (r#"{"model":"plain-model","messages":{}}"#.to_owned(), "messages"),
        (r#"{"model":"plain-model","messages":["hi"]}"#.to_owned(), "messages[0]"),
        (r#"{"model":"plain-model","messages":[{"content":"hi"}]}"#.to_owned(), "messages[0].role"),
        (
            r#"{"model":"plain-model","messages":[{"role":1,"content":"hi"}]}"#.to_owned(),
            "messages[0].role",
        ),
        (format!(r#"{{"model":"plain-model","messages":{message},"stream":"yes"}}"#), "stream"),
        (
            format!(r#"{{"model":"plain-model","messages":{message},"max_tokens":"9"}}"#),
            "max_tokens",
        ),
        (
            format!(r#"{{"model":"plain-model","messages":{message},"max_tokens":-1}}"#),
            "max_tokens",
        ),
        (format!(r#"{{"model":"plain-model","messages":{message},"n":"two"}}"#), "n"),
        (format!(r#"{{"model":"plain-model","messages":{message},"tools":{{}}}}"#), "tools"),
        (
            format!(
                r#"{{"model":"plain-model","messages":{message},"stream":true,"stream_options":1}}"#
            ),
            "stream_options",
        ),
    ] {
        assert_eq!(refused(CHAT, &body).await, param, "{body}");
    }
    assert_eq!(refused(EMBEDDINGS, r#"{"model":"plain-model"}"#).await, "input");
    assert_eq!(refused(EMBEDDINGS, r#"{"input":"a"}"#).await, "model");
}

#[tokio::test]
async fn refuses_a_key_that_is_there_twice_where_another_reader_would_take_the_other() {
    let message = format!("[{MESSAGE}]");
    for body in [
        format!(r#"{{"model":"plain-model","model":"secret","messages":{message}}}"#),
        format!(r#"{{"model":"plain-model","messages":{message},"mod\u0065l":"secret"}}"#),
        format!(r#"{{"model":"plain-model","messages":{message},"messages":{message}}}"#),
        format!(r#"{{"model":"plain-model","messages":{message},"stream":false,"stream":true}}"#),
    ] {
        refused(CHAT, &body).await;
    }
    shared().assert_nothing_invalid_was_sent();
}

#[tokio::test]
async fn bounds_how_deep_a_body_is_nested() {
    let (stage, marker) = (shared(), marker());
    let nested = |depth: usize| {
        format!(
            r#"{{"model":"plain-model","messages":[{MESSAGE}],"user":"{marker}","metadata":{}{}}}"#,
            "[".repeat(depth - 1),
            "]".repeat(depth - 1)
        )
    };
    assert_eq!(stage.chat_text(&nested(128)).send().await.status, 200);
    for depth in [129, 1_000, 400_000] {
        refused(CHAT, &nested(depth)).await;
    }
    assert_eq!(stage.upstream.requests(&marker).len(), 1);
}

#[tokio::test]
async fn takes_a_body_just_under_the_cap() {
    let (stage, marker) = (shared(), marker());
    let body = format!(r#"{{"model":"plain-model","messages":[{MESSAGE}],"user":"{marker}"}}"#);
    let body = format!("{body}{}", " ".repeat(1_048_576 - body.len()));
    assert_eq!(stage.chat_text(&body).send().await.status, 200);
    assert_eq!(stage.upstream.request(&marker).body.len(), 1_048_576 - "-model".len());
    stage.assert_nothing_invalid_was_sent();
}

#[tokio::test]
async fn refuses_a_body_that_is_not_utf_8() {
    let stage = shared();
    let mut body = br#"{"model":"plain-model","messages":[],"user":"?"}"#.to_vec();
    let at = body.len() - 3;
    body[at] = 0xFF;
    let answer = stage.call("POST", CHAT).body(body).send().await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    answer.error();
}

#[tokio::test]
async fn says_which_method_a_path_answers_and_that_others_are_not_there() {
    let stage = shared();
    for (method, path, allow) in [
        ("GET", CHAT, "POST"),
        ("DELETE", CHAT, "POST"),
        ("PUT", EMBEDDINGS, "POST"),
        ("POST", "/v1/models", "GET, HEAD"),
        ("DELETE", "/v1/models/plain-model", "GET, HEAD"),
        ("POST", "/healthz", "GET, HEAD"),
        ("POST", "/", "GET, HEAD"),
    ] {
        let answer = stage.call(method, path).send().await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some(allow)), "{method} {path}");
        answer.error();
    }
    for path in [
        "/v1",
        "/v1/",
        "/v1/chat",
        "/v1/chat/completions/",
        "/v1/audio",
        "/v1/files",
        "/v2/models",
        "//v1/models",
    ] {
        let answer = stage.call("POST", path).send().await;
        assert_eq!(answer.status, 404, "{path}");
        answer.error();
    }
}

#[tokio::test]
async fn answers_a_path_with_a_query_as_the_path() {
    let answer = shared().call("GET", "/v1/models?limit=2").send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test]
async fn refuses_a_header_that_is_not_utf_8() {
    let (stage, marker) = (shared(), marker());
    for name in ["x-note", "authorization", "x-request-id"] {
        let call = stage.gateway.call("POST", CHAT).header("x-api-key", stage.key.expose());
        let call = call.body(postern_tests::stage::question("plain-model", &marker).to_string());
        let answer = call.header(name, vec![b'a', 0xFF, b'b']).send().await;
        assert_eq!(answer.status, 400, "{name}: {}", answer.text());
        answer.error();
    }
    assert!(stage.upstream.requests(&marker).is_empty());
}
