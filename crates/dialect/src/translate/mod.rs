//! Every client's dialect to every vendor's and back.
//!
//! Client and vendor speak the same dialect: the client's bytes pass but for splices, and the vendor's as they came.
//! Otherwise the request is decoded into the hub ([`crate::chat`]), encoded from it, and the answer likewise.

mod answer_head;
mod cap;
mod decode;
mod embeddings;
mod encode;
pub mod error;
mod estimate;
mod generated;
mod passing;
mod translating;

pub use answer_head::AnswerHead;
pub use cap::capped;
pub use decode::Decoder;
pub use encode::{Encoded, encode};
pub use estimate::count;
pub use postern_types::provider::Rewritten;

use crate::openai::completions;
use crate::{Dialect, Facts, Operation, Request, Vendor, codecs, embed, media};
use postern_fault::Fault;

/// Read a client's request, once: what it asks for, and where its texts stand.
///
/// # Errors
/// What cannot be understood, or in two ways; messages never quote the request.
pub fn read(client: Dialect, operation: Operation, body: &str) -> Result<Request, Fault> {
    match operation {
        Operation::Completions => completions::read(body),
        Operation::Rerank => embed::read_rerank(body),
        operation if media::has(operation) => media::read(operation, body),
        operation => (codecs::of(client).client.read)(operation, body),
    }
}

/// What a vendor's answer with an error status means. `body` may be anything, cut anywhere.
pub fn explain(vendor: Dialect, status: u16, headers: &[(String, String)], body: &str) -> Fault {
    (codecs::of(vendor).vendor.explain)(status, headers, body)
}

/// What the vendor is spoken to in: its row's dialect, but Responses where it has them and the client speaks them.
fn spoken(vendor: &Vendor, facts: &Facts) -> Dialect {
    match (vendor.dialect, facts.client, facts.operation) {
        (Dialect::OpenAi, Dialect::Responses, Operation::Chat) if vendor.quirks.responses => {
            Dialect::Responses
        }
        (Dialect::Responses, _, Operation::Embeddings | Operation::Completions) => Dialect::OpenAi,
        (Dialect::Responses, _, operation) if media::has(operation) => Dialect::OpenAi,
        (wire, _, _) => wire,
    }
}

/// Whether the client's bytes pass but for splices.
fn passes(vendor: &Vendor, facts: &Facts) -> bool {
    let wire = spoken(vendor, facts);
    match facts.operation {
        Operation::Chat | Operation::CountTokens => wire == facts.client,
        Operation::Completions => wire == Dialect::OpenAi && vendor.native,
        Operation::Embeddings
        | Operation::Transcribe
        | Operation::Translate
        | Operation::Speak
        | Operation::GenerateImages
        | Operation::EditImages
        | Operation::VaryImages => wire == Dialect::OpenAi,
        Operation::Rerank => true,
    }
}
