//! The amount of a limit, in whole units.

use crate::closed::LimitUnit;
use crate::reading::{Decimal, DecimalError};

/// An amount of US dollars has up to nine digits after the point: whole nano-dollars.
const USD_DECIMALS: usize = 9;

const NANO_USD_PER_USD: u64 = 1_000_000_000;

/// The highest amount: counters may be binary floating-point numbers (Lua's, in Redis), which are exact for whole numbers up to
/// 2^53, a little over this.
const MAX_AMOUNT: u64 = 9_000_000_000_000_000;

/// The amount as it is counted: in nano-dollars for money, otherwise the number itself.
///
/// # Errors
///
/// What to write instead.
pub(super) fn checked(written: Decimal<'_>, unit: LimitUnit) -> Result<u64, String> {
    let is_money = unit == LimitUnit::Usd;
    let of_what = unit.as_str();
    let amount = written.scaled(if is_money { USD_DECIMALS } else { 0 });
    match amount {
        Err(DecimalError::Negative) => Err("write how much may be used, a number over 0".to_owned()),
        Err(DecimalError::NotPlain) => {
            Err("write it as a plain number, for example 500".to_owned())
        }
        Err(DecimalError::TooFine) if is_money => {
            Err(format!("write US dollars with at most {USD_DECIMALS} digits after the point"))
        }
        Err(DecimalError::TooFine) => Err(format!("write a whole number of {of_what}")),
        Ok(0) => Err(
            "every request would be refused; write a number over 0, or take the models out of the consumer's `models`"
                .to_owned(),
        ),
        Ok(amount) if amount > MAX_AMOUNT => {
            let most = if is_money { MAX_AMOUNT / NANO_USD_PER_USD } else { MAX_AMOUNT };
            Err(format!("that is over {most}, which is the most {of_what} that can be counted exactly"))
        }
        Ok(amount) => Ok(amount),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_counted_in_nano_dollars_and_all_else_as_it_is() {
        let amount = |text, unit| checked(Decimal(text), unit);
        assert_eq!(amount("0.000000001", LimitUnit::Usd), Ok(1));
        assert_eq!(amount("500", LimitUnit::Usd), Ok(500_000_000_000));
        assert_eq!(amount("9_000_000", LimitUnit::Usd), Ok(MAX_AMOUNT));
        assert!(amount("9_000_000.000000001", LimitUnit::Usd).is_err());
        for unit in [LimitUnit::Requests, LimitUnit::OutputTokens, LimitUnit::ConcurrentRequests] {
            assert_eq!(amount("2_000.0", unit), Ok(2_000));
            assert!(amount("0.5", unit).is_err());
            assert!(amount("0", unit).is_err());
            assert!(amount("9_000_000_000_000_001", unit).is_err());
        }
    }
}
