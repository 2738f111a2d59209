//! Numbers without gaps.

use super::credit_note::CreditNote;
use super::credit_note_line::CreditNoteLine;
use super::draft::Draft;
use super::error::InvoiceError;
use super::state::{Invoice, InvoiceState};
use serde::{Deserialize, Serialize};

/// Digits of a number; a longer one has more.
const DIGITS: usize = 6;
const DAY_S: i64 = 86_400;

/// The numbers of an issuer's invoices, or of its credit notes.
///
/// Drafts have none, so that one that is thrown away leaves no gap; an invoice that is void keeps its own. The store keeps the series
/// and what got its number in one transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    issuer_id: String,
    prefix: String,
    last: u64,
}

impl Series {
    /// A series that begins with 1: `INV-000001`.
    ///
    /// # Errors
    ///
    /// The prefix has other characters than letters, digits and `-`, or not 1 to 16 of them.
    pub fn new(issuer_id: &str, prefix: &str) -> Result<Self, InvoiceError> {
        let is_right = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if !(1..=16).contains(&prefix.len()) || !prefix.bytes().all(is_right) {
            return Err(InvoiceError::Prefix { prefix: prefix.to_owned() });
        }
        Ok(Self { issuer_id: issuer_id.to_owned(), prefix: prefix.to_owned(), last: 0 })
    }

    /// The last number that was given; 0 for none.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Issues a draft: it gets the next number. With nothing to pay it is paid at once.
    ///
    /// # Errors
    ///
    /// The draft has no lines or another issuer; then no number is given.
    pub fn issue(
        &mut self,
        draft: Draft,
        now_s: i64,
        due_days: u32,
    ) -> Result<Invoice, InvoiceError> {
        self.owns(&draft.issuer.id)?;
        if draft.lines.is_empty() {
            return Err(InvoiceError::NoLines { id: draft.id });
        }
        let total_usd = draft.total();
        let state = match total_usd.is_positive() {
            true => InvoiceState::Issued,
            false => InvoiceState::Paid { at_s: now_s },
        };
        Ok(Invoice {
            id: draft.id,
            number: self.next(),
            state,
            issued_s: now_s,
            due_s: now_s.saturating_add(i64::from(due_days).saturating_mul(DAY_S)),
            issuer: draft.issuer,
            customer: draft.customer,
            zone: draft.zone,
            period: draft.period,
            lines: draft.lines,
            credit_uses: draft.credit_uses,
            tax: draft.tax,
            credited: Vec::new(),
            total_usd,
        })
    }

    /// Issues a credit note: what it credits, net of tax, by lines of the invoice. The invoice keeps the sums.
    ///
    /// # Errors
    ///
    /// The invoice is void or another issuer's, or more would be credited than was charged; then no number is given.
    pub fn credit(
        &mut self,
        invoice: &mut Invoice,
        lines: Vec<CreditNoteLine>,
        reason: &str,
        now_s: i64,
    ) -> Result<CreditNote, InvoiceError> {
        self.owns(&invoice.issuer.id)?;
        let (lines, total_usd) = invoice.credit(lines)?;
        Ok(CreditNote {
            number: self.next(),
            invoice_number: invoice.number.clone(),
            issued_s: now_s,
            reason: reason.to_owned(),
            lines,
            total_usd,
        })
    }

    fn owns(&self, given: &str) -> Result<(), InvoiceError> {
        if given == self.issuer_id {
            return Ok(());
        }
        let (given, issuer) = (given.to_owned(), self.issuer_id.clone());
        Err(InvoiceError::OtherIssuer { given, issuer })
    }

    fn next(&mut self) -> String {
        self.last = self.last.saturating_add(1);
        format!("{}-{:0DIGITS$}", self.prefix, self.last)
    }
}
