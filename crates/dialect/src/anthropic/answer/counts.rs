//! What an answer cost. Anthropic's `input_tokens` are those that were neither read from nor written to the cache.

use crate::Usage;
use serde::Deserialize;

/// More than any answer can cost: a count beyond is none.
const MAX_TOKENS: u64 = 1_000_000_000;

/// The counts so far. Those of a stream are cumulative: a later one takes the place of an earlier, and is never added.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Counts {
    input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    output_tokens_details: Option<Details>,
    pub service_tier: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Details {
    thinking_tokens: Option<u64>,
}

impl Counts {
    /// Later counts. Servers that speak the dialect fill up the end of a stream with zeros for the prompt.
    pub fn update(&mut self, later: Counts) {
        let prompt = |later: Option<u64>, earlier| later.filter(|count| *count > 0).or(earlier);
        self.input_tokens = prompt(later.input_tokens, self.input_tokens);
        self.cache_creation_input_tokens =
            prompt(later.cache_creation_input_tokens, self.cache_creation_input_tokens);
        self.cache_read_input_tokens =
            prompt(later.cache_read_input_tokens, self.cache_read_input_tokens);
        self.output_tokens = later.output_tokens.or(self.output_tokens);
        self.output_tokens_details = later.output_tokens_details.or(self.output_tokens_details);
    }

    /// None: there is no count, or one that cannot be.
    pub fn usage(&self) -> Option<Usage> {
        let counts =
            [self.input_tokens, self.cache_read_input_tokens, self.cache_creation_input_tokens];
        let sensible = counts.iter().chain([&self.output_tokens]).flatten();
        if sensible.clone().count() == 0 || sensible.into_iter().any(|count| *count > MAX_TOKENS) {
            return None;
        }
        let [fresh, read, written] = counts.map(Option::unwrap_or_default);
        let output_tokens = self.output_tokens.unwrap_or_default();
        let thinking = self.output_tokens_details.and_then(|details| details.thinking_tokens);
        Some(Usage {
            input_tokens: fresh.saturating_add(read).saturating_add(written),
            cached_input_tokens: read,
            cache_write_tokens: written,
            output_tokens,
            reasoning_tokens: thinking.unwrap_or_default().min(output_tokens),
            ..Usage::default()
        })
    }
}
