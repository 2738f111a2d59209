//! Errors of HTTP itself, byte by byte.

use super::{CHAT, MESSAGE};
use postern_tests::{marker, shared};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

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
async fn refuses_headers_that_are_too_large() {
    let stage = shared();
    let large = stage.ask("plain-model", &marker()).header("x-large", "x".repeat(33 * 1024));
    let answer = large.send().await;
    assert_eq!(answer.status, 431, "{}", answer.text());
    answer.error();
    // More than the host itself accepts: no component sees it.
    let head = format!(
        "GET /healthz HTTP/1.1\r\nhost: gateway\r\nx-large: {}\r\n\r\n",
        "x".repeat(200 * 1024)
    );
    let answer = raw(&head, &[]).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    let many: String = (0..200).map(|number| format!("x-{number}: 1\r\n")).collect();
    let answer = raw(&format!("GET /healthz HTTP/1.1\r\nhost: gateway\r\n{many}\r\n"), &[]).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test]
async fn refuses_what_is_not_http() {
    for head in [
        "GET /healthz\r\n\r\n",
        "\u{1}\u{2}\u{3}\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
    ] {
        let answer = raw(head, &[]).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{head:?}: {answer}");
    }
    assert_eq!(shared().gateway.call("GET", "/healthz").send().await.status, 200);
}

#[tokio::test]
async fn refuses_a_message_with_two_lengths() {
    // RFC 9112, 6.3: an ambiguous request is refused, since it could smuggle another past a reader.
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
    let body = format!(r#"{{"model":"plain-model","messages":[{MESSAGE}],"user":"{marker}"}}"#);
    connection.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    connection.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let _ = connection.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(stage.upstream.requests(&marker).is_empty());
}

#[tokio::test]
async fn asks_for_a_body_that_waits_to_be_asked_for() {
    // RFC 9110, 10.1.1: curl waits with bodies over 1 MiB, and a second at most with smaller ones.
    let (stage, marker) = (shared(), marker());
    let body = postern_tests::stage::question("plain-model", &marker).to_string();
    let head = format!(
        "POST {CHAT} HTTP/1.1\r\nhost: gateway\r\nx-api-key: {}\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        stage.key.expose(),
        body.len()
    );
    let answer = raw(&head, &[]).await;
    assert!(answer.starts_with("HTTP/1.1 100 "), "{answer}");
}

/// Writes a head and the following bytes unchanged, and reads until the head of an answer is complete.
async fn raw(head: &str, more: &[String]) -> String {
    let mut connection = TcpStream::connect(shared().gateway.address()).await.unwrap();
    connection.write_all(head.as_bytes()).await.unwrap();
    for part in more {
        // The peer may close early.
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
