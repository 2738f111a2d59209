//! Opaque tokens, which their issuer introspects (RFC 7662).

use crate::guesses;
use crate::outcome::{self, Outcome};
use crate::store;
use postern_contract::types::delegation::{
    BasicCredential, DelegatedCall, DelegatedResult, FormAnswer, FormPost,
};
use postern_identity::{Inactive, Introspected, Refused, rules};
use postern_policy::{Consumers, Issuer, IssuerKeys};
use postern_token::{Claims, IntrospectionError, introspection};
use spin_sdk::wasip3::spawn;
use std::net::IpAddr;

/// The time of the last sweep by any instance, in seconds since 1970.
const SWEPT: &str = "introspected-swept";

/// The interval of sweeps.
const SWEEP_EVERY_S: u64 = 3_600;

/// The most removals of one sweep, and the most records that it reads.
const MAX_SWEPT: usize = 1_000;
const MAX_LISTED: usize = 100_000;

/// The caller with this token, or the question that `upstream` must send to the issuer.
pub async fn caller(
    consumers: &Consumers,
    issuer: &Issuer,
    secret: &str,
    sha256: &str,
    done: Option<DelegatedResult>,
    address: Option<IpAddr>,
    unix_s: u64,
) -> Result<Outcome, Refused> {
    let name = Introspected::store_name(sha256);
    let kept = store::get(&name).await?;
    let kept = kept.and_then(|bytes| Introspected::from_json(&bytes, unix_s));
    let kept = kept.filter(|kept| kept.issuer == issuer.name);
    let (claims, until) = match (kept, done) {
        (Some(kept), _) => (read_again(&kept)?, kept.until_unix_s),
        (None, None) => {
            refuse_inactive(issuer, sha256, unix_s).await?;
            guesses::count(issuer, address, unix_s).await?;
            return question(issuer, secret).map(Outcome::Delegated);
        }
        (None, Some(DelegatedResult::Form(answer))) => {
            let said = said(issuer, &answer, unix_s);
            match &said {
                Err(refused) if is_inactive(refused) => {
                    note_inactive(issuer, sha256, unix_s).await;
                }
                _ => guesses::give_back(issuer, address, unix_s).await,
            }
            let (claims, kept) = said?;
            if unix_s < kept.until_unix_s {
                // A result that cannot be stored is asked for again. The request does not wait for the sweep.
                let _ = store::set(&name, &kept.to_json()).await;
                spawn(async move { drop(sweep(unix_s).await) });
            }
            (claims, kept.until_unix_s)
        }
        (None, Some(DelegatedResult::Failed(fault))) => {
            guesses::give_back(issuer, address, unix_s).await;
            return Err(outcome::unavailable(fault));
        }
        (
            None,
            Some(
                DelegatedResult::Mac(_)
                | DelegatedResult::Sealed(_)
                | DelegatedResult::Unsealed(_)
                | DelegatedResult::Posted(_)
                | DelegatedResult::Signed(_),
            ),
        ) => return Err(outcome::wrong_call()),
    };
    outcome::known(consumers, issuer, &claims, secret, sha256, until).map(Outcome::Caller)
}

/// Refuses a token that the issuer called inactive a moment ago.
async fn refuse_inactive(issuer: &Issuer, sha256: &str, unix_s: u64) -> Result<(), Refused> {
    let kept = store::get(&Inactive::store_name(sha256)).await?;
    match kept.is_some_and(|bytes| Inactive::is(&bytes, &issuer.name, sha256, unix_s)) {
        true => Err(Refused::Introspection(IntrospectionError::Inactive)),
        false => Ok(()),
    }
}

/// Whether a later answer would be the same; not for a token that is not valid yet, which is asked about again soon.
fn is_inactive(refused: &Refused) -> bool {
    matches!(refused, Refused::Introspection(_) | Refused::Token(_))
}

async fn note_inactive(issuer: &Issuer, sha256: &str, unix_s: u64) {
    let IssuerKeys::Introspection { guesses, .. } = &issuer.keys else { return };
    if guesses.cache_s > 0 {
        let inactive = Inactive::new(&issuer.name, sha256, guesses.cache_s, unix_s);
        // A result that cannot be stored is asked for again.
        let _ = store::set(&Inactive::store_name(sha256), &inactive.to_json()).await;
    }
}

fn question(issuer: &Issuer, secret: &str) -> Result<DelegatedCall, Refused> {
    let IssuerKeys::Introspection { url, client_id, client_secret, timeout_ms, .. } = &issuer.keys
    else {
        return Err(Refused::Unknown);
    };
    let token: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    Ok(DelegatedCall::Form(FormPost {
        url: url.clone(),
        credential: BasicCredential { user: client_id.clone(), variable: client_secret.clone() },
        body: format!("token={token}&token_type_hint=access_token"),
        deadline_ms: u32::try_from(*timeout_ms).unwrap_or(u32::MAX),
    }))
}

/// The claims in the issuer's answer, and the record of them.
fn said(
    issuer: &Issuer,
    answer: &FormAnswer,
    unix_s: u64,
) -> Result<(Claims, Introspected), Refused> {
    let claims = introspection::read(answer.status, &answer.body, &rules(issuer), unix_s);
    let claims = claims.map_err(|error| match error {
        IntrospectionError::Refused(error) => outcome::refused(error),
        // An invalid answer is the issuer's fault: the token may be active.
        error if error.is_unavailable() => Refused::Unavailable(error.to_string()),
        error => Refused::Introspection(error),
    })?;
    let cache_s = match &issuer.keys {
        IssuerKeys::Introspection { cache_s, .. } => *cache_s,
        _ => 0,
    };
    let (json, expires) = (claims.to_json(), claims.expires_at_unix_s());
    let kept = Introspected::new(&issuer.name, json, expires, cache_s, unix_s);
    Ok((claims, kept))
}

fn read_again(kept: &Introspected) -> Result<Claims, Refused> {
    Claims::from_json(&kept.claims)
        .map_err(|error| Refused::Unavailable(format!("a kept introspection: {error}")))
}

/// Removes expired records, which no store does by itself; once in a while for all instances.
async fn sweep(unix_s: u64) -> Result<(), Refused> {
    let last =
        store::get(SWEPT).await?.and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
    let is_due = last.is_none_or(|last: u64| unix_s.saturating_sub(last) >= SWEEP_EVERY_S);
    if !is_due {
        return Ok(());
    }
    store::set(SWEPT, unix_s.to_string().as_bytes()).await?;
    let mut removed = 0;
    for name in &store::names(&[Introspected::STORE_PREFIX], MAX_LISTED).await? {
        let kept = store::get(name).await?;
        if kept.is_some_and(|bytes| Introspected::from_json(&bytes, unix_s).is_none()) {
            store::delete(name).await?;
            removed += 1;
        }
        if removed >= MAX_SWEPT {
            break;
        }
    }
    Ok(())
}
