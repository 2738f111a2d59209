//! Writes a fault for a client in its own dialect.

use crate::{Dialect, codecs};
use postern_fault::Fault;

/// The status of the response.
pub fn status(client: Dialect, fault: &Fault) -> u16 {
    (codecs::client(client).error.status)(fault)
}

/// The body of the response.
pub fn body(client: Dialect, fault: &Fault) -> String {
    (codecs::client(client).error.body)(fault)
}

/// The event that tells a client mid-stream that the stream has failed; no end marker follows it.
pub fn event(client: Dialect, fault: &Fault) -> String {
    (codecs::client(client).error.event)(fault)
}
