//! Large requests beside small ones.

use postern_tests::stage::question;
use postern_tests::{marker, shared};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More than the concurrent requests of one instance (16).
const LARGE: usize = 20;

/// The largest body that the policies of the tests allow.
const BYTES: usize = 1_048_576;

#[tokio::test]
async fn small_requests_are_answered_while_many_large_ones_are_being_read() {
    let stage = shared();
    let mut body = question("plain-model", "");
    body["metadata"] = serde_json::json!({ "padding": "" });
    let missing = BYTES - body.to_string().len();
    body["metadata"]["padding"] = "x".repeat(missing).into();
    let body = body.to_string();
    let (first, rest) = body.split_at(BYTES / 2);
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {BYTES}\r\n\r\n",
        stage.key.expose()
    );
    let mut large = Vec::new();
    for _ in 0..LARGE {
        let mut connection = TcpStream::connect(stage.gateway.address()).await.unwrap();
        connection.write_all(head.as_bytes()).await.unwrap();
        connection.write_all(first.as_bytes()).await.unwrap();
        large.push(connection);
    }
    for _ in 0..50 {
        assert_eq!(stage.ask("plain-model", &marker()).send().await.status, 200);
    }
    for connection in &mut large {
        connection.write_all(rest.as_bytes()).await.unwrap();
    }
    for mut connection in large {
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    stage.assert_nothing_invalid_was_sent();
}
