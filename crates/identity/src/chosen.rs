//! Which of several presented credentials counts.
//!
//! Agents send two: Claude Code its user's key for this gateway and, beside it, the session token of an account
//! elsewhere; Claude Desktop the other way round. The one that is ours counts if exactly one is. Two of ours that differ are
//! refused.

use crate::foreign_key::is_foreign_key;
use crate::presented::{Credential, ambiguous};
use postern_fault::Fault;
use postern_keys::sha256_hex;
use postern_policy::{Consumers, Issuer, IssuerKeys, Issuers};
use postern_token::Unverified;
use std::sync::Arc;

/// The credential that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen<'s> {
    /// Nothing was presented.
    Nothing,
    /// This one.
    One(&'s str),
    /// `secret`, unless the issuer that introspects knows `opaque`: then both are ours.
    Unless {
        /// A key, or a token that is checked without its issuer.
        secret: &'s str,
        /// A text that may be a token.
        opaque: &'s str,
    },
}

/// Where a secret belongs, by its form and by policy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Belongs {
    Here,
    /// Its form does not tell, and an issuer can be asked.
    Perhaps,
    Elsewhere,
}

/// The secret that counts. If none is ours, it is the first, which is refused as it would be alone.
///
/// # Errors
///
/// [`ambiguous`] if two of them are ours, or cannot be told apart.
pub fn chosen<'s>(
    secrets: &[&'s str],
    consumers: &Consumers,
    issuers: &Issuers,
) -> Result<Chosen<'s>, Fault> {
    let first = match secrets {
        [] => return Ok(Chosen::Nothing),
        [one] => return Ok(Chosen::One(one)),
        [first, ..] => first,
    };
    let of = |wanted| {
        let belong = move |secret: &&&str| belongs(secret, consumers, issuers) == wanted;
        secrets.iter().filter(belong).copied().collect::<Vec<_>>()
    };
    match (of(Belongs::Here).as_slice(), of(Belongs::Perhaps).as_slice()) {
        ([], []) => Ok(Chosen::One(first)),
        ([one], []) | ([], [one]) => Ok(Chosen::One(one)),
        // `upstream` is asked once a request: about the opaque token, or for what the other one needs.
        ([secret], [opaque]) if !needs_a_call(secret, issuers) => {
            Ok(Chosen::Unless { secret, opaque })
        }
        _ => Err(ambiguous()),
    }
}

fn belongs(secret: &str, consumers: &Consumers, issuers: &Issuers) -> Belongs {
    // A key of another service may be in git.
    if consumers.key_by_sha256(&sha256_hex(secret)).is_some() {
        return Belongs::Here;
    }
    match Credential::of(secret) {
        Credential::Key(_) | Credential::MistypedKey => Belongs::Here,
        Credential::Jwt(token) if issuer_of(token, issuers).is_some() => Belongs::Here,
        Credential::Opaque(text) if issuers.introspecting().is_some() && !is_foreign_key(text) => {
            Belongs::Perhaps
        }
        Credential::Jwt(_) | Credential::Opaque(_) => Belongs::Elsewhere,
    }
}

fn issuer_of<'i>(token: &str, issuers: &'i Issuers) -> Option<&'i Arc<Issuer>> {
    issuers.by_issuer(Unverified::read(token).ok()?.issuer()?)
}

fn needs_a_call(secret: &str, issuers: &Issuers) -> bool {
    let is_asked = |issuer: &Arc<Issuer>| {
        matches!(issuer.keys, IssuerKeys::SharedSecret { .. } | IssuerKeys::Introspection { .. })
    };
    matches!(Credential::of(secret), Credential::Jwt(token) if issuer_of(token, issuers).is_some_and(is_asked))
}
