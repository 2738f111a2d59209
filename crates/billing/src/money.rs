//! Amounts of money.

use crate::exact::{Overflow, half_even};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Neg;

/// Nano-dollars in a dollar.
const PER_USD: u128 = 1_000_000_000;
/// Nano-dollars in a cent.
const PER_CENT: i128 = 10_000_000;
/// Digits after the point.
const DECIMALS: usize = 9;
/// The largest amount, in nano-dollars: 10^18 US dollars. Its product with any price or rate here fits 127 bits.
const MAX: i128 = 1_000_000_000_000_000_000_000_000_000;

/// A signed amount of whole nano-dollars (10^-9 US dollars), at most 10^18 US dollars.
///
/// Written as a decimal number of US dollars in a string (`"-0.000000001"`), so that no reader takes it for a binary fraction.
#[derive(
    Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct NanoUsd(i128);

/// A text that is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} is no amount of US dollars; write a decimal number with at most 9 digits after the point, such as \"12.50\""
)]
pub struct NotUsd {
    given: String,
}

impl NanoUsd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// This many nano-dollars.
    pub const fn from_nano_usd(nano_usd: i64) -> Self {
        // 2^63 is far below the largest amount.
        Self(nano_usd as i128)
    }

    /// This many nano-dollars.
    ///
    /// # Errors
    ///
    /// They exceed 10^18 US dollars.
    pub fn checked(nano_usd: i128) -> Result<Self, Overflow> {
        if (-MAX..=MAX).contains(&nano_usd) { Ok(Self(nano_usd)) } else { Err(Overflow) }
    }

    /// The number of nano-dollars.
    pub const fn nano_usd(self) -> i128 {
        self.0
    }

    /// Whether it is over 0.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// The sum of two amounts.
    ///
    /// # Errors
    ///
    /// It exceeds 10^18 US dollars.
    pub fn plus(self, other: Self) -> Result<Self, Overflow> {
        Self::checked(self.0 + other.0)
    }

    /// The difference of two amounts.
    ///
    /// # Errors
    ///
    /// It exceeds 10^18 US dollars.
    pub fn minus(self, other: Self) -> Result<Self, Overflow> {
        Self::checked(self.0 - other.0)
    }

    /// The sum of all amounts.
    ///
    /// # Errors
    ///
    /// It exceeds 10^18 US dollars.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, Overflow> {
        amounts.into_iter().try_fold(Self::ZERO, Self::plus)
    }

    /// Whole cents, which is what payment processors take; rounded half to even.
    pub fn cents(self) -> i128 {
        // The denominator is positive: this cannot fail.
        half_even(self.0, PER_CENT).unwrap_or_default()
    }
}

impl Neg for NanoUsd {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

/// With two to nine digits after the point: as many as it takes to be exact.
impl fmt::Display for NanoUsd {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let amount = self.0.unsigned_abs();
        let fraction = format!("{:09}", amount % PER_USD);
        let fraction = fraction.trim_end_matches('0');
        write!(formatter, "{sign}{}.{fraction:0<2}", amount / PER_USD)
    }
}

impl std::str::FromStr for NanoUsd {
    type Err = NotUsd;

    fn from_str(text: &str) -> Result<Self, NotUsd> {
        let wrong = || NotUsd { given: text.chars().take(40).collect() };
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let is_number = !whole.is_empty() && are_digits(whole) && are_digits(fraction);
        if !is_number || fraction.len() > DECIMALS || digits.ends_with('.') {
            return Err(wrong());
        }
        let nano_usd: i128 = format!("{whole}{fraction:0<9}").parse().map_err(|_| wrong())?;
        Self::checked(sign * nano_usd).map_err(|_| wrong())
    }
}

impl TryFrom<String> for NanoUsd {
    type Error = NotUsd;

    fn try_from(text: String) -> Result<Self, NotUsd> {
        text.parse()
    }
}

impl From<NanoUsd> for String {
    fn from(amount: NanoUsd) -> String {
        amount.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX, NanoUsd};
    use crate::exact::Overflow;

    #[test]
    fn an_amount_is_written_exactly_and_read_again() {
        for (nano_usd, text) in [
            (0, "0.00"),
            (1, "0.000000001"),
            (-1, "-0.000000001"),
            (10_000_000, "0.01"),
            (1_500_000_000, "1.50"),
            (-12_345_000_000, "-12.345"),
            (MAX, "1000000000000000000.00"),
        ] {
            let amount = NanoUsd::checked(nano_usd).unwrap();
            assert_eq!(amount.to_string(), text);
            assert_eq!(text.parse(), Ok(amount));
            let json = serde_json::to_string(&amount).unwrap();
            assert_eq!(serde_json::from_str::<NanoUsd>(&json).unwrap(), amount);
        }
        assert_eq!("7".parse(), Ok(NanoUsd::from_nano_usd(7_000_000_000)));
    }

    #[test]
    fn a_text_that_is_no_exact_amount_is_refused() {
        let long = "9".repeat(60);
        for text in ["", "-", ".5", "1.", "1e3", "+1", "1,000", "0.0000000001", " 1", "--1", &long]
        {
            let error = text.parse::<NanoUsd>().unwrap_err();
            assert!(error.to_string().contains("such as"), "{text}");
        }
    }

    #[test]
    fn sums_are_bounded() {
        let most = NanoUsd::checked(MAX).unwrap();
        assert_eq!(most.plus(NanoUsd::from_nano_usd(1)), Err(Overflow));
        assert_eq!((-most).minus(NanoUsd::from_nano_usd(1)), Err(Overflow));
        assert_eq!(NanoUsd::sum([most, -most]), Ok(NanoUsd::ZERO));
    }

    #[test]
    fn cents_are_rounded_half_to_even() {
        for (text, cents) in [("0.005", 0), ("0.015", 2), ("0.025000001", 3), ("-0.015", -2)] {
            assert_eq!(text.parse::<NanoUsd>().unwrap().cents(), cents, "{text}");
        }
    }
}
