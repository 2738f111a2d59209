//! What tokens cost, in integers.

use crate::reading::{Decimal, DecimalError};

/// Digits after the point of a price in US dollars per million tokens; one more would not be a whole pico-dollar
/// per token.
const DECIMALS: usize = 6;

/// The highest price taken for true, in US dollars per million tokens: over ten times the dearest known model, and
/// far below what a price per thousand or per single token looks like when it is written by mistake.
const MAX_USD_PER_MILLION_TOKENS: u64 = 10_000;

const PICO_USD_PER_NANO_USD: u128 = 1_000;

const PICO_USD_PER_TOKEN_IN_USD_PER_MILLION_TOKENS: u64 = 1_000_000;

/// What a deployment's tokens cost, in pico-dollars (10^-12 US dollars) per token.
///
/// A pico-dollar per token is a micro-dollar per million tokens: `0.15` in the file is 150 000 here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// A token of the prompt.
    pub input_pico_usd_per_token: u64,
    /// A token of the prompt that the vendor had in its cache.
    pub cached_input_pico_usd_per_token: u64,
    /// A token of the prompt that the vendor put into its cache.
    pub cache_write_pico_usd_per_token: u64,
    /// A token of the answer, reasoning included.
    pub output_pico_usd_per_token: u64,
    /// A token of audio in the prompt.
    pub audio_input_pico_usd_per_token: u64,
    /// A token of audio in the answer.
    pub audio_output_pico_usd_per_token: u64,
}

/// What was used, in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tokens {
    /// All tokens of the prompt: those read from a cache, written to one, and of audio are among them.
    pub input: u64,
    /// Those of the input that were read from a cache.
    pub cached_input: u64,
    /// Those of the input that were written to a cache.
    pub cache_write: u64,
    /// All tokens of the answer: those of reasoning and of audio are among them.
    pub output: u64,
    /// Those of the input that were audio, and neither read from a cache nor written to one.
    pub audio_input: u64,
    /// Those of the output that were audio.
    pub audio_output: u64,
}

impl Price {
    /// What these tokens cost, in nano-dollars (10^-9 US dollars).
    ///
    /// Each token is paid once, at the price of the narrowest part it belongs to. It is summed in pico-dollars and
    /// rounded once, at the end: half a nano-dollar is rounded up. Parts that are more than their whole are paid as they
    /// are counted; a cost that no `u64` holds (18 billion dollars) is the highest one.
    #[must_use]
    pub fn cost_nano_usd(&self, tokens: &Tokens) -> u64 {
        let parts = [tokens.cached_input, tokens.cache_write, tokens.audio_input];
        let rest = parts.into_iter().fold(tokens.input, u64::saturating_sub);
        let answer = tokens.output.saturating_sub(tokens.audio_output);
        let paid = [
            (rest, self.input_pico_usd_per_token),
            (tokens.cached_input, self.cached_input_pico_usd_per_token),
            (tokens.cache_write, self.cache_write_pico_usd_per_token),
            (tokens.audio_input, self.audio_input_pico_usd_per_token),
            (answer, self.output_pico_usd_per_token),
            (tokens.audio_output, self.audio_output_pico_usd_per_token),
        ];
        // A price is at most 10^10, so each product is below 2^98.
        let pico_usd: u128 =
            paid.into_iter().map(|(count, price)| u128::from(count) * u128::from(price)).sum();
        let nano_usd = (pico_usd + PICO_USD_PER_NANO_USD / 2) / PICO_USD_PER_NANO_USD;
        u64::try_from(nano_usd).unwrap_or(u64::MAX)
    }
}

/// Converts a decimal of US dollars per million tokens without rounding.
///
/// # Errors
///
/// What to write instead.
pub(crate) fn pico_usd_per_token(written: Decimal<'_>) -> Result<u64, String> {
    let price = written.scaled(DECIMALS).map_err(|error| match error {
        DecimalError::Negative => {
            "a price cannot be negative; write 0 when it costs nothing".to_owned()
        }
        DecimalError::NotPlain => "write it as a plain decimal, for example 0.15".to_owned(),
        DecimalError::TooFine => format!("write at most {DECIMALS} digits after the point"),
    })?;
    if price > MAX_USD_PER_MILLION_TOKENS * PICO_USD_PER_TOKEN_IN_USD_PER_MILLION_TOKENS {
        return Err(format!(
            "that is over {MAX_USD_PER_MILLION_TOKENS}; write US dollars for a million tokens"
        ));
    }
    Ok(price)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(written: &str) -> Result<u64, String> {
        pico_usd_per_token(Decimal(written))
    }

    #[test]
    fn keeps_every_digit() {
        assert_eq!(price("0.15"), Ok(150_000));
        assert_eq!(price("0.1"), Ok(100_000));
        assert_eq!(price("0.000001"), Ok(1));
        assert_eq!(price("+2.500000000"), Ok(2_500_000));
        assert_eq!(price("3"), Ok(3_000_000));
        assert_eq!(price("0"), Ok(0));
        assert_eq!(price("10_000"), Ok(10_000_000_000));
    }

    const PRICE: Price = Price {
        input_pico_usd_per_token: 3_000_000,
        cached_input_pico_usd_per_token: 300_000,
        cache_write_pico_usd_per_token: 3_750_000,
        output_pico_usd_per_token: 15_000_000,
        audio_input_pico_usd_per_token: 40_000_000,
        audio_output_pico_usd_per_token: 80_000_000,
    };

    #[test]
    fn pays_each_token_once_at_the_price_of_its_part() {
        let tokens = Tokens {
            input: 1_000,
            cached_input: 600,
            cache_write: 300,
            output: 50,
            audio_input: 10,
            audio_output: 20,
        };
        let expected =
            90 * 3_000 + 600 * 300 + 300 * 3_750 + 10 * 40_000 + 30 * 15_000 + 20 * 80_000;
        assert_eq!(PRICE.cost_nano_usd(&tokens), expected);
        assert_eq!(PRICE.cost_nano_usd(&Tokens::default()), 0);
    }

    #[test]
    fn rounds_half_a_nano_dollar_up_and_once() {
        let cost = |pico_usd: u64, input: u64| {
            let price = Price { input_pico_usd_per_token: pico_usd, ..PRICE };
            price.cost_nano_usd(&Tokens { input, ..Tokens::default() })
        };
        assert_eq!((cost(499, 1), cost(500, 1), cost(1, 1_499), cost(1, 1_500)), (0, 1, 1, 2));
    }

    #[test]
    fn counts_beyond_all_bounds_cost_the_most_there_is() {
        let tokens = Tokens { input: u64::MAX, output: u64::MAX, ..Tokens::default() };
        assert_eq!(PRICE.cost_nano_usd(&tokens), u64::MAX);
        let parts = Tokens { input: 1, cached_input: 10, cache_write: 10, ..Tokens::default() };
        assert_eq!(PRICE.cost_nano_usd(&parts), 40_500, "as they are counted, and no less than 0");
    }

    #[test]
    fn refuses_what_it_would_have_to_round_or_cannot_be() {
        for wrong in ["0.0000001", "1e-3", "inf", "nan", "-0.1", "-0.0", "10000.000001"] {
            assert!(price(wrong).is_err(), "{wrong}");
        }
        assert!(price(&"9".repeat(40)).is_err());
    }
}
