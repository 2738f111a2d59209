//! A fault as a client is told it, in its own dialect.

use crate::{Wire, anthropic, openai, responses};
use postern_fault::Fault;

/// The status of the response.
pub fn status(client: Wire, fault: &Fault) -> u16 {
    match client {
        Wire::Anthropic => anthropic::error::status(fault),
        Wire::Responses => responses::error::status(fault),
        _ => openai::error::status(fault),
    }
}

/// The body of the response.
pub fn body(client: Wire, fault: &Fault) -> String {
    match client {
        Wire::Anthropic => anthropic::error::body(fault),
        Wire::Responses => responses::error::body(fault),
        _ => openai::error::body(fault),
    }
}

/// The event that tells a client mid-stream that no more will come; no end marker follows it.
pub fn event(client: Wire, fault: &Fault) -> String {
    match client {
        Wire::Anthropic => anthropic::error::event(fault),
        Wire::Responses => responses::error::event(fault),
        _ => openai::error::event(fault),
    }
}
