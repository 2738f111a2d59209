//! Reads a client's request.

use super::read::whole;
use super::{chat, embeddings};
use crate::{Operation, Request};
use postern_fault::Fault;

/// Read a request, once: what it asks for, and where its texts stand. Only what the gateway acts on is judged; all else
/// is the vendor's to judge, and passes as it is.
///
/// # Errors
/// What is not JSON, a field read here that is missing or of another type, a field read here that is there twice.
/// Messages name fields and types, never a text of the request.
pub fn read(operation: Operation, body: &str) -> Result<Request, Fault> {
    whole(body, |body| match operation {
        Operation::Embeddings => embeddings::read(body),
        _ => chat::read(body),
    })
}
