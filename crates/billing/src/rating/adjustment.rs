//! What later rows change of a period that has an invoice.

use super::error::RatingError;
use super::line::{Line, LineKind};
use crate::calendar::Period;
use crate::exact::Overflow;
use crate::money::NanoUsd;
use std::collections::BTreeMap;

/// The lines that bring a period's invoices to what its rows are now: each is the difference to the sum of the lines with its key.
///
/// `invoiced` has all lines of earlier invoices that are for this period, adjustments too, without those of void invoices.
///
/// # Errors
///
/// An amount is too large.
pub fn adjustments(
    period: Period,
    rated: &[Line],
    invoiced: &[Line],
) -> Result<Vec<Line>, RatingError> {
    let is_charge = |line: &&Line| {
        let kinds = [LineKind::Flat, LineKind::Seats, LineKind::Usage, LineKind::Adjustment];
        line.period == period && kinds.contains(&line.kind)
    };
    let mut by_key: BTreeMap<&str, Difference<'_>> = BTreeMap::new();
    for line in rated {
        let known = by_key.entry(&line.key).or_insert_with(|| Difference::of(line));
        known.add(i128::from(line.quantity), line.amount_usd)?;
    }
    for line in invoiced.iter().filter(is_charge) {
        let known = by_key.entry(&line.key).or_insert_with(|| Difference::of(line));
        known.add(-i128::from(line.quantity), -line.amount_usd)?;
    }
    by_key.into_values().filter_map(|difference| difference.line(period).transpose()).collect()
}

struct Difference<'l> {
    of: &'l Line,
    quantity: i128,
    amount: NanoUsd,
}

impl<'l> Difference<'l> {
    fn of(line: &'l Line) -> Self {
        Self { of: line, quantity: 0, amount: NanoUsd::ZERO }
    }

    fn add(&mut self, quantity: i128, amount: NanoUsd) -> Result<(), Overflow> {
        self.quantity = self.quantity.saturating_add(quantity);
        self.amount = self.amount.plus(amount)?;
        Ok(())
    }

    /// None if nothing changed.
    fn line(self, period: Period) -> Result<Option<Line>, RatingError> {
        if self.quantity == 0 && self.amount == NanoUsd::ZERO {
            return Ok(None);
        }
        let of = self.of.description.trim_start_matches(PREFIX);
        Ok(Some(Line {
            kind: LineKind::Adjustment,
            description: format!("{PREFIX}{of}"),
            quantity: i64::try_from(self.quantity).map_err(|_| Overflow)?,
            period,
            amount_usd: self.amount,
            ..self.of.clone()
        }))
    }
}

const PREFIX: &str = "Adjustment of an earlier period, ";
