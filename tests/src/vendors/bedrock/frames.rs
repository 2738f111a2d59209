//! AWS's event stream, as a sender of it
//! (<https://smithy.io/2.0/aws/amazon-eventstream.html>).

use bytes::Bytes;
use serde_json::{Value, json};

pub(super) const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

/// The type of a header's value that is a string.
const STRING: u8 = 7;

/// An event of this type, padded as the service pads it.
pub(super) fn event(kind: &str, payload: &Value) -> Bytes {
    let mut payload = payload.clone();
    payload["p"] = json!("abcdefghijk");
    let headers =
        [(":event-type", kind), (":content-type", "application/json"), (":message-type", "event")];
    frame(&headers, payload.to_string().as_bytes()).into()
}

/// What ends a stream that fails.
pub(super) fn exception(kind: &str, message: &str) -> Bytes {
    let headers = [
        (":exception-type", kind),
        (":content-type", "application/json"),
        (":message-type", "exception"),
    ];
    frame(&headers, json!({ "message": message }).to_string().as_bytes()).into()
}

/// An event that was damaged on its way.
pub(super) fn broken() -> Bytes {
    let payload = json!({ "contentBlockIndex": 0, "delta": { "text": "x" } });
    let mut frame = event("contentBlockDelta", &payload).to_vec();
    if let Some(last) = frame.last_mut() {
        *last ^= 1;
    }
    frame.into()
}

fn frame(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    let mut head = Vec::new();
    for (name, value) in headers {
        head.push(u8::try_from(name.len()).expect("a short name"));
        head.extend_from_slice(name.as_bytes());
        head.push(STRING);
        head.extend_from_slice(&u16::try_from(value.len()).expect("a short value").to_be_bytes());
        head.extend_from_slice(value.as_bytes());
    }
    let length = |bytes: usize| u32::try_from(bytes).expect("a short frame").to_be_bytes();
    let mut frame = Vec::new();
    frame.extend_from_slice(&length(12 + head.len() + payload.len() + 4));
    frame.extend_from_slice(&length(head.len()));
    frame.extend_from_slice(&crc32fast::hash(&frame).to_be_bytes());
    frame.extend_from_slice(&head);
    frame.extend_from_slice(payload);
    let checksum = crc32fast::hash(&frame);
    frame.extend_from_slice(&checksum.to_be_bytes());
    frame
}
