//! What is read here of answers: the whole one of a server that is no vendor (a token endpoint's, an introspection
//! endpoint's), and a vendor's refusal, which may quote what it was sent.

use crate::secrets;
use postern_contract::body;
use postern_contract::clock::within;
use spin_sdk::wasip3::http::types::Response;
use spin_sdk::wasip3::{wit_future, wit_stream};
use spin_sdk::wit_bindgen::rt::async_support::{StreamReader, StreamResult};

/// Such answers are under 4 KiB.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Its text; of one that is longer, or no text, nothing: it is no answer.
pub async fn text(response: Response) -> String {
    body::text(response, MAX_ANSWER_BYTES).await.unwrap_or_default()
}

/// How much of a refusal goes on: vendors' error objects are under 2 KiB.
const MAX_REFUSAL_BYTES: usize = 64 * 1024;

/// Its body is on its way when its head is there; another deployment waits for it.
const REFUSAL_MS: u64 = 2_000;

/// The beginning of a refusal, without our secrets.
pub async fn refusal(response: Response) -> StreamReader<u8> {
    let mut bytes = Vec::new();
    let (taken, result) = wit_future::new(|| Ok(()));
    let (mut body, _trailers) = Response::consume_body(response, result);
    within(REFUSAL_MS, async {
        while bytes.len() < MAX_REFUSAL_BYTES {
            let (status, mut read) = body.read(Vec::with_capacity(MAX_REFUSAL_BYTES)).await;
            bytes.append(&mut read);
            if status == StreamResult::Dropped {
                break;
            }
        }
    })
    .await;
    drop(taken);
    let text = secrets::masked(&String::from_utf8_lossy(&bytes));
    let (mut writer, contents) = wit_stream::new();
    spin_sdk::wasip3::spawn(async move {
        // The gateway may have left.
        let _ = writer.write_all(text.into_bytes()).await;
    });
    contents
}
