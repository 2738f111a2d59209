//! Every client's dialect to every vendor's and back: the one place that knows all of them.
//!
//! Client and vendor speak the same dialect: the client's bytes pass but for splices, and the vendor's as they came.
//! Otherwise the request is decoded into the hub ([`crate::chat`]), encoded from it, and the answer likewise.

mod cap;
mod decode;
mod embeddings;
mod encode;
pub mod error;
mod estimate;
mod generated;
mod passing;
mod translating;

pub use cap::capped;
pub use decode::{AnswerHead, Decoder};
pub use encode::{Encoded, Rewritten, encode};
pub use estimate::count;

use crate::openai::completions;
use crate::{
    Facts, Operation, Request, Vendor, Wire, anthropic, bedrock, cohere, embed, google, media,
    openai, responses,
};
use postern_fault::Fault;

/// Read a client's request, once: what it asks for, and where its texts stand.
///
/// # Errors
/// What cannot be understood, or in two ways; messages never quote the request.
pub fn read(client: Wire, operation: Operation, body: &str) -> Result<Request, Fault> {
    match (operation, client) {
        (Operation::Completions, _) => completions::read(body),
        (Operation::Rerank, _) => embed::read_rerank(body),
        (operation, _) if media::has(operation) => media::read(operation, body),
        (_, Wire::Responses) => responses::read(operation, body),
        (_, Wire::Anthropic) => anthropic::read(operation, body),
        _ => openai::read(operation, body),
    }
}

/// What a vendor's answer with an error status means. `body` may be anything, cut anywhere.
pub fn explain(vendor: Wire, status: u16, headers: &[(String, String)], body: &str) -> Fault {
    match vendor {
        Wire::OpenAi => openai::explain(status, headers, body),
        Wire::Responses => responses::explain(status, headers, body),
        Wire::Anthropic => anthropic::explain(status, headers, body),
        Wire::Bedrock => bedrock::explain(status, headers, body),
        Wire::Google => google::explain(status, headers, body),
        Wire::Cohere => cohere::explain(status, headers, body),
    }
}

/// What the vendor is spoken to in: its row's dialect, but Responses where it has them and the client speaks them.
fn spoken(vendor: &Vendor, facts: &Facts) -> Wire {
    match (vendor.dialect, facts.client, facts.operation) {
        (Wire::OpenAi, Wire::Responses, Operation::Chat) if vendor.quirks.responses => {
            Wire::Responses
        }
        (Wire::Responses, _, Operation::Embeddings | Operation::Completions) => Wire::OpenAi,
        (Wire::Responses, _, operation) if media::has(operation) => Wire::OpenAi,
        (wire, _, _) => wire,
    }
}

/// Whether the client's bytes pass but for splices.
fn passes(vendor: &Vendor, facts: &Facts) -> bool {
    let wire = spoken(vendor, facts);
    match facts.operation {
        Operation::Chat | Operation::CountTokens => wire == facts.client,
        Operation::Completions => wire == Wire::OpenAi && vendor.native,
        Operation::Embeddings
        | Operation::Transcribe
        | Operation::Translate
        | Operation::Speak
        | Operation::GenerateImages
        | Operation::EditImages
        | Operation::VaryImages => wire == Wire::OpenAi,
        Operation::Rerank => true,
    }
}
