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

const TOKEN: &str = "{token}";

/// Each instrument, as collectors are told of it.
const DESCRIPTIONS: [(Instrument, Description); 13] = {
    use Instrument as I;
    use Kind::{Counter, Histogram};
    [
        (
            I::Duration,
            (
                "gen_ai.client.operation.duration",
                "s",
                Histogram(&SECONDS),
                "From the head of a request to the last byte of its answer.",
            ),
        ),
        (
            I::TimeToFirstChunk,
            (
                "gen_ai.client.operation.time_to_first_chunk",
                "s",
                Histogram(&SECONDS),
                "From the head of a streamed request to the first part of its answer.",
            ),
        ),
        (
            I::TokenUsage,
            (
                "gen_ai.client.token.usage",
                TOKEN,
                Histogram(&TOKENS),
                "Tokens of a request, by type.",
            ),
        ),
        (
            I::InputTokens,
            (
                "gen_ai.client.inference.usage.input_tokens",
                TOKEN,
                Counter,
                "Tokens of prompts, cached ones among them.",
            ),
        ),
        (
            I::OutputTokens,
            (
                "gen_ai.client.inference.usage.output_tokens",
                TOKEN,
                Counter,
                "Tokens of answers, reasoning among them.",
            ),
        ),
        (
            I::CacheReadTokens,
            (
                "gen_ai.client.inference.usage.cache_read.input_tokens",
                TOKEN,
                Counter,
                "Tokens of prompts that a vendor's cache had.",
            ),
        ),
        (
            I::CacheWriteTokens,
            (
                "gen_ai.client.inference.usage.cache_write.input_tokens",
                TOKEN,
                Counter,
                "Tokens of prompts that a vendor's cache took.",
            ),
        ),
        (
            I::ReasoningTokens,
            (
                "gen_ai.client.inference.usage.reasoning.output_tokens",
                TOKEN,
                Counter,
                "Tokens of reasoning.",
            ),
        ),
        (
            I::InputTokensEach,
            (
                "gen_ai.client.inference.operation.input_tokens",
                TOKEN,
                Histogram(&TOKENS),
                "Tokens of the prompt of a request.",
            ),
        ),
        (
            I::OutputTokensEach,
            (
                "gen_ai.client.inference.operation.output_tokens",
                TOKEN,
                Histogram(&TOKENS),
                "Tokens of the answer of a request.",
            ),
        ),
        (I::Requests, ("postern.requests", "{request}", Counter, "Requests, by outcome.")),
        (
            I::Cost,
            (
                "postern.cost_nano_usd",
                "{nano_usd}",
                Counter,
                "Cost at the catalogue's prices, in 10^-9 US dollars.",
            ),
        ),
        (
            I::Dropped,
            (
                "postern.telemetry.dropped",
                "{record}",
                Counter,
                "Records that a collector did not take, by signal.",
            ),
        ),
    ]
};

impl Instrument {
    /// How it is described to collectors.
    pub(super) fn description(self) -> Description {
        let row = DESCRIPTIONS.iter().find(|(instrument, _)| *instrument == self);
        row.map_or(("", "", Kind::Counter, ""), |(_, description)| *description)
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
