//! Writes a fault for a client in its own dialect.

use crate::{Dialect, codecs, responses};
use postern_fault::Fault;

/// The status of the response.
pub fn status(client: Dialect, fault: &Fault) -> u16 {
    (codecs::client(client).error.status)(fault)
}

/// The body of the response.
pub fn body(client: Dialect, fault: &Fault) -> String {
    (codecs::client(client).error.body)(fault)
}

/// A stream in place of the status, for a client of a dialect that is told of this fault so. `model` is the one that it asked
/// for a stream of.
pub fn stream(
    client: Dialect,
    fault: &Fault,
    request_id: &str,
    model: &str,
    unix_s: u64,
) -> Option<String> {
    match client {
        Dialect::Responses => responses::failed::refused(fault, request_id, model, unix_s),
        _ => None,
    }
}

/// The event that tells a client mid-stream that the stream has failed; no end marker follows it.
pub fn event(client: Dialect, fault: &Fault) -> String {
    (codecs::client(client).error.event)(fault)
}
