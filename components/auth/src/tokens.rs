//! Signed tokens.

use crate::outcome::{Outcome, known, refused, unavailable, wrong_call};
use crate::{key_sets, opaque};
use postern_contract::types::delegation::{DelegatedCall, DelegatedResult, HashFunction, Mac};
use postern_fault::shown;
use postern_identity::{Refused, rules};
use postern_policy::{Consumers, IssuerKeys, Issuers};
use postern_token::{Algorithm, TokenError, Unverified};
use std::net::IpAddr;

/// A token is verified again after this time, even if it expires later: its key may have been withdrawn.
const MAX_REMEMBERED_S: u64 = 3_600;

/// The caller with this token, by the policy of the issuer that it names.
pub async fn caller(
    consumers: &Consumers,
    issuers: &Issuers,
    secret: &str,
    sha256: &str,
    done: Option<DelegatedResult>,
    address: Option<IpAddr>,
    unix_s: u64,
) -> Result<Outcome, Refused> {
    let token = Unverified::read(secret).map_err(Refused::Token)?;
    let named = token.issuer().unwrap_or_default();
    let issuer = issuers.by_issuer(named);
    let issuer = issuer.ok_or_else(|| Refused::UnknownIssuer(shown(named)))?;
    let rules = rules(issuer);
    let claims = match &issuer.keys {
        IssuerKeys::Discovery(_) | IssuerKeys::Jwks { .. } => {
            key_sets::verified(issuer, &rules, &token, unix_s).await?
        }
        IssuerKeys::SharedSecret { variable } => match done {
            None => {
                token.check(&rules, unix_s).map_err(refused)?;
                return mac(variable, &token).map(Outcome::Delegated);
            }
            Some(DelegatedResult::Mac(mac)) => {
                // A MAC must be hexadecimal; any other text is an empty MAC, which never matches.
                let mac = hex::decode(&mac).unwrap_or_default();
                token.verify_mac(&mac, &rules, unix_s).map_err(refused)?
            }
            Some(DelegatedResult::Failed(fault)) => return Err(unavailable(fault)),
            Some(
                DelegatedResult::Form(_)
                | DelegatedResult::Sealed(_)
                | DelegatedResult::Unsealed(_)
                | DelegatedResult::Posted(_)
                | DelegatedResult::Signed(_),
            ) => return Err(wrong_call()),
        },
        IssuerKeys::Introspection { .. } => {
            return opaque::caller(consumers, issuer, secret, sha256, done, address, unix_s).await;
        }
    };
    let expires = claims.expires_at_unix_s().unwrap_or(unix_s);
    let until = expires.min(unix_s.saturating_add(MAX_REMEMBERED_S));
    known(consumers, issuer, &claims, secret, sha256, until).map(Outcome::Caller)
}

/// Only the secret shared with the issuer can verify it; `upstream` holds it.
fn mac(variable: &str, token: &Unverified) -> Result<DelegatedCall, Refused> {
    let algorithm = token.algorithm();
    let hash = match algorithm {
        Algorithm::Hs256 => HashFunction::Sha256,
        Algorithm::Hs384 => HashFunction::Sha384,
        Algorithm::Hs512 => HashFunction::Sha512,
        _ => return Err(Refused::Token(TokenError::WrongMeans(algorithm, "a shared secret"))),
    };
    let message = token.signing_input().to_owned();
    Ok(DelegatedCall::Mac(Mac { variable: variable.to_owned(), hash, message }))
}
