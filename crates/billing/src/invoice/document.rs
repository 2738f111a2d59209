//! Invoices as JSON, as they are stored and handed out.

use super::error::InvoiceError;
use super::state::Invoice;
use crate::money::NanoUsd;
use serde::{Deserialize, Serialize};

/// The version of the form.
pub const VERSION: u16 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<I> {
    version: u16,
    currency: String,
    invoice: I,
}

/// The invoice as JSON: amounts are decimal numbers of US dollars in strings, times seconds since 1970.
pub fn to_json(invoice: &Invoice) -> String {
    let document = Document { version: VERSION, currency: "USD".to_owned(), invoice };
    // Its keys are strings and its writer is memory: there is nothing that can fail.
    serde_json::to_string(&document).unwrap_or_default()
}

/// Reads it again.
///
/// # Errors
///
/// It has another form or version, or its total is not the sum of its lines.
pub fn from_json(text: &str) -> Result<Invoice, InvoiceError> {
    let unreadable = |reason: String| InvoiceError::Unreadable { reason };
    let document: Document<Invoice> = serde_json::from_str(text)
        .map_err(|error| unreadable(format!("line {}, column {}", error.line(), error.column())))?;
    if document.version != VERSION || document.currency != "USD" {
        let version = document.version;
        return Err(unreadable(format!("it has version {version}, and this is {VERSION}, in USD")));
    }
    let invoice = document.invoice;
    let sum = NanoUsd::sum(invoice.lines.iter().map(|line| line.amount_usd))?;
    if sum != invoice.total_usd {
        let total = invoice.total_usd;
        return Err(unreadable(format!("its total is {total} USD, and its lines are {sum} USD")));
    }
    Ok(invoice)
}
