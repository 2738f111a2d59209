//! The wire dialects: how the requests and answers of each client and vendor are read and written.
//!
//! Each dialect has one module with the same five parts: `read` parses a client's request, `encode` writes it for a vendor,
//! `Decoder` decodes the vendor's answer, `explain` interprets a vendor's error, and `error` writes a fault for the client.
//! `codecs` is the table of dialects, through which all other code reaches them. All of it is pure: no I/O, no clock. Input is
//! untrusted: nothing panics, nesting is bounded, all work is linear.

pub mod anthropic;
mod base64;
pub mod bedrock;
pub mod chat;
mod codec;
mod codecs;
pub mod cohere;
mod counted;
pub mod embed;
mod emulate;
pub mod google;
pub mod handed_out;
pub mod headers;
mod json;
pub mod media;
pub mod needs;
pub mod openai;
pub mod overflow;
mod repair;
mod request;
pub mod responses;
mod schema;
pub mod segments;
mod speak;
mod texts;
mod tool_names;
pub mod translate;
mod usage;
mod vendor;
mod vendor_error;
mod vendor_fault;
pub mod vendor_words;

pub use postern_types::provider::Decoded;
pub use postern_types::{
    Dialect, Edit, EditError, Operation, Quirks, RequestFacts as Facts, Role, Segment, SegmentKind,
    Span, Usage, VendorApi as Vendor, apply,
};
pub use request::Request;
pub use speak::{Context, Memo, ReadAnswer, Spliced, Spoken, WriteAnswer};
pub use vendor::{percent_decoded, percent_encoded};
