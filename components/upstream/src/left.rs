//! Requests whose client has left, which hosts that know of it end.

use postern_fault::{CLIENT_LEFT, Fault, Kind};
use spin_sdk::wasip3::http::types::ErrorCode;

/// The words with which a host ends them.
const WORDS: &str = "the client has left";

/// Whether this ended a request.
pub fn is_of(error: &ErrorCode) -> bool {
    matches!(error, ErrorCode::InternalError(Some(words)) if words == WORDS)
}

/// The answer is for no one: no other deployment is asked.
pub fn fault() -> Fault {
    Fault::new(Kind::Unavailable, WORDS).with_code(CLIENT_LEFT)
}
