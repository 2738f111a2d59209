//! Requests that are wrong: refused with what is wrong, and never sent on.
//!
//! Stages: gateway.

use postern_tests::{marker, shared};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const CHAT: &str = "/v1/chat/completions";
const EMBEDDINGS: &str = "/v1/embeddings";

/// Sends the body, expects a refusal, and gives its `param`.
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
        "", " ", "{", "not json", "[]", "\"text\"", "null", "1",
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
    let message = r#"[{"role":"user","content":"hi"}]"#;
    for (body, param) in [
        (format!(r#"{{"messages":{message}}}"#), "model"),
        (format!(r#"{{"model":null,"messages":{message}}}"#), "model"),
        (format!(r#"{{"model":7,"messages":{message}}}"#), "model"),
        (r#"{"model":"plain-model"}"#.to_owned(), "messages"),
        (r#"{"model":"plain-model","messages":null}"#.to_owned(), "messages"),
        (r#"{"model":"plain-model","messages":{}}"#.to_owned(), "messages"),
        (r#"{"model":"plain-model","messages":["hi"]}"#.to_owned(), "messages[0]"),
        (r#"{"model":"plain-model","messages":[{"content":"hi"}]}"#.to_owned(), "messages[0].role"),
        (r#"{"model":"plain-model","messages":[{"role":1,"content":"hi"}]}"#.to_owned(), "messages[0].role"),
        (format!(r#"{{"model":"plain-model","messages":{message},"stream":"yes"}}"#), "stream"),
        (format!(r#"{{"model":"plain-model","messages":{message},"max_tokens":"9"}}"#), "max_tokens"),
        (format!(r#"{{"model":"plain-model","messages":{message},"max_tokens":-1}}"#), "max_tokens"),
        (format!(r#"{{"model":"plain-model","messages":{message},"n":"two"}}"#), "n"),
        (format!(r#"{{"model":"plain-model","messages":{message},"tools":{{}}}}"#), "tools"),
        (format!(r#"{{"model":"plain-model","messages":{message},"stream":true,"stream_options":1}}"#), "stream_options"),
    ] {
        assert_eq!(refused(CHAT, &body).await, param, "{body}");
    }
    assert_eq!(refused(EMBEDDINGS, r#"{"model":"plain-model"}"#).await, "input");
    assert_eq!(refused(EMBEDDINGS, r#"{"input":"a"}"#).await, "model");
}

#[tokio::test]
async fn refuses_a_key_that_is_there_twice_where_another_reader_would_take_the_other() {
    let message = r#"[{"role":"user","content":"hi"}]"#;
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
            r#"{{"model":"plain-model","messages":[],"user":"{marker}","metadata":{}{}}}"#,
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
async fn refuses_a_body_over_the_cap_whether_its_length_is_announced_or_not() {
    let (stage, marker) = (shared(), marker());
    // Nothing of it is sent: the length alone is refused.
    let head = |length: &str| {
        format!(
            "POST {CHAT} HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n{length}\r\n\r\n",
            stage.key.expose()
        )
    };
    let announced = raw(&head("content-length: 1048577"), &[]).await;
    assert!(announced.starts_with("HTTP/1.1 413 "), "{announced}");
    let beginning = format!(r#"{{"model":"plain-model","user":"{marker}","messages":["#);
    let chunk = format!("{:x}\r\n{beginning}{}\r\n", beginning.len() + 65_536, " ".repeat(65_536));
    let chunks = vec![chunk; 17];
    let chunked = raw(&head("transfer-encoding: chunked"), &chunks).await;
    assert!(chunked.starts_with("HTTP/1.1 413 "), "{chunked}");
    assert!(stage.upstream.requests(&marker).is_empty());
}

#[tokio::test]
async fn takes_a_body_just_under_the_cap() {
    let (stage, marker) = (shared(), marker());
    let body = format!(r#"{{"model":"plain-model","messages":[],"user":"{marker}"}}"#);
    let body = format!("{body}{}", " ".repeat(1_048_576 - body.len()));
    assert_eq!(stage.chat_text(&body).send().await.status, 200);
    assert_eq!(stage.upstream.request(&marker).body.len(), 1_048_576 - "-model".len());
    stage.assert_nothing_invalid_was_sent();
}

#[tokio::test]
async fn refuses_a_body_that_is_not_utf_8_or_is_encoded() {
    let stage = shared();
    let mut body = br#"{"model":"plain-model","messages":[],"user":"?"}"#.to_vec();
    let at = body.len() - 3;
    body[at] = 0xFF;
    let answer = stage.call("POST", CHAT).body(body).send().await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    answer.error();
    let encoded = stage.chat_text("{}").header("content-encoding", "gzip").send().await;
    assert_eq!(encoded.status, 415);
    encoded.error();
}

#[tokio::test]
async fn says_which_method_a_path_answers_and_that_others_are_not_there() {
    let stage = shared();
    for (method, path, allow) in [
        ("GET", CHAT, "POST"),
        ("DELETE", CHAT, "POST"),
        ("PUT", EMBEDDINGS, "POST"),
        ("POST", "/v1/models", "GET"),
        ("DELETE", "/v1/models/plain-model", "GET"),
        ("POST", "/healthz", "GET"),
    ] {
        let answer = stage.call(method, path).send().await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some(allow)), "{method} {path}");
        answer.error();
    }
    for path in ["/", "/v1", "/v1/", "/v1/chat", "/v1/chat/completions/", "/v1/completions", "/v2/models", "//v1/models"] {
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
async fn refuses_headers_that_are_too_large() {
    let stage = shared();
    let large = stage.ask("plain-model", &marker()).header("x-large", "x".repeat(33 * 1024));
    let answer = large.send().await;
    assert_eq!(answer.status, 431, "{}", answer.text());
    answer.error();
    // More than the host itself takes: no component sees it.
    let head = format!("GET /healthz HTTP/1.1\r\nhost: gateway\r\nx-large: {}\r\n\r\n", "x".repeat(200 * 1024));
    let answer = raw(&head, &[]).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    let many: String = (0..200).map(|number| format!("x-{number}: 1\r\n")).collect();
    let answer = raw(&format!("GET /healthz HTTP/1.1\r\nhost: gateway\r\n{many}\r\n"), &[]).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
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

#[tokio::test]
async fn refuses_what_is_not_http() {
    for head in ["GET /healthz\r\n\r\n", "\u{1}\u{2}\u{3}\r\n\r\n", "POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n"] {
        let answer = raw(head, &[]).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{head:?}: {answer}");
    }
    assert_eq!(shared().gateway.call("GET", "/healthz").send().await.status, 200);
}

#[tokio::test]
async fn refuses_a_message_with_two_lengths() {
    // RFC 9112, 6.3: what smuggles a request past one reader is no request.
    let both = "POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}";
    let answer = raw(both, &[]).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}

#[tokio::test]
async fn a_body_that_ends_early_is_no_request() {
    let (stage, marker) = (shared(), marker());
    let mut connection = TcpStream::connect(stage.gateway.address()).await.unwrap();
    let head = format!(
        "POST {CHAT} HTTP/1.1\r\nhost: gateway\r\nx-api-key: {}\r\ncontent-length: 1000\r\n\r\n",
        stage.key.expose()
    );
    let body = format!(r#"{{"model":"plain-model","messages":[],"user":"{marker}"}}"#);
    connection.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    connection.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let _ = connection.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(stage.upstream.requests(&marker).is_empty());
}

/// Writes a head and what follows as they are, and reads what comes until the head of an answer is whole.
async fn raw(head: &str, more: &[String]) -> String {
    let mut connection = TcpStream::connect(shared().gateway.address()).await.unwrap();
    connection.write_all(head.as_bytes()).await.unwrap();
    for part in more {
        // Who has heard enough may close.
        if connection.write_all(part.as_bytes()).await.is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    let read = async {
        while !answer.windows(4).any(|four| four == b"\r\n\r\n") {
            match connection.read(&mut buffer).await {
                Ok(0) | Err(_) => break,
                Ok(count) => answer.extend_from_slice(&buffer[..count]),
            }
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(30), read).await;
    assert!(in_time.is_ok(), "no answer to {:?}", head.get(..100).unwrap_or(head));
    String::from_utf8_lossy(&answer).into_owned()
}
