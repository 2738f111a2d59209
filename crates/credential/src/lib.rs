//! How the gateway authenticates to others, where a header with a key is not enough.
//!
//! Pure: time and randomness are arguments, and nothing is fetched here. No error repeats a part of a secret.

pub mod basic;
pub mod mac;
pub mod mask;
pub mod seal;
pub mod service_account;
pub mod sign;
pub mod sigv4;
