//! The upper bound on what a request may use.

use postern_types::{Price, Usage};

/// The cap on an answer where neither client, plan nor catalogue names one. It is reserved and sent to the vendor; no
/// model of the catalogue writes more without being asked to.
pub const DEFAULT_ANSWER_TOKENS: u64 = 16_384;

/// The same where the context is not known either: half of 8,192, the smallest context of models that are still served, so that
/// no server refuses the cap itself.
pub const SMALL_ANSWER_TOKENS: u64 = 4_096;

const PICO_USD_PER_NANO_USD: u128 = 1_000;

/// The cap on an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerCap {
    /// The output tokens of one answer.
    pub tokens: u64,
    /// Whether the cap is sent to the vendor, because the client's request has none.
    pub is_sent: bool,
}

impl AnswerCap {
    /// The client's cap, else the plan's, else the model's. The model's is never exceeded: `provider` sends no more, and says so.
    pub fn of(
        client: Option<u64>,
        plan: Option<u64>,
        model: Option<u64>,
        context: Option<u64>,
    ) -> Self {
        let most = model.unwrap_or(u64::MAX);
        match (client, plan) {
            // Some servers take 0 for "no limit", and no other cap can be sent beside it.
            (Some(0), _) => {
                let tokens = model.unwrap_or(DEFAULT_ANSWER_TOKENS);
                AnswerCap { tokens, is_sent: false }
            }
            (Some(tokens), _) => AnswerCap { tokens: tokens.min(most), is_sent: false },
            (None, Some(tokens)) => AnswerCap { tokens: tokens.min(most), is_sent: true },
            (None, None) => match model {
                // The vendor ends the answer at this cap by itself.
                Some(tokens) => AnswerCap { tokens, is_sent: false },
                None if context.is_none() => {
                    AnswerCap { tokens: SMALL_ANSWER_TOKENS, is_sent: true }
                }
                None => AnswerCap { tokens: DEFAULT_ANSWER_TOKENS, is_sent: true },
            },
        }
    }
}

/// The upper bound on what a request may use, or what it has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct Amounts {
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub nano_usd: u64,
}

impl Amounts {
    /// The upper bound on the cost of a prompt and its answers: every token at the highest price that may apply.
    pub fn at_most(
        input_tokens: u64,
        output_tokens: u64,
        price: Option<&Price>,
        has_audio: bool,
    ) -> Self {
        let nano_usd = price.map_or(0, |price| {
            let mut input = price
                .input_pico_usd_per_token
                .max(price.cached_input_pico_usd_per_token)
                .max(price.cache_write_pico_usd_per_token);
            if has_audio {
                input = input.max(price.audio_input_pico_usd_per_token);
            }
            let output = price.output_pico_usd_per_token.max(price.audio_output_pico_usd_per_token);
            let pico_usd = u128::from(input_tokens) * u128::from(input)
                + u128::from(output_tokens) * u128::from(output);
            u64::try_from(pico_usd.div_ceil(PICO_USD_PER_NANO_USD)).unwrap_or(u64::MAX)
        });
        Amounts { input_tokens, output_tokens, nano_usd }
    }

    /// The usage and its cost.
    pub fn used(usage: &Usage, price: Option<&Price>) -> Self {
        Amounts {
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            nano_usd: price.map_or(0, |price| price.cost_nano_usd(usage)),
        }
    }

    /// Input and output together.
    pub fn tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }
}
