//! What tokens cost, in integers.

use crate::reading::Decimal;

/// Digits after the point of a price in US dollars per million tokens; one more would not be a whole pico-dollar
/// per token.
const DECIMALS: usize = 6;

/// The highest price taken for true, in US dollars per million tokens: over ten times the dearest known model, and
/// far below what a price per thousand or per single token looks like when it is written by mistake.
const MAX_USD_PER_MILLION_TOKENS: u64 = 10_000;

const PICO_USD_PER_TOKEN_IN_USD_PER_MILLION_TOKENS: u64 = 1_000_000;

/// What a deployment's tokens cost, in pico-dollars (10^-12 US dollars) per token.
///
/// A pico-dollar per token is a micro-dollar per million tokens: `0.15` in the file is 150 000 here. A `u128` holds
/// the cost of any number of tokens; a `u64` that of 1.8 billion of the dearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// A token of the prompt.
    pub input_pico_usd_per_token: u64,
    /// A token of the prompt that the vendor had in its cache.
    pub cached_input_pico_usd_per_token: u64,
    /// A token of the answer.
    pub output_pico_usd_per_token: u64,
}

/// Converts a decimal of US dollars per million tokens without rounding.
///
/// # Errors
///
/// What to write instead.
pub(crate) fn pico_usd_per_token(written: Decimal<'_>) -> Result<u64, String> {
    let text = written.0.strip_prefix('+').unwrap_or(written.0);
    if text.starts_with('-') {
        return Err("a price cannot be negative; write 0 when it costs nothing".to_owned());
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = without_separators(whole);
    let fraction = without_separators(fraction);
    let fraction = fraction.trim_end_matches('0');
    if ![whole.as_str(), fraction].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Err("write it as a plain decimal, for example 0.15".to_owned());
    }
    if fraction.len() > DECIMALS {
        return Err(format!("write at most {DECIMALS} digits after the point"));
    }
    // What does not fit 64 bits is over the highest price too.
    let whole = whole.parse().unwrap_or(u64::MAX);
    let fraction: u64 = format!("{fraction:0<DECIMALS$}").parse().unwrap_or(u64::MAX);
    let price =
        whole.saturating_mul(PICO_USD_PER_TOKEN_IN_USD_PER_MILLION_TOKENS).saturating_add(fraction);
    if price > MAX_USD_PER_MILLION_TOKENS * PICO_USD_PER_TOKEN_IN_USD_PER_MILLION_TOKENS {
        return Err(format!(
            "that is over {MAX_USD_PER_MILLION_TOKENS}; write US dollars for a million tokens"
        ));
    }
    Ok(price)
}

fn without_separators(digits: &str) -> String {
    digits.replace('_', "")
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

    #[test]
    fn refuses_what_it_would_have_to_round_or_cannot_be() {
        for wrong in ["0.0000001", "1e-3", "inf", "nan", "-0.1", "-0.0", "10000.000001"] {
            assert!(price(wrong).is_err(), "{wrong}");
        }
        assert!(price(&"9".repeat(40)).is_err());
    }
}
