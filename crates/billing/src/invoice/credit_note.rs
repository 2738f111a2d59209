//! Credit notes: corrections of an invoice that has a number.

use super::credit_note_line::CreditNoteLine;
use super::error::InvoiceError;
use super::state::{Invoice, InvoiceState};
use crate::money::NanoUsd;
use crate::rating::{Line, LineKind};
use serde::{Deserialize, Serialize};

/// A correction, with a number of its own series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditNote {
    /// Its number.
    pub number: String,
    /// The invoice that it corrects.
    pub invoice_number: String,
    /// When it was issued, in seconds since 1970.
    pub issued_s: i64,
    /// Why.
    pub reason: String,
    /// What is credited, tax included.
    pub lines: Vec<CreditNoteLine>,
    /// The sum of its lines.
    pub total_usd: NanoUsd,
}

impl Invoice {
    /// Notes what is credited, and returns it with its tax, and the sum.
    pub(super) fn credit(
        &mut self,
        mut lines: Vec<CreditNoteLine>,
    ) -> Result<(Vec<CreditNoteLine>, NanoUsd), InvoiceError> {
        if matches!(self.state, InvoiceState::Void { .. }) {
            return Err(self.wrong_state("it asks for nothing"));
        }
        let mut credited = self.credited.clone();
        for line in &lines {
            let of = self.creditable(line).ok_or_else(|| InvoiceError::NoSuchLine {
                number: self.number.clone(),
                key: line.key.clone(),
            })?;
            let left = of.amount_usd.minus(sum(&credited, line)?)?;
            if !line.amount_usd.is_positive() || line.amount_usd > left {
                return Err(InvoiceError::TooMuch {
                    key: line.key.clone(),
                    amount: line.amount_usd.to_string(),
                    left: left.to_string(),
                });
            }
            credited.push(line.clone());
        }
        if let Some(tax) = self.tax_of(&lines, &credited)? {
            credited.push(tax.clone());
            lines.push(tax);
        }
        if lines.is_empty() {
            return Err(InvoiceError::NoLines { id: self.number.clone() });
        }
        let total = NanoUsd::sum(lines.iter().map(|line| line.amount_usd))?;
        self.credited = credited;
        Ok((lines, total))
    }

    fn creditable(&self, wanted: &CreditNoteLine) -> Option<&Line> {
        let is_right = |line: &&Line| {
            let is_charge = !matches!(line.kind, LineKind::Tax | LineKind::Credit);
            let is_named = line.key == wanted.key && line.period.start_s == wanted.period_start_s;
            is_named && is_charge && line.amount_usd.is_positive()
        };
        self.lines.iter().find(is_right)
    }

    /// The tax on what is credited, at most what is left of the invoice's.
    fn tax_of(
        &self,
        lines: &[CreditNoteLine],
        credited: &[CreditNoteLine],
    ) -> Result<Option<CreditNoteLine>, InvoiceError> {
        let Some(tax) = &self.tax else { return Ok(None) };
        let of_invoice = self.lines.iter().find(|line| line.kind == LineKind::Tax);
        let of_invoice = of_invoice.map_or(NanoUsd::ZERO, |line| line.amount_usd);
        let net = NanoUsd::sum(lines.iter().map(|line| line.amount_usd))?;
        let mut line = CreditNoteLine {
            key: "tax".to_owned(),
            period_start_s: self.period.start_s,
            amount_usd: NanoUsd::ZERO,
        };
        let left = of_invoice.minus(sum(credited, &line)?)?;
        line.amount_usd = tax.of(net)?.min(left);
        Ok(Some(line).filter(|line| line.amount_usd.is_positive()))
    }
}

/// What is credited of a line.
fn sum(credited: &[CreditNoteLine], of: &CreditNoteLine) -> Result<NanoUsd, InvoiceError> {
    let same =
        |line: &&CreditNoteLine| line.key == of.key && line.period_start_s == of.period_start_s;
    Ok(NanoUsd::sum(credited.iter().filter(same).map(|line| line.amount_usd))?)
}
