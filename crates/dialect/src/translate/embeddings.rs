//! Embeddings from and for vendors that do not speak OpenAI's dialect.

use crate::chat::Losses;
use crate::{Decoded, Memo, Spoken, Vendor, embed};
use postern_fault::Fault;
use std::mem;

/// Encodes a request for embeddings.
pub(super) fn encode(
    vendor: &Vendor,
    body: &str,
    losses: &mut Losses,
    memo: &mut Memo,
) -> Result<Spoken, Fault> {
    let (request, lost) = embed::decode(body)?;
    *losses = lost;
    memo.base64_vectors = request.base64;
    embed::encode(request, vendor, losses)
}

/// Reads vectors.
pub(super) struct Embeddings {
    vendor: Vendor,
    base64: bool,
    text: String,
}

impl Embeddings {
    pub fn new(vendor: Vendor, memo: &Memo) -> Self {
        Embeddings { vendor, base64: memo.base64_vectors, text: String::new() }
    }

    pub fn push(&mut self, chunk: &str) -> Result<Decoded, Fault> {
        self.text.push_str(chunk);
        Ok(Decoded::default())
    }

    pub fn finish(&mut self) -> Result<Decoded, Fault> {
        let answer = embed::read(&self.vendor, &mem::take(&mut self.text))?;
        let output = embed::write(&answer, self.base64, &self.vendor.model);
        let usage = answer.usage;
        Ok(Decoded { output, usage, done: true, ..Decoded::default() })
    }
}
