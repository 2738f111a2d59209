//! What a request has used, for its record.

use postern_types::{Price, Usage};
use serde::Serialize;

/// Tokens and their cost. What is not known is absent.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct Used {
    #[serde(skip_serializing_if = "Option::is_none")]
    input_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cached_input_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_write_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_tokens: Option<u64>,
    /// The vendor reported no count: these are estimates.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    tokens_estimated: bool,
    /// The cost of the tokens at the catalogue's prices, in 10^-9 US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_nano_usd: Option<u64>,
}

impl Used {
    /// What one answer has used.
    pub fn of(usage: Option<Usage>, price: Option<&Price>) -> Self {
        Used {
            input_tokens: usage.map(|usage| usage.input_tokens),
            cached_input_tokens: usage.map(|usage| usage.cached_input_tokens),
            cache_write_tokens: usage.map(|usage| usage.cache_write_tokens),
            output_tokens: usage.map(|usage| usage.output_tokens),
            reasoning_tokens: usage.map(|usage| usage.reasoning_tokens),
            tokens_estimated: usage.is_some_and(|usage| usage.estimated),
            cost_nano_usd: usage.zip(price).map(|(usage, price)| price.cost_nano_usd(&usage)),
        }
    }

    /// With what was used before it. Where one of the two is not known, the sum is too low, and said to be an estimate.
    pub fn after(self, before: Self) -> Self {
        let sum = |one: Option<u64>, other: Option<u64>| match (one, other) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
        let is_known = |used: Self| used.output_tokens.is_some();
        Used {
            input_tokens: sum(self.input_tokens, before.input_tokens),
            cached_input_tokens: sum(self.cached_input_tokens, before.cached_input_tokens),
            cache_write_tokens: sum(self.cache_write_tokens, before.cache_write_tokens),
            output_tokens: sum(self.output_tokens, before.output_tokens),
            reasoning_tokens: sum(self.reasoning_tokens, before.reasoning_tokens),
            tokens_estimated: self.tokens_estimated
                || before.tokens_estimated
                || is_known(self) != is_known(before),
            cost_nano_usd: sum(self.cost_nano_usd, before.cost_nano_usd),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Used;
    use postern_types::{Price, Usage};

    #[test]
    fn two_answers_use_what_both_use() {
        let price = Price {
            input_pico_usd_per_token: 1_000,
            cached_input_pico_usd_per_token: 1_000,
            cache_write_pico_usd_per_token: 1_000,
            output_pico_usd_per_token: 2_000,
            audio_input_pico_usd_per_token: 0,
            audio_output_pico_usd_per_token: 0,
        };
        let usage = |input_tokens, output_tokens| {
            Some(Usage { input_tokens, output_tokens, ..Usage::default() })
        };
        let first = Used::of(usage(10, 5), Some(&price));
        let both = Used::of(usage(18, 6), Some(&price)).after(first);
        assert_eq!((both.input_tokens, both.output_tokens), (Some(28), Some(11)));
        assert_eq!((both.cost_nano_usd, both.tokens_estimated), (Some(50), false));
        let unknown = Used::of(None, Some(&price)).after(first);
        assert_eq!((unknown.output_tokens, unknown.cost_nano_usd), (Some(5), Some(20)));
        assert!(unknown.tokens_estimated);
    }
}
