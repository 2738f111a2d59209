//! Tokens good and bad, and every way around the difference that is known to us.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

mod algorithms;
mod claims;
mod credential_id;
mod discovery;
mod forms;
mod headers;
mod introspection;
mod key_sets;
mod signatures;
mod signer;
