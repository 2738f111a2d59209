//! The usage of an answer. Anthropic's `input_tokens` exclude those read from and written to the cache.

use crate::Usage;
use crate::usage::{Count, Said, lenient};
use serde::Deserialize;

/// The counts so far. Those of a stream are cumulative: a later one replaces an earlier one and is never added.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Counts {
    input_tokens: Count,
    cache_creation_input_tokens: Count,
    cache_read_input_tokens: Count,
    output_tokens: Count,
    #[serde(deserialize_with = "lenient")]
    output_tokens_details: Details,
    #[serde(deserialize_with = "lenient")]
    pub service_tier: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Details {
    thinking_tokens: Count,
}

impl Counts {
    /// Updates the counts. Compatible servers put zeros for the prompt at the end of a stream.
    pub fn update(&mut self, later: Counts) {
        let prompt = |later: Count, earlier| match later {
            Count::Of(0) | Count::Absurd => earlier,
            later => later.or(earlier),
        };
        self.input_tokens = prompt(later.input_tokens, self.input_tokens);
        self.cache_creation_input_tokens =
            prompt(later.cache_creation_input_tokens, self.cache_creation_input_tokens);
        self.cache_read_input_tokens =
            prompt(later.cache_read_input_tokens, self.cache_read_input_tokens);
        self.output_tokens = later.output_tokens.or(self.output_tokens);
        let thinking = later.output_tokens_details.thinking_tokens;
        self.output_tokens_details.thinking_tokens =
            thinking.or(self.output_tokens_details.thinking_tokens);
    }

    /// None: it has no possible count.
    pub fn usage(&self) -> Option<Usage> {
        let (read, written) = (self.cache_read_input_tokens, self.cache_creation_input_tokens);
        let said = Said {
            input: match self.input_tokens {
                Count::Of(_) => Count::sum([self.input_tokens, read, written]),
                other => other,
            },
            output: self.output_tokens,
            cached: read,
            cache_write: written,
            reasoning: self.output_tokens_details.thinking_tokens,
            ..Said::default()
        };
        said.usage()
    }
}
