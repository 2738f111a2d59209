//! Translates every client's dialect to every vendor's and back.
//!
//! If client and vendor speak the same dialect, the client's bytes pass except for splices, and the vendor's bytes pass
//! unchanged. Otherwise the request is decoded into the hub ([`crate::chat`]) and encoded from it, and so is the answer.

mod answer_head;
mod appended;
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
pub use appended::appended;
pub use cap::{cap_name, capped, required_cap};
pub use decode::Decoder;
pub use encode::{Encoded, encode};
pub use estimate::count;
pub use postern_types::provider::Rewritten;

use crate::openai::completions;
use crate::{Dialect, Facts, Operation, Request, Vendor, codecs, embed, media};
use postern_fault::Fault;

/// What a client of a stream skips until its first event comes.
pub fn waiting(client: Dialect) -> &'static str {
    codecs::client(client).waiting
}

/// Reads a client's request in one pass: what it asks for, and the places of its texts.
///
/// # Errors
/// A request that cannot be understood, or that can be understood in two ways; messages never quote the request.
pub fn read(client: Dialect, operation: Operation, body: &str) -> Result<Request, Fault> {
    match operation {
        Operation::Completions => completions::read(body),
        Operation::Rerank => embed::read_rerank(body),
        operation if media::has(operation) => media::read(operation, body),
        operation => (codecs::client(client).read)(operation, body),
    }
}

/// Interprets a vendor's answer with an error status. `body` may be anything, truncated anywhere.
pub fn explain(vendor: Dialect, status: u16, headers: &[(String, String)], body: &str) -> Fault {
    (codecs::vendor(vendor).explain)(status, headers, body)
}

/// The dialect that the vendor receives: that of its row, or Responses if it has them and the client speaks them.
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

/// Whether the client's bytes pass except for splices.
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
