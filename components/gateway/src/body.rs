//! The request's body, read once, whole, under a cap.

use crate::head::Head;
use crate::refusal::Refusal;
use postern_fault::{Fault, Kind};
use spin_sdk::wasip3::http::types::Request;
use spin_sdk::wasip3::wit_bindgen::StreamResult;
use spin_sdk::wasip3::wit_future;

/// First allocation where the client announced no length: most requests fit.
const USUAL_BYTES: usize = 16 * 1024;

/// Read the body as text.
///
/// # Errors
///
/// 413 over `max_bytes` (before anything is read, if the client said so), 400 for what is not UTF-8 or ended early.
pub async fn read(request: Request, head: &Head, max_bytes: u64) -> Result<String, Refusal> {
    let announced = head.content_length.unwrap_or(0);
    if announced > max_bytes {
        return Err(too_large(max_bytes).into());
    }
    let cap = usize::try_from(max_bytes).unwrap_or(usize::MAX);
    let announced = usize::try_from(announced).unwrap_or(cap);
    let (taken, result) = wit_future::new(|| Ok(()));
    let (mut stream, trailers) = Request::consume_body(request, result);
    // One byte more than announced, so that the end is seen without growing.
    let mut bytes = Vec::with_capacity(if announced == 0 { USUAL_BYTES } else { announced + 1 });
    loop {
        if bytes.len() == bytes.capacity() {
            bytes.reserve(bytes.len().max(USUAL_BYTES));
        }
        let (status, filled) = stream.read(bytes).await;
        bytes = filled;
        if bytes.len() > cap {
            return Err(too_large(max_bytes).into());
        }
        if status == StreamResult::Dropped {
            break;
        }
    }
    drop(taken);
    if trailers.await.is_err() {
        return Err(Refusal::http(400, "body_incomplete", "the body ended before it was whole"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Refusal::http(400, "invalid_encoding", format!("the body is not UTF-8 at byte {at}"))
    })
}

fn too_large(max_bytes: u64) -> Fault {
    Fault::new(
        Kind::TooLarge,
        format!("the body has more than {max_bytes} bytes, this gateway's cap"),
    )
}
