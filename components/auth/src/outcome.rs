//! The outcome of a token's verification: its caller, a delegated call, or a refusal.

use crate::token_cache;
use postern_contract::types::delegation::DelegatedCall;
use postern_identity::{Identity, Refused, of_claims};
use postern_policy::{Consumers, Issuer};
use postern_token::{Claims, TokenError, credential_id};
use std::sync::Arc;

/// What is known of a token: its caller, or what must be done first.
pub enum Outcome {
    Caller(Arc<Identity>),
    Delegated(DelegatedCall),
}

/// The caller of these claims; cached until `until_unix_s`.
pub fn known(
    consumers: &Consumers,
    issuer: &Issuer,
    claims: &Claims,
    secret: &str,
    sha256: &str,
    until_unix_s: u64,
) -> Result<Arc<Identity>, Refused> {
    let id = credential_id(secret, Some(claims));
    let caller = Arc::new(of_claims(issuer, consumers, claims, id)?);
    token_cache::put(sha256, &caller, until_unix_s);
    Ok(caller)
}

/// A valid token without a required scope has a refusal of its own.
pub fn refused(error: TokenError) -> Refused {
    match error {
        TokenError::InsufficientScope(missing) => Refused::Scope(vec![missing]),
        error => Refused::Token(error),
    }
}

/// A delegated call that failed.
pub fn unavailable(fault: postern_contract::types::Fault) -> Refused {
    Refused::Unavailable(fault.private.unwrap_or(fault.public))
}

/// The gateway returned the result of another call.
pub fn wrong_call() -> Refused {
    Refused::Unavailable("the gateway made another call than the one delegated to it".to_owned())
}
