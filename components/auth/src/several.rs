//! Two credentials, of which one may be a token: whether both are ours.

use crate::outcome::Outcome;
use postern_contract::types::delegation::DelegatedResult;
use postern_fault::Fault;
use postern_identity::{Refused, ambiguous};
use postern_policy::Issuers;
use std::net::IpAddr;

/// The outcome of `secret`, if its issuer does not know `opaque`.
///
/// # Errors
///
/// Both are ours.
pub async fn outcome(
    issuers: &Issuers,
    secret: &str,
    opaque: &str,
    done: Option<DelegatedResult>,
    address: Option<IpAddr>,
) -> Result<Result<Outcome, Refused>, Fault> {
    match crate::outcome(issuers, opaque, done, address).await {
        Ok(Outcome::Delegated(call)) => Ok(Ok(Outcome::Delegated(call))),
        // Not active, or not for this gateway.
        Err(Refused::Introspection(_) | Refused::Token(_)) => {
            Ok(crate::outcome(issuers, secret, None, address).await)
        }
        // Whether it is ours is not known.
        Err(refused @ (Refused::Unavailable(_) | Refused::TooManyGuesses { .. })) => {
            Ok(Err(refused))
        }
        Ok(Outcome::Caller(_)) | Err(_) => Err(ambiguous()),
    }
}
