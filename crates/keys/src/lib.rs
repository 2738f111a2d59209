//! API keys: how one is made, recognised, hashed and recorded.
//!
//! A key is shown once, when it is issued. From then on only its SHA-256 exists: as the name of a record in the
//! key-value store ([`store_name`], [`IssuedKey`]), or in `policies/consumers.toml` for keys kept in git. A plain,
//! unsalted hash suffices for keys of 256 random bits: they cannot be guessed, so a slow password hash would add
//! latency to each request and no security.
//!
//! No I/O: randomness and time are arguments.

mod base62;
mod hash;
mod key;
mod last_used;
mod record;

pub use hash::{hashes_match, sha256_hex};
pub use key::{KEY_LENGTH, KEY_PREFIX, Key, KeyError};
pub use last_used::{
    LAST_USED_PREFIX, LAST_USED_RESOLUTION_S, format_last_used, is_last_used_due, last_used_name,
    parse_last_used,
};
pub use record::{
    IssuedKey, KeyState, MAX_RESTRICTIONS, RECORD_SCHEMA, RecordError, STORE_PREFIX, public_id,
    sha256_from_store_name, store_name,
};
