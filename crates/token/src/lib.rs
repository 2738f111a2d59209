//! Tokens of other issuers: parsing, verification, and their claims.
//!
//! A presented text that [`looks_like_jwt`] is parsed ([`Unverified`]), its issuer's [`Rules`] and [`KeySet`] are
//! looked up by its own header and claims, and it is verified with both, which yields [`Claims`]. The keys of an issuer
//! are found by [`discovery`]. Any other text is an opaque token, whose introspection answer ([`introspection`]) yields
//! the same claims.
//!
//! The order is the protection: a token's claims are not used before its signature is verified, by a key that knows its
//! type, with an algorithm that policy allows (RFC 8725, sections 3.1 and 3.2).
//!
//! No I/O: key sets, answers, the computed HMAC and time are arguments.

mod algorithm;
mod claims;
mod credential_id;
pub mod discovery;
mod encoding;
mod error;
mod header;
pub mod introspection;
mod json;
mod jwk;
mod key_set;
mod owner;
mod public_key;
#[cfg(test)]
mod rfc_vectors;
mod rules;
mod shown;
mod unverified;
mod url;

pub use algorithm::{Algorithm, NoAlgorithm};
pub use claims::Claims;
pub use credential_id::credential_id;
pub use discovery::DiscoveryError;
pub use error::TokenError;
pub use introspection::IntrospectionError;
pub use jwk::Problem as KeyProblem;
pub use key_set::{KeySet, KeySetError, MAX_CANDIDATES, Skipped};
pub use owner::owner;
pub use rules::Rules;
pub use unverified::{MAX_TOKEN_BYTES, Unverified, looks_like_jwt};
