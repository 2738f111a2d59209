//! The whole answer of a server that is no vendor: a token endpoint's, an introspection endpoint's.

use spin_sdk::wasip3::http::types::Response;
use spin_sdk::wasip3::wit_future;
use spin_sdk::wit_bindgen::rt::async_support::StreamResult;

/// Such answers are under 4 KiB.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Its text; of a longer one the beginning, which is then no JSON.
pub async fn text(response: Response) -> String {
    let (taken, result) = wit_future::new(|| Ok(()));
    let (mut body, _trailers) = Response::consume_body(response, result);
    let mut bytes = Vec::with_capacity(4_096);
    loop {
        let (status, read) = body.read(bytes).await;
        bytes = read;
        let ended = status == StreamResult::Dropped;
        if ended || bytes.len() >= MAX_ANSWER_BYTES {
            break;
        }
        if bytes.len() == bytes.capacity() {
            bytes.reserve(bytes.len());
        }
    }
    drop(taken);
    String::from_utf8_lossy(&bytes).into_owned()
}
