//! The instruments whose measurements are sent, by the names of both sets of conventions.

use super::conventions::Conventions;

/// The bounds of durations, in seconds: those of the conventions.
pub(super) const SECONDS: [f64; 14] =
    [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];

/// The bounds of tokens: those of the conventions.
pub(super) const TOKENS: [f64; 14] = [
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1_024.0,
    4_096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];

/// What an instrument adds up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// How often a value was at most each of these bounds.
    Histogram(&'static [f64]),
    /// A sum that only grows.
    Counter,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Instrument {
    Duration,
    TimeToFirstChunk,
    /// Of the released set: one histogram, by `gen_ai.token.type`.
    TokenUsage,
    /// Of the newer set: sums by kind, and histograms.
    InputTokens,
    OutputTokens,
    CacheReadTokens,
    CacheWriteTokens,
    ReasoningTokens,
    InputTokensEach,
    OutputTokensEach,
    Requests,
    Cost,
    Dropped,
}

/// Name, unit, kind, description.
pub(super) type Description = (&'static str, &'static str, Kind, &'static str);

impl Instrument {
    /// How it is described to collectors.
    pub(super) fn description(self) -> Description {
        use Kind::{Counter, Histogram};
        let tokens = "{token}";
        match self {
            Self::Duration => (
                "gen_ai.client.operation.duration",
                "s",
                Histogram(&SECONDS),
                "From the head of a request to the last byte of its answer.",
            ),
            Self::TimeToFirstChunk => (
                "gen_ai.client.operation.time_to_first_chunk",
                "s",
                Histogram(&SECONDS),
                "From the head of a streamed request to the first part of its answer.",
            ),
            Self::TokenUsage => (
                "gen_ai.client.token.usage",
                tokens,
                Histogram(&TOKENS),
                "Tokens of a request, by type.",
            ),
            Self::InputTokens => (
                "gen_ai.client.inference.usage.input_tokens",
                tokens,
                Counter,
                "Tokens of prompts, cached ones among them.",
            ),
            Self::OutputTokens => (
                "gen_ai.client.inference.usage.output_tokens",
                tokens,
                Counter,
                "Tokens of answers, reasoning among them.",
            ),
            Self::CacheReadTokens => (
                "gen_ai.client.inference.usage.cache_read.input_tokens",
                tokens,
                Counter,
                "Tokens of prompts that a vendor's cache had.",
            ),
            Self::CacheWriteTokens => (
                "gen_ai.client.inference.usage.cache_write.input_tokens",
                tokens,
                Counter,
                "Tokens of prompts that a vendor's cache took.",
            ),
            Self::ReasoningTokens => (
                "gen_ai.client.inference.usage.reasoning.output_tokens",
                tokens,
                Counter,
                "Tokens of reasoning.",
            ),
            Self::InputTokensEach => (
                "gen_ai.client.inference.operation.input_tokens",
                tokens,
                Histogram(&TOKENS),
                "Tokens of the prompt of a request.",
            ),
            Self::OutputTokensEach => (
                "gen_ai.client.inference.operation.output_tokens",
                tokens,
                Histogram(&TOKENS),
                "Tokens of the answer of a request.",
            ),
            Self::Requests => ("postern.requests", "{request}", Counter, "Requests, by outcome."),
            Self::Cost => (
                "postern.cost_nano_usd",
                "{nano_usd}",
                Counter,
                "Cost at the catalogue's prices, in 10^-9 US dollars.",
            ),
            Self::Dropped => (
                "postern.telemetry.dropped",
                "{record}",
                Counter,
                "Records that a collector did not take, by signal.",
            ),
        }
    }

    /// The sums and the histograms of tokens of a set of conventions.
    pub(super) fn of_tokens(conventions: Conventions) -> &'static [Self] {
        match conventions {
            Conventions::Released => &[Self::TokenUsage],
            Conventions::Newer => &[
                Self::InputTokens,
                Self::OutputTokens,
                Self::CacheReadTokens,
                Self::CacheWriteTokens,
                Self::ReasoningTokens,
                Self::InputTokensEach,
                Self::OutputTokensEach,
            ],
        }
    }
}
