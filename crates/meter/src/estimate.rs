//! The most that a request may use.

use postern_fault::{Fault, Kind};
use postern_types::{Price, Usage};

/// What is reserved for, and asked of the vendor as, the cap on an answer of which nobody says how long it may be: no model of
/// the catalogue writes more by itself without being told.
pub const DEFAULT_ANSWER_TOKENS: u64 = 16_384;

const PICO_USD_PER_NANO_USD: u128 = 1_000;

/// The cap on an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerCap {
    /// What one answer may have.
    pub tokens: u64,
    /// The vendor is to be told, for the client has not said it.
    pub is_sent: bool,
}

impl AnswerCap {
    /// The client's, else the plan's, else the model's.
    ///
    /// # Errors
    ///
    /// A client's cap that is above the model's.
    pub fn of(client: Option<u64>, plan: Option<u64>, model: Option<u64>) -> Result<Self, Fault> {
        let most = model.unwrap_or(u64::MAX);
        match (client, plan) {
            // Some servers take 0 for "no limit", and no other cap can be sent beside it.
            (Some(0), _) => {
                let tokens = model.unwrap_or(DEFAULT_ANSWER_TOKENS);
                Ok(AnswerCap { tokens, is_sent: false })
            }
            (Some(asked), _) if asked > most => Err(above_the_models(asked, most)),
            (Some(tokens), _) => Ok(AnswerCap { tokens, is_sent: false }),
            (None, Some(tokens)) => Ok(AnswerCap { tokens: tokens.min(most), is_sent: true }),
            (None, None) => Ok(match model {
                // The vendor itself ends it there.
                Some(tokens) => AnswerCap { tokens, is_sent: false },
                None => AnswerCap { tokens: DEFAULT_ANSWER_TOKENS, is_sent: true },
            }),
        }
    }
}

fn above_the_models(asked: u64, most: u64) -> Fault {
    let public = format!(
        "max_tokens is {asked}, and this model writes at most {most} tokens; send {most} or less"
    );
    Fault { retryable: true, ..Fault::new(Kind::InvalidRequest, public) }
        .with_code("max_tokens_above_model")
        .with_param("max_tokens")
}

/// The most that a request may use, or what it has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct Amounts {
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub nano_usd: u64,
}

impl Amounts {
    /// The most that a prompt and its answers may cost: every token at the dearest price it may turn out to have.
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

    /// What was used, and what that cost.
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
