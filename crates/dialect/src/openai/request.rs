//! Reads a client's request.

use super::read::whole;
use super::{chat, embeddings};
use crate::{Operation, Request};
use postern_fault::Fault;

/// Reads a request in one pass: what it asks for, and the places of its texts. It judges only fields that the gateway acts on;
/// the vendor judges all others, which pass unchanged.
///
/// # Errors
/// A body that is not JSON, and a field read here that is missing, duplicate or of another type. Messages name fields and
/// types, never a text of the request.
pub fn read(operation: Operation, body: &str) -> Result<Request, Fault> {
    whole(body, |body| match operation {
        Operation::Embeddings => embeddings::read(body),
        _ => chat::read(body),
    })
}
