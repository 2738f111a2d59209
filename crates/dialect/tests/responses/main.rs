//! OpenAI's Responses, as a client's dialect and as a vendor's. The fixtures follow the public API reference.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::string_slice)]

mod decoding;
mod encoding;
mod errors;
mod fixtures;
mod properties;
mod reading;
mod requests;
mod writing;
