//! What an answer cost. The input includes what was read from and written to the cache, the output the reasoning.

use crate::Usage;
use serde::Deserialize;

/// More than any answer can cost: the largest contexts are a few million tokens.
const MAX_TOKENS: u64 = 1_000_000_000;

#[derive(Debug, Deserialize)]
pub(super) struct Counts {
    #[serde(default)]
    input_tokens: Option<u64>,
    #[serde(default)]
    output_tokens: Option<u64>,
    #[serde(default)]
    input_tokens_details: Option<Details>,
    #[serde(default)]
    output_tokens_details: Option<Details>,
}

#[derive(Debug, Default, Deserialize)]
struct Details {
    #[serde(default)]
    cached_tokens: Option<u64>,
    #[serde(default)]
    cache_write_tokens: Option<u64>,
    #[serde(default)]
    reasoning_tokens: Option<u64>,
    #[serde(default)]
    audio_tokens: Option<u64>,
}

impl Counts {
    /// None: there is no count of the input, or a count that cannot be.
    pub fn into_usage(self) -> Option<Usage> {
        let input = self.input_tokens_details.unwrap_or_default();
        let output = self.output_tokens_details.unwrap_or_default();
        let usage = Usage {
            input_tokens: self.input_tokens?,
            cached_input_tokens: input.cached_tokens.unwrap_or_default(),
            cache_write_tokens: input.cache_write_tokens.unwrap_or_default(),
            output_tokens: self.output_tokens.unwrap_or_default(),
            reasoning_tokens: output.reasoning_tokens.unwrap_or_default(),
            audio_input_tokens: input.audio_tokens.unwrap_or_default(),
            audio_output_tokens: output.audio_tokens.unwrap_or_default(),
            estimated: false,
        };
        let sensible = usage.input_tokens.max(usage.output_tokens) <= MAX_TOKENS
            && usage.cached_input_tokens.max(usage.cache_write_tokens) <= usage.input_tokens
            && usage.reasoning_tokens <= usage.output_tokens;
        sensible.then_some(usage)
    }
}
