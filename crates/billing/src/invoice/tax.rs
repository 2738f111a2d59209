//! A tax as it is given: nothing here decides which one applies.

use super::error::InvoiceError;
use crate::calendar::Period;
use crate::exact::share;
use crate::money::NanoUsd;
use crate::rating::{Line, LineKind, LineUnit};
use serde::{Deserialize, Serialize};

/// Parts per million in the whole.
const MILLION: u32 = 1_000_000;

/// A tax on the sum of all other lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tax {
    /// Its name on the invoice: `VAT`, `reverse charge`.
    pub name: String,
    /// Its rate in parts per million: 190000 for 19 %.
    pub rate_ppm: u32,
}

impl Tax {
    /// The tax of an amount, rounded half to even.
    ///
    /// # Errors
    ///
    /// The rate is over the whole, or the amount is too large.
    pub fn of(&self, amount: NanoUsd) -> Result<NanoUsd, InvoiceError> {
        if self.rate_ppm > MILLION {
            return Err(InvoiceError::TaxRate { ppm: self.rate_ppm });
        }
        let tax = share(amount.nano_usd(), i128::from(self.rate_ppm), i128::from(MILLION))?;
        Ok(NanoUsd::checked(tax)?)
    }

    /// The rate in percent, as a decimal number.
    pub fn percent(&self) -> String {
        let percent = format!("{}.{:04}", self.rate_ppm / 10_000, self.rate_ppm % 10_000);
        percent.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    pub(super) fn line(&self, amount: NanoUsd, period: Period) -> Result<Line, InvoiceError> {
        Ok(Line {
            key: "tax".to_owned(),
            kind: LineKind::Tax,
            description: self.name.clone(),
            quantity: 1,
            unit: LineUnit::Amount,
            price: format!("{} %", self.percent()),
            period,
            amount_usd: self.of(amount)?,
        })
    }
}
