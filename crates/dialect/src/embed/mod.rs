//! The hub of embeddings and reranking: texts in, vectors or scores out.
//!
//! Clients use OpenAI's dialect (<https://platform.openai.com/docs/api-reference/embeddings>). Vendors of that dialect receive
//! the client's bytes; all others receive what [`encode`] makes from the hub. Reranking is exactly Cohere's
//! (<https://docs.cohere.com/reference/rerank>): only its facts are read here.

pub(crate) mod answer;
pub(crate) mod bedrock;
pub(crate) mod cohere;
pub(crate) mod google;
pub(crate) mod request;
mod rerank;
mod say;

pub use answer::{Answer, Vector, write};
pub use request::{Request, decode};
pub use rerank::read_rerank;

use crate::chat::Losses;
use crate::{Spoken, Vendor, codecs};
use postern_fault::Fault;
use say::no_embeddings;

/// Encodes a request for a vendor that does not speak OpenAI's dialect.
///
/// # Errors
/// More texts at once than the vendor accepts; a vendor or a model for which no request for vectors is known.
pub fn encode(request: Request, vendor: &Vendor, losses: &mut Losses) -> Result<Spoken, Fault> {
    let embeddings = codecs::vendor(vendor.dialect).embeddings.as_ref();
    (embeddings.ok_or_else(no_embeddings)?.encode)(request, vendor, losses)
}

/// Reads the answer to the request that [`encode`] made for `vendor`.
///
/// # Errors
/// `upstream-invalid` for a body that is not an answer.
pub fn read(vendor: &Vendor, body: &str) -> Result<Answer, Fault> {
    let embeddings = codecs::vendor(vendor.dialect).embeddings.as_ref();
    let answer = (embeddings.ok_or_else(no_embeddings)?.read)(body)?;
    if answer.vectors.is_empty() {
        return Err(crate::vendor_fault::invalid("the provider sent no vectors"));
    }
    Ok(answer)
}
