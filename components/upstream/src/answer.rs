//! The answers that are read here: those of servers that are not vendors (token and introspection endpoints), and a
//! vendor's refusal, which may quote its request.

use crate::secrets;
use postern_contract::body;
use postern_contract::clock::within;
use spin_sdk::wasip3::http::types::Response;
use spin_sdk::wasip3::{wit_future, wit_stream};
use spin_sdk::wit_bindgen::rt::async_support::{StreamReader, StreamResult};

/// Such answers are under 4 KiB.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// The text of an answer; empty if it is longer, or not text, and so no valid answer.
pub async fn text(response: Response) -> String {
    body::text(response, MAX_ANSWER_BYTES).await.unwrap_or_default()
}

/// The most of a refusal that is passed on: vendors' error objects are under 2 KiB.
const MAX_REFUSAL_BYTES: usize = 64 * 1024;

/// The body follows its head at once; another deployment waits for it.
const REFUSAL_MS: u64 = 2_000;

/// The beginning of a refusal, with our secrets masked.
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
