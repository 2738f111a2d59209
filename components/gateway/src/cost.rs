//! What an answer cost: integers, from the catalogue's prices.

use postern_contract::types::{Price, Usage};
use postern_policy::Tokens;

/// In 10^-9 US dollars. The policy crate has the arithmetic.
pub fn nano_usd(usage: &Usage, price: &Price) -> u64 {
    let price = postern_policy::Price {
        input_pico_usd_per_token: price.input_pico_usd,
        cached_input_pico_usd_per_token: price.cached_input_pico_usd,
        cache_write_pico_usd_per_token: price.cache_write_pico_usd,
        output_pico_usd_per_token: price.output_pico_usd,
        audio_input_pico_usd_per_token: price.audio_input_pico_usd,
        audio_output_pico_usd_per_token: price.audio_output_pico_usd,
    };
    price.cost_nano_usd(&Tokens {
        input: usage.input_tokens,
        cached_input: usage.cached_input_tokens,
        cache_write: usage.cache_write_tokens,
        output: usage.output_tokens,
        audio_input: usage.audio_input_tokens,
        audio_output: usage.audio_output_tokens,
    })
}
