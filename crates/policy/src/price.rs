//! Prices of tokens, in integers.

use crate::reading::{Decimal, DecimalError};

/// The most digits after the point of a price in US dollars per million tokens: the sixth is a pico-dollar per token, the unit of
/// a price.
const DECIMALS: usize = 6;

/// The highest plausible price, in US dollars per million tokens: over ten times the most expensive known model, and far below the
/// values of a price that was mistakenly converted from thousands of tokens or single tokens.
const MAX_USD_PER_MILLION_TOKENS: u64 = 10_000;

const PICO_USD_PER_TOKEN_IN_USD_PER_MILLION_TOKENS: u64 = 1_000_000;

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

    #[test]
    fn refuses_what_it_would_have_to_round_or_cannot_be() {
        for wrong in ["0.0000001", "1e-3", "inf", "nan", "-0.1", "-0.0", "10000.000001"] {
            assert!(price(wrong).is_err(), "{wrong}");
        }
        assert!(price(&"9".repeat(40)).is_err());
    }
}
