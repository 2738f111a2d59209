//! Drafts: invoices before they have a number.

use super::credit::{self, Credit, CreditUse, use_credits};
use super::error::InvoiceError;
use super::parties::Party;
use super::tax::Tax;
use crate::calendar::{Period, Zone};
use crate::money::NanoUsd;
use crate::price::Package;
use crate::rating::{Line, LineKind, LineUnit, Rated};
use std::collections::BTreeSet;

/// What an invoice is made of.
#[derive(Debug, Clone)]
pub struct Parts<'p> {
    /// It identifies the invoice before it has a number: one for each subscription and period, so that a draft is not issued twice.
    pub id: String,
    /// Who sells.
    pub issuer: Party,
    /// Who buys.
    pub customer: Party,
    /// The time zone of its dates.
    pub zone: Zone,
    /// The lines of the period.
    pub rated: Rated,
    /// Whether rows without a line are let go.
    pub allow_unrated: bool,
    /// Differences of earlier periods, and credits that are bought.
    pub more: Vec<Line>,
    /// The customer's credits; those that are valid at the end of the period pay.
    pub credits: &'p [Credit],
    /// The tax, if one applies.
    pub tax: Option<Tax>,
}

/// An invoice without a number. It can be thrown away and made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub(super) id: String,
    pub(super) issuer: Party,
    pub(super) customer: Party,
    pub(super) zone: Zone,
    pub(super) period: Period,
    pub(super) lines: Vec<Line>,
    pub(super) credit_uses: Vec<CreditUse>,
    pub(super) tax: Option<Tax>,
}

impl Draft {
    /// Puts the lines together: what is charged, then adjustments and purchases, then credits, then tax on the sum of all these.
    /// Credits pay for what is charged as far as that is over 0; they do not pay for credits.
    ///
    /// # Errors
    ///
    /// Usage is not rated, a line is there twice, a credit is broken or an amount too large.
    pub fn of(parts: Parts<'_>) -> Result<Self, InvoiceError> {
        let Parts { id, issuer, customer, zone, rated, allow_unrated, more, credits, tax } = parts;
        let Rated { period, mut lines, unrated, .. } = rated;
        if !unrated.is_empty() && !allow_unrated {
            return Err(InvoiceError::Unrated { unrated: unrated.to_string() });
        }
        lines.extend(more);
        let payable = lines.iter().filter(|line| line.kind != LineKind::Prepaid);
        let payable = NanoUsd::sum(payable.map(|line| line.amount_usd))?;
        let credit_uses = use_credits(credits, payable, period.end_s)?;
        lines.extend(credit_uses.iter().map(|used| credit::line(used, period)));
        let net = NanoUsd::sum(lines.iter().map(|line| line.amount_usd))?;
        lines.extend(tax.as_ref().map(|tax| tax.line(net, period)).transpose()?);
        let mut seen = BTreeSet::new();
        if let Some(line) = lines.iter().find(|line| !seen.insert((line.period, &line.key))) {
            return Err(InvoiceError::TwiceALine { key: line.key.clone() });
        }
        Ok(Self { id, issuer, customer, zone, period, lines, credit_uses, tax })
    }

    /// The lines.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// What it takes of credits.
    pub fn credit_uses(&self) -> &[CreditUse] {
        &self.credit_uses
    }

    /// The sum of its lines.
    pub fn total(&self) -> NanoUsd {
        // The sum was calculated when the lines were put together.
        NanoUsd::sum(self.lines.iter().map(|line| line.amount_usd)).unwrap_or_default()
    }
}

/// The line of credits that are bought, for [`Parts::more`]. They are granted when the invoice is paid, or when it is issued: that is
/// the seller's choice.
pub fn purchase(package: &Package, credit_id: &str, period: Period) -> Line {
    Line {
        key: format!("prepaid/{credit_id}"),
        kind: LineKind::Prepaid,
        description: format!("Prepaid credit of {} USD", package.credit),
        quantity: 1,
        unit: LineUnit::Amount,
        price: format!("{} USD", package.price),
        period,
        amount_usd: package.price,
    }
}
