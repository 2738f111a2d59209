//! Anthropic's dialect, of clients and of vendors. The fixtures follow the public API reference.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::string_slice)]

mod answers;
mod decoding;
mod encoding;
mod errors;
mod fixtures;
mod properties;
mod reading;
mod splicing;
mod streams;
mod thinking;
mod writing;
