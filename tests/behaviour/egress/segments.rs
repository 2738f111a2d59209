//! Head and body of a vendor's request leave together.

use postern_tests::upstream::CREDENTIAL;
use postern_tests::{Gateway, Options, manifest, stage};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Larger than the request.
const BUFFER_BYTES: usize = 256 * 1024;

/// A vendor that answers one request, and returns what its first read had.
fn vendor(listener: TcpListener) -> Vec<u8> {
    let (mut connection, _) = listener.accept().unwrap();
    let mut buffer = vec![0; BUFFER_BYTES];
    let first = connection.read(&mut buffer).unwrap();
    buffer.truncate(first);
    answer(&mut connection, &buffer);
    buffer
}

/// Reads the rest, if there is one: the test is to fail for what it found, not for an answer that did not come.
fn answer(connection: &mut TcpStream, first: &[u8]) {
    let mut request = first.to_vec();
    while !is_whole(&request) {
        let mut more = [0; 4096];
        let read = connection.read(&mut more).unwrap();
        request.extend_from_slice(&more[..read]);
    }
    let body = r#"{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Three."},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}"#;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
    let answer = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    connection.write_all(answer.as_bytes()).unwrap();
}

/// Whether a request has the body that its head announces.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.expect("a length").trim().parse::<usize>().unwrap() == body.len()
}

#[tokio::test]
async fn head_and_body_of_a_request_arrive_in_one_read() {
    for padding in [0, 2_000, 30_000] {
        let manifest = Some(manifest::for_spin());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let vendor = thread::spawn(move || vendor(listener));
        let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let variables =
            vec![variable("openai_base_url", &origin), variable("openai_api_key", CREDENTIAL)];
        let gateway = Gateway::start(&Options { variables, manifest, ..Options::default() });
        let key = gateway.issue_key("tester");
        let mut body = stage::question("plain-model", "segments");
        body["metadata"] = serde_json::json!({ "padding": "x".repeat(padding) });
        let call = gateway.call("POST", "/v1/chat/completions").key(key.expose());
        let answer = call.body(body.to_string()).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let first = vendor.join().unwrap();
        assert!(is_whole(&first), "the first read had {} bytes", first.len());
    }
}
