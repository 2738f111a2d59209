//! What an invoice owes its customer.

use super::credit::Credit;
use super::error::InvoiceError;
use super::state::{Invoice, InvoiceState};
use crate::money::NanoUsd;
use crate::rating::LineKind;

/// The credit for an invoice whose adjustments exceed its charges; none if the customer owes. It is granted when the invoice is
/// issued, does not expire, and is net of tax, which the next invoice then has less of.
///
/// # Errors
///
/// An amount is too large.
pub fn carry_over(invoice: &Invoice) -> Result<Option<Credit>, InvoiceError> {
    let net = invoice.lines.iter().filter(|line| line.kind != LineKind::Tax);
    let net = NanoUsd::sum(net.map(|line| line.amount_usd))?;
    let is_void = matches!(invoice.state, InvoiceState::Void { .. });
    Ok((net < NanoUsd::ZERO && !is_void).then(|| Credit {
        id: format!("carry-over-{}", invoice.number),
        granted_s: invoice.issued_s,
        expires_s: None,
        granted_usd: -net,
        left_usd: -net,
    }))
}
