//! The usage of an answer in Anthropic's form: `input_tokens` exclude those read from and written to a cache.

use crate::Usage;
use serde::Serialize;

#[derive(Debug, Default, Serialize)]
pub(super) struct Counts {
    input_tokens: u64,
    cache_creation_input_tokens: u64,
    cache_read_input_tokens: u64,
    output_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_tokens_details: Option<Details>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Details {
    thinking_tokens: u64,
}

impl Counts {
    pub fn new(usage: Usage) -> Self {
        let cached = usage.cached_input_tokens.saturating_add(usage.cache_write_tokens);
        let thinking_tokens = usage.reasoning_tokens;
        Counts {
            input_tokens: usage.input_tokens.saturating_sub(cached),
            cache_creation_input_tokens: usage.cache_write_tokens,
            cache_read_input_tokens: usage.cached_input_tokens,
            output_tokens: usage.output_tokens,
            output_tokens_details: (thinking_tokens > 0).then_some(Details { thinking_tokens }),
            service_tier: None,
        }
    }

    /// Adds the tier that served the answer, if it is one of Anthropic's.
    pub fn served_by(self, tier: Option<&str>) -> Self {
        let service_tier = match tier {
            Some("default" | "standard" | "standard_only") => Some("standard"),
            Some("priority") => Some("priority"),
            Some("batch") => Some("batch"),
            _ => None,
        };
        Counts { service_tier, ..self }
    }
}
