//! The hub of embeddings and reranking: texts in, vectors or scores out.
//!
//! Clients ask in OpenAI's words (<https://platform.openai.com/docs/api-reference/embeddings>); vendors of that dialect get
//! the client's bytes, all others what [`encode`] makes of the hub. Reranking is Cohere's own word for word
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

/// Say a request to a vendor that does not speak OpenAI's dialect.
///
/// # Errors
/// More texts at once than the vendor takes; a vendor or a model of which no way to ask for vectors is known.
pub fn encode(request: Request, vendor: &Vendor, losses: &mut Losses) -> Result<Spoken, Fault> {
    let embeddings = codecs::of(vendor.dialect).vendor.embeddings.as_ref();
    (embeddings.ok_or_else(no_embeddings)?.encode)(request, vendor, losses)
}

/// Read the answer to what [`encode`] said to `vendor`.
///
/// # Errors
/// `upstream-invalid` for what is no answer.
pub fn read(vendor: &Vendor, body: &str) -> Result<Answer, Fault> {
    let embeddings = codecs::of(vendor.dialect).vendor.embeddings.as_ref();
    let answer = (embeddings.ok_or_else(no_embeddings)?.read)(body)?;
    if answer.vectors.is_empty() {
        return Err(crate::vendor_fault::invalid("the provider sent no vectors"));
    }
    Ok(answer)
}
