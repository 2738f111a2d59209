//! An invoice with a number, and what becomes of it.

use super::credit::CreditUse;
use super::credit_note_line::CreditNoteLine;
use super::error::InvoiceError;
use super::parties::Party;
use super::tax::Tax;
use crate::calendar::{Period, Zone};
use crate::money::NanoUsd;
use crate::rating::Line;
use serde::{Deserialize, Serialize};

/// What became of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum InvoiceState {
    /// It is to be paid.
    Issued,
    /// It is paid.
    Paid {
        /// When, in seconds since 1970.
        at_s: i64,
    },
    /// It does not count. Its number stays, and its credits are given back.
    Void {
        /// When, in seconds since 1970.
        at_s: i64,
        /// Why.
        reason: String,
    },
}

impl InvoiceState {
    /// The word in documents.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Paid { .. } => "paid",
            Self::Void { .. } => "void",
        }
    }
}

/// An invoice with a number. Its lines never change: corrections are credit notes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invoice {
    /// The draft's id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// What became of it.
    pub state: InvoiceState,
    /// When it was issued, in seconds since 1970.
    pub issued_s: i64,
    /// When it is due, in seconds since 1970.
    pub due_s: i64,
    /// Who sells.
    pub issuer: Party,
    /// Who buys.
    pub customer: Party,
    /// The time zone of its dates.
    pub zone: Zone,
    /// The period that it is for.
    pub period: Period,
    /// What it charges.
    pub lines: Vec<Line>,
    /// What it takes of credits.
    pub credit_uses: Vec<CreditUse>,
    /// The tax, if one applies.
    pub tax: Option<Tax>,
    /// What credit notes took back.
    pub credited: Vec<CreditNoteLine>,
    /// The sum of its lines.
    pub total_usd: NanoUsd,
}

impl Invoice {
    /// What credit notes took back in all.
    ///
    /// # Errors
    ///
    /// It is too large.
    pub fn credited_usd(&self) -> Result<NanoUsd, InvoiceError> {
        Ok(NanoUsd::sum(self.credited.iter().map(|line| line.amount_usd))?)
    }

    /// What is to be paid, in US dollars; 0 if it is paid or void, or credit notes took all of it back.
    ///
    /// # Errors
    ///
    /// It is too large.
    pub fn open_usd(&self) -> Result<NanoUsd, InvoiceError> {
        match self.state {
            InvoiceState::Issued => {
                Ok(self.total_usd.minus(self.credited_usd()?)?.max(NanoUsd::ZERO))
            }
            InvoiceState::Paid { .. } | InvoiceState::Void { .. } => Ok(NanoUsd::ZERO),
        }
    }

    /// It is paid.
    ///
    /// # Errors
    ///
    /// It is void. One that is paid stays as it is: a payment that is told twice is one.
    pub fn pay(&mut self, at_s: i64) -> Result<(), InvoiceError> {
        match self.state {
            InvoiceState::Issued => self.state = InvoiceState::Paid { at_s },
            InvoiceState::Paid { .. } => {}
            InvoiceState::Void { .. } => {
                return Err(self.wrong_state("give the payment back, or issue another invoice"));
            }
        }
        Ok(())
    }

    /// It does not count. The caller gives its credits back ([`super::Credit::give_back`]).
    ///
    /// # Errors
    ///
    /// It is paid or void, or has credit notes.
    pub fn void(&mut self, at_s: i64, reason: &str) -> Result<(), InvoiceError> {
        match self.state {
            InvoiceState::Issued if self.credited.is_empty() => {
                self.state = InvoiceState::Void { at_s, reason: reason.to_owned() };
                Ok(())
            }
            InvoiceState::Void { .. } => Err(self.wrong_state("there is nothing left to do")),
            _ => Err(self.wrong_state("correct it with a credit note")),
        }
    }

    pub(super) fn wrong_state(&self, remedy: &'static str) -> InvoiceError {
        InvoiceError::State { number: self.number.clone(), state: self.state.as_str(), remedy }
    }
}
