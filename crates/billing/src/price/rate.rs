//! A price of one unit, as an exact fraction.

use crate::exact::{Overflow, share};
use crate::money::NanoUsd;

/// Nano-dollars per unit: a token, a request, or a nano-dollar of cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    numerator: u64,
    denominator: u64,
}

/// Pico-dollars in a nano-dollar.
const PICO_PER_NANO: u64 = 1_000;
/// Hundredths of a percent in the whole.
const BASIS_POINTS: u64 = 10_000;

impl Rate {
    /// Nothing is charged.
    pub const FREE: Self = Self { numerator: 0, denominator: 1 };

    /// Pico-dollars (10^-12 US dollars) per token: millionths of a dollar per million tokens.
    pub const fn pico_usd_per_token(pico_usd: u64) -> Self {
        Self { numerator: pico_usd, denominator: PICO_PER_NANO }
    }

    /// Nano-dollars per request.
    pub const fn nano_usd_per_request(nano_usd: u64) -> Self {
        Self { numerator: nano_usd, denominator: 1 }
    }

    /// The vendor's cost and this many hundredths of a percent of it.
    pub const fn of_cost(markup_basis_points: u64) -> Self {
        let numerator = BASIS_POINTS.saturating_add(markup_basis_points);
        Self { numerator, denominator: BASIS_POINTS }
    }

    /// The fraction: nano-dollars, and the units that they are for.
    pub fn fraction(self) -> (u64, u64) {
        (self.numerator, self.denominator)
    }

    /// The amount for a quantity, rounded once, half to even.
    ///
    /// # Errors
    ///
    /// It exceeds 10^18 US dollars.
    pub fn amount(self, quantity: i128) -> Result<NanoUsd, Overflow> {
        let amount = share(quantity, i128::from(self.numerator), i128::from(self.denominator))?;
        NanoUsd::checked(amount)
    }

    /// US dollars per million tokens.
    pub(super) fn usd_per_million(self) -> NanoUsd {
        self.amount(1_000_000).unwrap_or_default()
    }

    /// US dollars per unit.
    pub(super) fn usd_per_unit(self) -> NanoUsd {
        self.amount(1).unwrap_or_default()
    }

    /// The markup in percent, as a decimal number.
    pub(super) fn markup_percent(self) -> String {
        let points = self.numerator.saturating_sub(BASIS_POINTS);
        let percent = format!("{}.{:02}", points / 100, points % 100);
        percent.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}
