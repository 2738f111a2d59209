//! Prepaid credits.

use super::error::InvoiceError;
use crate::calendar::Period;
use crate::money::NanoUsd;
use crate::rating::{Line, LineKind, LineUnit};
use serde::{Deserialize, Serialize};

/// Prepaid credit of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credit {
    /// It identifies the credit.
    pub id: String,
    /// When it was granted, in seconds since 1970.
    pub granted_s: i64,
    /// The first second in which it pays for nothing; none if it does not expire.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_s: Option<i64>,
    /// What it was worth.
    pub granted_usd: NanoUsd,
    /// What is left of it.
    pub left_usd: NanoUsd,
}

/// What an invoice takes of a credit. It is booked ([`Credit::book`]) when the invoice is issued, and given back if that is void.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditUse {
    /// The credit's id.
    pub credit_id: String,
    /// The amount, over 0.
    pub amount_usd: NanoUsd,
}

impl Credit {
    /// Whether it pays for what is settled at a moment: it was granted by then, and has not expired.
    pub fn is_valid(&self, at_s: i64) -> bool {
        self.granted_s <= at_s && self.expires_s.is_none_or(|expires_s| at_s < expires_s)
    }

    /// Takes a use of it away.
    ///
    /// # Errors
    ///
    /// Less is left: it was used otherwise since the draft was made, which has to be made again.
    pub fn book(&mut self, taken: NanoUsd) -> Result<(), InvoiceError> {
        let left = self.left_usd.minus(taken)?;
        if left < NanoUsd::ZERO || taken < NanoUsd::ZERO {
            return Err(self.broken(left));
        }
        self.left_usd = left;
        Ok(())
    }

    /// Gives a use of it back, of an invoice that is void.
    ///
    /// # Errors
    ///
    /// More would be left than was granted: it was given back before.
    pub fn give_back(&mut self, taken: NanoUsd) -> Result<(), InvoiceError> {
        let left = self.left_usd.plus(taken)?;
        if left > self.granted_usd || taken < NanoUsd::ZERO {
            return Err(self.broken(left));
        }
        self.left_usd = left;
        Ok(())
    }

    fn broken(&self, left: NanoUsd) -> InvoiceError {
        InvoiceError::BrokenCredit {
            id: self.id.clone(),
            left: left.to_string(),
            granted: self.granted_usd.to_string(),
        }
    }
}

/// What pays for an amount that is settled at a moment: valid credits, the one that was granted first first (of two of one second, the
/// one with the smaller id), each until nothing is left of it or of the amount.
///
/// # Errors
///
/// A credit is broken.
pub fn use_credits(
    credits: &[Credit],
    amount: NanoUsd,
    at_s: i64,
) -> Result<Vec<CreditUse>, InvoiceError> {
    if let Some(broken) = credits
        .iter()
        .find(|credit| credit.left_usd < NanoUsd::ZERO || credit.left_usd > credit.granted_usd)
    {
        return Err(broken.broken(broken.left_usd));
    }
    let mut valid: Vec<_> = credits.iter().filter(|credit| credit.is_valid(at_s)).collect();
    valid.sort_by_key(|credit| (credit.granted_s, &credit.id));
    let (mut open, mut uses) = (amount, Vec::new());
    for credit in valid {
        let taken = credit.left_usd.min(open);
        if taken.is_positive() {
            open = open.minus(taken)?;
            uses.push(CreditUse { credit_id: credit.id.clone(), amount_usd: taken });
        }
    }
    Ok(uses)
}

pub(super) fn line(used: &CreditUse, period: Period) -> Line {
    Line {
        key: format!("credit/{}", used.credit_id),
        kind: LineKind::Credit,
        description: format!("Prepaid credit {}", used.credit_id),
        quantity: 1,
        unit: LineUnit::Amount,
        price: String::new(),
        period,
        amount_usd: -used.amount_usd,
    }
}
