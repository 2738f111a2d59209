//! Buffers an answer that no client waits for: a document, a token.

use spin_sdk::wasip3::http::types::Response;
use spin_sdk::wasip3::wit_future;
use spin_sdk::wit_bindgen::rt::async_support::StreamResult;

/// Reads the body to its end; none if it is longer than `max_bytes` or not UTF-8 text.
pub async fn text(response: Response, max_bytes: usize) -> Option<String> {
    let (taken, result) = wit_future::new(|| Ok(()));
    let (mut body, _trailers) = Response::consume_body(response, result);
    let mut bytes = Vec::with_capacity(4_096);
    loop {
        let (status, read) = body.read(bytes).await;
        bytes = read;
        if bytes.len() > max_bytes {
            return None;
        }
        if status == StreamResult::Dropped {
            break;
        }
        if bytes.len() == bytes.capacity() {
            bytes.reserve(bytes.len());
        }
    }
    drop(taken);
    String::from_utf8(bytes).ok()
}
