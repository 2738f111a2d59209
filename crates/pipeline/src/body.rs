//! Reads the request's body once, completely, under a cap, which holds for what is sent and for what it is decoded to.

use crate::head::Head;
use crate::memory::MemoryPermit;
use crate::refusal::Refusal;
use crate::stages::{Body, Platform};
use crate::within::within;
use postern_dialect::{Operation, media};
use postern_fault::{Fault, Kind};
use postern_policy::Gateway;

/// The first allocation if the client announced no length: most requests fit.
const USUAL_BYTES: usize = 16 * 1024;

/// How long a client may be silent within its body: an instance serves only 16 requests at once.
const SILENCE_MS: u64 = 60_000;

/// The longest body of a request that is read.
pub fn cap(operation: Operation, policy: &Gateway) -> u64 {
    match media::is_form(operation) {
        true => policy.max_binary_request_body_bytes,
        false => policy.max_request_body_bytes,
    }
}

/// Read the body.
///
/// # Errors
///
/// 413 over `max_bytes` (before anything is read, if the client said so), 408 for silence, 400 for what ended early or is
/// not in the coding that the client named.
pub async fn read(
    platform: &impl Platform,
    mut body: impl Body,
    head: &Head,
    max_bytes: u64,
) -> Result<(Vec<u8>, MemoryPermit), Refusal> {
    let announced = head.content_length.unwrap_or(0);
    if announced > max_bytes {
        return Err(too_large(max_bytes).into());
    }
    let cap = usize::try_from(max_bytes).unwrap_or(usize::MAX);
    let announced = usize::try_from(announced).unwrap_or(cap);
    let (bytes, permit) = collect(platform, &mut body, announced, cap).await?;
    if body.ending().await.is_err() {
        return Err(Refusal::http(400, "body_incomplete", "the body ended before it was whole"));
    }
    match head.coding {
        // The permit of what was sent is given back.
        Some(coding) => coding.decode(&bytes, cap, platform.memory_permit()),
        None => Ok((bytes, permit)),
    }
}

/// A body that is text.
///
/// # Errors
///
/// 400 for what is not UTF-8.
pub fn text(bytes: Vec<u8>) -> Result<String, Refusal> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Refusal::http(400, "invalid_encoding", format!("the body is not UTF-8 at byte {at}"))
    })
}

async fn collect(
    platform: &impl Platform,
    body: &mut impl Body,
    announced: usize,
    cap: usize,
) -> Result<(Vec<u8>, MemoryPermit), Refusal> {
    let mut permit = platform.memory_permit();
    permit.grow_to(announced)?;
    // One byte more than announced, so that the end is seen without growing.
    let mut bytes = Vec::with_capacity(if announced == 0 { USUAL_BYTES } else { announced + 1 });
    loop {
        if bytes.len() == bytes.capacity() {
            bytes.reserve(bytes.len().max(USUAL_BYTES));
        }
        let read = within(platform, SILENCE_MS, body.read(bytes));
        let Some((ended, filled)) = read.await else {
            let public = format!("the body was silent for {} s", SILENCE_MS / 1_000);
            return Err(Refusal::http(408, "request_timeout", public));
        };
        bytes = filled;
        if bytes.len() > cap {
            return Err(too_large(u64::try_from(cap).unwrap_or(u64::MAX)).into());
        }
        permit.grow_to(bytes.len())?;
        if ended {
            return Ok((bytes, permit));
        }
    }
}

fn too_large(max_bytes: u64) -> Fault {
    Fault::new(
        Kind::TooLarge,
        format!("the body has more than {max_bytes} bytes, this gateway's cap"),
    )
}
