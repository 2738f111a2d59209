//! A fault as a client is told it, in its own dialect.

use crate::{Dialect, codecs};
use postern_fault::Fault;

/// The status of the response.
pub fn status(client: Dialect, fault: &Fault) -> u16 {
    (codecs::of(client).client.error.status)(fault)
}

/// The body of the response.
pub fn body(client: Dialect, fault: &Fault) -> String {
    (codecs::of(client).client.error.body)(fault)
}

/// The event that tells a client mid-stream that no more will come; no end marker follows it.
pub fn event(client: Dialect, fault: &Fault) -> String {
    (codecs::of(client).client.error.event)(fault)
}
