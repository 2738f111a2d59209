//! How many tokens a whole request has, before it is sent.
//!
//! Exact where a vendor has published its rule (texts, messages, flat functions, pictures whose size is known); where it
//! has not, rather too many than too few: a reservation that was too high is settled a moment later, one that was
//! too low has let through what should have waited.

pub mod fields;
mod files;
mod images;
mod scan;
mod tools;
mod unescape;

pub use images::ImageRule;
pub use tools::ToolRule;
pub use unescape::unescape;

use crate::Encoding;

/// A request, as the gateway has read it.
#[derive(Debug, Clone, Copy)]
pub struct Prompt<'a> {
    /// Its JSON.
    pub body: &'a str,
    /// What is said in it, in messages and instructions; nothing of it is counted in any other way.
    pub texts: &'a [Text],
    /// How many messages it has.
    pub messages: u32,
    /// It has tools that the model may call.
    pub has_tools: bool,
    /// How many pictures it has.
    pub images: u32,
    /// How many recordings it has.
    pub audio: u32,
    /// How many documents it has.
    pub documents: u32,
}

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

/// The inside of a JSON string literal, escapes included, as bytes of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Text {
    pub start: u32,
    pub end: u32,
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
pub fn count(
    prompt: &Prompt<'_>,
    encoding: Encoding,
    factor_percent: u32,
    rules: &Rules,
) -> Tokens {
    let found = scan::scan(prompt.body, prompt.texts);
    let texts = prompt.texts.iter().filter_map(|text| raw(prompt.body, *text));
    let names = found.names.iter().copied();
    // What the model said when it called a tool is no text of a message, and is read by it all the same.
    let spoken = texts.chain(names).chain(found.calls.iter().copied());
    let spoken = sum(spoken.map(|raw| crate::count(encoding, &unescape(raw))));
    let tools = sum(found.tools.iter().map(|json| rules.tools.count(json, encoding)));
    let frames = u64::from(prompt.messages)
        .saturating_mul(MESSAGE_TOKENS)
        .saturating_add((found.names.len() as u64).saturating_mul(NAME_TOKENS))
        .saturating_add(ANSWER_TOKENS);
    let once = if prompt.has_tools { rules.tools.once() } else { 0 };
    let images = rules.images.count(&found.pictures, prompt.images);
    let words = spoken.saturating_add(tools).saturating_add(frames);
    let read = factor(spoken.saturating_add(tools), factor_percent);
    let sealed = found.sealed_bytes.div_ceil(SEALED_BYTES_A_TOKEN);
    let files = files::count(&found, prompt);
    let predicted = sum(found.predictions.iter().map(|json| crate::count(encoding, json)));
    Tokens {
        input: sum([read, frames, once, images, sealed, files, found.token_ids].into_iter()),
        certain: words.saturating_add(found.token_ids),
        predicted: factor(predicted, factor_percent),
    }
}

fn raw(body: &str, text: Text) -> Option<&str> {
    body.get(text.start as usize..text.end as usize)
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
