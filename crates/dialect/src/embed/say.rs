//! The common parts of the vendors' requests for vectors.

use crate::Spoken;
use postern_fault::{Blame, Fault, Kind};
use serde::Serialize;

/// The fault for embeddings that the catalogue lists but the vendor lacks.
pub(super) fn no_embeddings() -> Fault {
    let public = "the model's provider has no embeddings that this gateway could ask for";
    Fault { blame: Blame::Gateway, ..Fault::new(Kind::Unavailable, public) }
}

pub(super) fn spoken(path: String, body: &impl Serialize) -> Result<Spoken, Fault> {
    let body = serde_json::to_string(body)
        .map_err(|_| Fault::new(Kind::InvalidRequest, "the request cannot be written as JSON"))?;
    Ok(Spoken { path, headers: Vec::new(), body })
}

/// The one text of a request, for a model that takes one at a time. Several requests would have separate costs and failures, so
/// the client must decide to send them.
pub(super) fn only_text(mut inputs: Vec<String>) -> Result<String, Fault> {
    match (inputs.pop(), inputs.len()) {
        (Some(text), 0) => Ok(text),
        (_, more) => {
            let public =
                format!("`input` has {} texts, but this model takes one at a time", more + 1);
            Err(Fault::invalid_request("input", public).with_code("too_many_inputs"))
        }
    }
}
