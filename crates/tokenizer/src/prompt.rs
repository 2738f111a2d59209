//! How many tokens a whole request has, before it is sent.
//!
//! Exact where a vendor has published its rule (texts, messages, flat functions, pictures whose size is known); where it
//! has not, rather too many than too few: a reservation that was too high is settled a moment later, one that was
//! too low has let through what should have waited.

mod files;
mod images;
mod parts;
mod tools;

pub use images::ImageRule;
pub use postern_types::unescape;
pub use tools::ToolRule;

use crate::Encoding;
use parts::PromptParts;
use postern_types::Prompt;

/// How many tokens a request has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tokens {
    /// What is read.
    pub input: u64,
    /// What of it is words, calls, tools and token ids, counted by the encoding itself: without factor, pictures and bounds.
    pub certain: u64,
    /// What may be billed beside each answer: the words of a prediction that does not come true.
    pub predicted: u64,
}

/// How a model family counts what is not text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Rules {
    pub images: ImageRule,
    pub tools: ToolRule,
}

/// What a message costs beside its text: three tokens that frame it and one for its role.
///
/// <https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken>, `num_tokens_from_messages`.
const MESSAGE_TOKENS: u64 = 3 + 1;
/// What the model is given to begin its answer with; same source.
const ANSWER_TOKENS: u64 = 3;
/// Sealed thoughts in base64 are as long as the words they seal, at the least.
const SEALED_BYTES_A_TOKEN: u64 = 4;
/// What a name costs beside its text; same source.
const NAME_TOKENS: u64 = 1;

/// How many tokens the request has for a model of that encoding.
///
/// `factor_percent` multiplies whatever is text: 100 where the encoding is the model's own, more where it stands in for one
/// that is not public. Takes time in proportion to the body.
pub fn count(prompt: &Prompt, encoding: Encoding, factor_percent: u32, rules: &Rules) -> Tokens {
    let found = PromptParts::of(prompt);
    let facts = &prompt.facts;
    let spoken = found.texts.iter().chain(&found.names);
    let spoken = sum(spoken.map(|raw| crate::count(encoding, &unescape(raw))));
    let tools = sum(found.tools.iter().map(|json| rules.tools.count(json, encoding)));
    // A message has one text or more.
    let frames = u64::from(facts.texts)
        .saturating_mul(MESSAGE_TOKENS)
        .saturating_add((found.names.len() as u64).saturating_mul(NAME_TOKENS))
        .saturating_add(ANSWER_TOKENS);
    let once = if facts.tools > 0 { rules.tools.once() } else { 0 };
    let images = rules.images.count(&found.pictures, facts.images);
    let words = spoken.saturating_add(tools).saturating_add(frames);
    let read = factor(spoken.saturating_add(tools), factor_percent);
    let sealed = found.sealed_bytes.div_ceil(SEALED_BYTES_A_TOKEN);
    let files = files::count(&found, facts);
    let predicted = sum(found.predictions.iter().map(|json| crate::count(encoding, json)));
    Tokens {
        input: sum([read, frames, once, images, sealed, files, found.token_ids].into_iter()),
        certain: words.saturating_add(found.token_ids),
        predicted: factor(predicted, factor_percent),
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
