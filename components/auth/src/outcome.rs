//! What comes of a token, however it is checked: its caller, a delegated call, or a refusal.

use crate::token_cache;
use postern_contract::types::delegation::DelegatedCall;
use postern_identity::{Caller, Refused, of_claims};
use postern_policy::{Consumers, Issuer};
use postern_token::{Claims, TokenError, credential_id};
use std::sync::Arc;

/// What is known of a token: its caller, or what must be done first.
pub enum Outcome {
    Caller(Arc<Caller>),
    Delegated(DelegatedCall),
}

/// The caller of these claims; remembered until then.
pub fn known(
    consumers: &Consumers,
    issuer: &Issuer,
    claims: &Claims,
    secret: &str,
    sha256: &str,
    until_unix_s: u64,
) -> Result<Arc<Caller>, Refused> {
    let id = credential_id(secret, Some(claims));
    let caller = Arc::new(of_claims(issuer, consumers, claims, id)?);
    token_cache::put(sha256, &caller, until_unix_s);
    Ok(caller)
}

/// A token that is good, but for its scopes, is another refusal.
pub fn refused(error: TokenError) -> Refused {
    match error {
        TokenError::InsufficientScope(missing) => Refused::Scope(vec![missing]),
        error => Refused::Token(error),
    }
}

/// A delegated call that could not be made.
pub fn unavailable(fault: postern_contract::types::Fault) -> Refused {
    Refused::Unavailable(fault.private.unwrap_or(fault.public))
}

/// The gateway came back with what nobody had asked for.
pub fn wrong_call() -> Refused {
    Refused::Unavailable("the gateway made another call than the one delegated to it".to_owned())
}
