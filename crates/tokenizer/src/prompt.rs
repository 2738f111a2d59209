//! The number of tokens of a whole request, before it is sent.
//!
//! Exact where a vendor has published its rule (texts, messages, flat functions, pictures of known size); elsewhere
//! rather too high than too low: a reservation that is too high is settled a moment later, one that is too low has
//! admitted a request that should have waited.

mod files;
mod images;
mod parts;
mod tools;

pub use postern_types::unescape;

use images::CountPictures;
use parts::PromptParts;
use postern_types::{Counting, Prompt};
use tools::CountTools;

/// The tokens of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tokens {
    /// The tokens that the model reads.
    pub input: u64,
    /// Those of words, calls, tools and token ids, counted by the encoding itself: without factor, pictures and bounds.
    pub certain: u64,
    /// Those that may be billed beside each answer: rejected words of a prediction.
    pub predicted: u64,
}

/// What a message costs beside its text: three tokens that frame it and one for its role.
///
/// <https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken>, `num_tokens_from_messages`.
const MESSAGE_TOKENS: u64 = 3 + 1;
/// The tokens that begin the model's answer; same source.
const ANSWER_TOKENS: u64 = 3;
/// Sealed thoughts in base64 are at least as long as the sealed words.
const SEALED_BYTES_A_TOKEN: u64 = 4;
/// The cost of a name besides its text; same source.
const NAME_TOKENS: u64 = 1;

/// How many tokens the request has for a model that counts so.
///
/// The factor multiplies whatever is text: 100 percent where the tokenizer is the model's own, more where it stands in for one
/// that is not public. Takes time in proportion to the body.
pub fn count(prompt: &Prompt, counting: &Counting) -> Tokens {
    let encoding = counting.tokenizer.into();
    let found = PromptParts::of(prompt);
    let facts = &prompt.facts;
    let spoken = found.texts.iter().chain(&found.names);
    let spoken = sum(spoken.map(|raw| crate::count(encoding, &unescape(raw))));
    let tools = sum(found.tools.iter().map(|json| counting.tools.count(json, encoding)));
    // A message has one text or more.
    let frames = u64::from(facts.texts)
        .saturating_mul(MESSAGE_TOKENS)
        .saturating_add((found.names.len() as u64).saturating_mul(NAME_TOKENS))
        .saturating_add(ANSWER_TOKENS);
    let once = if facts.tools > 0 { counting.tools.once() } else { 0 };
    let images = counting.image.count(&found.pictures, facts.images);
    let words = spoken.saturating_add(tools).saturating_add(frames);
    let read = factor(spoken.saturating_add(tools), counting.factor_percent);
    let sealed = found.sealed_bytes.div_ceil(SEALED_BYTES_A_TOKEN);
    let files = files::count(&found, facts);
    let predicted = sum(found.predictions.iter().map(|json| crate::count(encoding, json)));
    Tokens {
        input: sum([read, frames, once, images, sealed, files, found.token_ids].into_iter()),
        certain: words.saturating_add(found.token_ids),
        predicted: factor(predicted, counting.factor_percent),
    }
}

fn sum(parts: impl Iterator<Item = u64>) -> u64 {
    parts.fold(0, u64::saturating_add)
}

/// `percent` of a number, rounded up.
fn factor(number: u64, percent: u32) -> u64 {
    number.saturating_mul(u64::from(percent)).div_ceil(100)
}

#[cfg(test)]
mod tests;
