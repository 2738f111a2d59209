//! The usage of an answer. The input includes tokens read from and written to the cache, and the output includes reasoning.

use crate::Usage;
use crate::usage::{Count, Said, lenient};
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Counts {
    input_tokens: Count,
    output_tokens: Count,
    total_tokens: Count,
    #[serde(deserialize_with = "lenient")]
    input_tokens_details: Details,
    #[serde(deserialize_with = "lenient")]
    output_tokens_details: Details,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Details {
    cached_tokens: Count,
    cache_write_tokens: Count,
    reasoning_tokens: Count,
    audio_tokens: Count,
}

impl Counts {
    /// None: it has no possible count.
    pub fn into_usage(self) -> Option<Usage> {
        let (input, output) = (self.input_tokens_details, self.output_tokens_details);
        let said = Said {
            input: self.input_tokens,
            output: self.output_tokens,
            total: self.total_tokens,
            cached: input.cached_tokens,
            cache_write: input.cache_write_tokens,
            reasoning: output.reasoning_tokens,
            audio_input: input.audio_tokens,
            audio_output: output.audio_tokens,
        };
        said.usage()
    }
}
