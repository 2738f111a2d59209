//! The hub of embeddings and reranking: texts in, vectors or scores out.
//!
//! Clients ask in OpenAI's words (<https://platform.openai.com/docs/api-reference/embeddings>); vendors of that dialect get
//! the client's bytes, all others what [`encode`] makes of the hub. Reranking is Cohere's own word for word
//! (<https://docs.cohere.com/reference/rerank>): only its facts are read here.

mod answer;
mod bedrock;
mod cohere;
mod google;
mod request;
mod rerank;

pub use answer::{Answer, Vector, write};
pub use request::{Request, decode};
pub use rerank::read_rerank;

use crate::chat::Losses;
use crate::{Spoken, Vendor, Wire};
use postern_fault::{Blame, Fault, Kind};
use serde::Serialize;

/// Say a request to a vendor that does not speak OpenAI's dialect.
///
/// # Errors
/// More texts at once than the vendor takes; a vendor or a model of which no way to ask for vectors is known.
pub fn encode(request: Request, vendor: &Vendor, losses: &mut Losses) -> Result<Spoken, Fault> {
    match vendor.dialect {
        Wire::Google => google::encode(request, vendor, losses),
        Wire::Cohere => cohere::encode(request, vendor, losses),
        Wire::Bedrock => bedrock::encode(request, vendor, losses),
        Wire::OpenAi | Wire::Responses | Wire::Anthropic => Err(no_embeddings()),
    }
}

/// Read the answer to what [`encode`] said to `vendor`.
///
/// # Errors
/// `upstream-invalid` for what is no answer.
pub fn read(vendor: &Vendor, body: &str) -> Result<Answer, Fault> {
    let answer = match vendor.dialect {
        Wire::Google => google::read(body)?,
        Wire::Cohere | Wire::Bedrock => cohere::read(body)?,
        Wire::OpenAi | Wire::Responses | Wire::Anthropic => return Err(no_embeddings()),
    };
    if answer.vectors.is_empty() {
        return Err(crate::vendor_fault::invalid("the provider sent no vectors"));
    }
    Ok(answer)
}

/// The catalogue offers what the vendor has not.
fn no_embeddings() -> Fault {
    let public = "the model's provider has no embeddings that this gateway could ask for";
    Fault { blame: Blame::Gateway, ..Fault::new(Kind::Unavailable, public) }
}

fn spoken(path: String, body: &impl Serialize) -> Result<Spoken, Fault> {
    let body = serde_json::to_string(body)
        .map_err(|_| Fault::new(Kind::InvalidRequest, "the request cannot be written as JSON"))?;
    Ok(Spoken { path, headers: Vec::new(), body })
}

/// The one text of a request to a model that takes no more at once. Several requests would be several bills and several
/// ways to fail: that is the client's to decide.
fn only_text(mut inputs: Vec<String>) -> Result<String, Fault> {
    match (inputs.pop(), inputs.len()) {
        (Some(text), 0) => Ok(text),
        (_, more) => {
            let public =
                format!("`input` has {} texts, but this model takes one at a time", more + 1);
            Err(Fault::invalid_request("input", public).with_code("too_many_inputs"))
        }
    }
}
