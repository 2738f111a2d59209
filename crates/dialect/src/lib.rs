//! What each vendor and client says, and how it is read and written.
//!
//! One module per wire dialect, each with the same five: `read` a client's request, `encode` it for a vendor, decode
//! the vendor's answer (`Decoder`), `explain` a vendor's error, and say a fault in the client's words (`error`). All of
//! it is pure: no I/O, no clock. Input is untrusted: nothing panics, nesting is bounded, all work is linear.

mod answer;
pub mod anthropic;
mod base64;
pub mod bedrock;
pub mod chat;
pub mod cohere;
mod counted;
pub mod embed;
mod emulate;
mod found;
pub mod google;
pub mod headers;
mod json;
pub mod needs;
pub mod openai;
mod request;
pub mod responses;
mod span;
mod speak;
pub mod translate;
mod usage;
mod vendor;
mod vendor_error;
mod vendor_fault;
pub mod vendor_words;
mod wire;

pub use answer::{Decoded, Usage};
pub use request::{Facts, Operation, Request, Role, Segment};
pub use span::{Edit, EditError, Span, apply};
pub use speak::{Context, Memo, ReadAnswer, Spoken, WriteAnswer};
pub use vendor::{Quirks, Vendor, percent_encoded};
pub use wire::Wire;
