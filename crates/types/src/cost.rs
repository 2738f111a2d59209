//! The cost of tokens, in integers.

use crate::{Price, Usage};

const PICO_USD_PER_NANO_USD: u128 = 1_000;

impl Price {
    /// The cost of these tokens, in nano-dollars (10^-9 US dollars).
    ///
    /// Each token is paid once, at the price of the narrowest part it belongs to. The sum is in pico-dollars and
    /// rounded once, at the end, half a nano-dollar upwards. Parts that exceed their whole are paid as counted; a cost
    /// over `u64` (18 billion dollars) saturates.
    #[must_use]
    pub fn cost_nano_usd(&self, usage: &Usage) -> u64 {
        let parts = [usage.cached_input_tokens, usage.cache_write_tokens, usage.audio_input_tokens];
        let rest = parts.into_iter().fold(usage.input_tokens, u64::saturating_sub);
        let answer = usage.output_tokens.saturating_sub(usage.audio_output_tokens);
        let paid = [
            (rest, self.input_pico_usd_per_token),
            (usage.cached_input_tokens, self.cached_input_pico_usd_per_token),
            (usage.cache_write_tokens, self.cache_write_pico_usd_per_token),
            (usage.audio_input_tokens, self.audio_input_pico_usd_per_token),
            (answer, self.output_pico_usd_per_token),
            (usage.audio_output_tokens, self.audio_output_pico_usd_per_token),
        ];
        // A price is at most 10^10, so each product is below 2^98.
        let pico_usd: u128 =
            paid.into_iter().map(|(count, price)| u128::from(count) * u128::from(price)).sum();
        let nano_usd = (pico_usd + PICO_USD_PER_NANO_USD / 2) / PICO_USD_PER_NANO_USD;
        u64::try_from(nano_usd).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let tokens = Usage {
            input_tokens: 1_000,
            cached_input_tokens: 600,
            cache_write_tokens: 300,
            output_tokens: 50,
            audio_input_tokens: 10,
            audio_output_tokens: 20,
            ..Usage::default()
        };
        let expected =
            90 * 3_000 + 600 * 300 + 300 * 3_750 + 10 * 40_000 + 30 * 15_000 + 20 * 80_000;
        assert_eq!(PRICE.cost_nano_usd(&tokens), expected);
        assert_eq!(PRICE.cost_nano_usd(&Usage::default()), 0);
    }

    #[test]
    fn rounds_half_a_nano_dollar_up_and_once() {
        let cost = |pico_usd: u64, input: u64| {
            let price = Price { input_pico_usd_per_token: pico_usd, ..PRICE };
            price.cost_nano_usd(&Usage { input_tokens: input, ..Usage::default() })
        };
        assert_eq!((cost(499, 1), cost(500, 1), cost(1, 1_499), cost(1, 1_500)), (0, 1, 1, 2));
    }

    #[test]
    fn counts_beyond_all_bounds_cost_the_most_there_is() {
        let tokens = Usage { input_tokens: u64::MAX, output_tokens: u64::MAX, ..Usage::default() };
        assert_eq!(PRICE.cost_nano_usd(&tokens), u64::MAX);
        let parts = Usage {
            input_tokens: 1,
            cached_input_tokens: 10,
            cache_write_tokens: 10,
            ..Usage::default()
        };
        assert_eq!(PRICE.cost_nano_usd(&parts), 40_500, "as they are counted, and no less than 0");
    }
}
