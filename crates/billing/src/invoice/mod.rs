//! Invoices: drafts, numbers, states, credits, credit notes and documents.
//!
//! No card number is here, or anything else that pays: payment is the processor's, which is told an amount and says when it is paid.

mod carry_over;
mod credit;
mod credit_note;
mod credit_note_line;
mod csv;
mod document;
mod draft;
mod error;
mod html;
mod parties;
mod series;
mod state;
mod tax;

pub use carry_over::carry_over;
pub use credit::{Credit, CreditUse, use_credits};
pub use credit_note::CreditNote;
pub use credit_note_line::CreditNoteLine;
pub use csv::{csv, neutral};
pub use document::{VERSION, from_json, to_json};
pub use draft::{Draft, Parts, purchase};
pub use error::InvoiceError;
pub use html::{INVOICE_CSS, html};
pub use parties::Party;
pub use series::Series;
pub use state::{Invoice, InvoiceState};
pub use tax::Tax;
