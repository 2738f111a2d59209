//! Who is calling, and may they?
//!
//! Reads: the credential headers, `consumers.toml`, `issuers.toml`, `authorization.cedar`, from the key-value store
//! issued keys, key sets, introspected tokens, the owners of ids and the sealed originals of conversations, and from issuers
//! their discovery documents and key sets. Writes: key sets, introspection results, the last use of keys, the owners of ids,
//! sealed originals, a probe of the store.
//! Refuses with: `unauthenticated`, with the same message for every invalid key; `forbidden`; `invalid-request` if two
//! headers present two credentials of ours. Runs first, and once more when the router has named the deployments. Fails closed:
//! policies, a store or an issuer that cannot be read are `unavailable`.
//!
//! Holds no secret: introspection and MACs are calls that it delegates to `upstream`, through the gateway.

mod access;
mod fetch;
mod guesses;
mod ids;
mod key_sets;
mod keys;
mod opaque;
mod originals;
mod outcome;
mod policy;
mod several;
mod store;
mod sweep;
mod token_cache;
mod tokens;
mod used;

use crate::outcome::Outcome;
use postern_contract::auth::exports::postern::auth::stage::Guest;
use postern_contract::clock::unix_s;
use postern_contract::types::auth::{
    Authentication, AuthenticationFailure, AuthenticationRequest, AuthorizationRequest, Decision,
    IdSharing,
};
use postern_contract::types::delegation::DelegatedResult;
use postern_contract::types::{Caller, Fault};
use postern_fault::Fault as NativeFault;
use postern_identity::{Chosen, Credential, Refused as Reason};
use postern_policy::{Issuer, Issuers};
use std::net::IpAddr;
use std::sync::Arc;

struct Auth;

impl Guest for Auth {
    async fn authenticate(
        request: AuthenticationRequest,
        done: Option<DelegatedResult>,
    ) -> Result<Authentication, AuthenticationFailure> {
        let issuers = policy::issuers().map_err(fails)?;
        policy::prepare().await.map_err(fails)?;
        let headers = request.credentials.iter();
        let headers = headers.map(|one| (one.header.as_str(), one.value.as_str()));
        let secrets = postern_identity::secrets(headers).map_err(fails)?;
        let consumers = policy::consumers().map_err(fails)?;
        let chosen = postern_identity::chosen(&secrets, consumers, issuers).map_err(fails)?;
        let address = request.client_ip.as_ref().and_then(|ip| ip.parse().ok());
        let (secret, outcome) = match chosen {
            Chosen::Nothing => (None, outcome(issuers, "", done, address).await),
            Chosen::One(secret) => (Some(secret), outcome(issuers, secret, done, address).await),
            Chosen::Unless { secret, opaque } => {
                let asked = several::outcome(issuers, secret, opaque, done, address).await;
                (Some(secret), asked.map_err(fails)?)
            }
        };
        match outcome {
            Ok(Outcome::Caller(identity)) => {
                Ok(Authentication::Authenticated(identity.caller.clone()))
            }
            Ok(Outcome::Delegated(call)) => Ok(Authentication::Delegated(call)),
            Err(reason) => {
                let reason = if secret.is_none() { without_credential(reason) } else { reason };
                Err(refused(&reason, issuers, secret))
            }
        }
    }

    fn authorize(request: AuthorizationRequest) -> Result<Vec<Decision>, Fault> {
        Ok(access::decisions(&request, unix_s())?)
    }

    async fn bind_ids(
        caller: Caller,
        provider: String,
        ids: Vec<String>,
        sharing: IdSharing,
        ttl_s: u32,
    ) -> Result<(), Fault> {
        Ok(ids::bind(&caller, &provider, &ids, sharing, ttl_s).await?)
    }

    async fn foreign_ids(
        caller: Caller,
        providers: Vec<String>,
        ids: Vec<String>,
        sharing: IdSharing,
    ) -> Result<Vec<Option<u32>>, Fault> {
        Ok(ids::foreign(&caller, &providers, &ids, sharing).await?)
    }

    async fn keep_originals(
        caller: Caller,
        conversation: String,
        sealed: String,
        ttl_s: u32,
    ) -> Result<(), Fault> {
        Ok(originals::keep(&caller, &conversation, &sealed, ttl_s).await?)
    }

    async fn recall_originals(
        caller: Caller,
        conversation: String,
    ) -> Result<Option<String>, Fault> {
        Ok(originals::recall(&caller, &conversation).await?)
    }

    fn resource_metadata() -> Result<Option<String>, Fault> {
        Ok(postern_identity::resource_metadata(policy::issuers()?))
    }

    async fn ready() -> Result<(), Fault> {
        policy::consumers()?;
        policy::issuers()?;
        policy::prepare().await?;
        store::usable().await.map_err(|reason| reason.fault().into())
    }
}

async fn outcome(
    issuers: &Issuers,
    secret: &str,
    done: Option<DelegatedResult>,
    address: Option<IpAddr>,
) -> Result<Outcome, Reason> {
    let unix_s = unix_s();
    let sha256 = postern_keys::sha256_hex(secret);
    let outcome = match token_cache::get(&sha256, unix_s) {
        Some(caller) => Outcome::Caller(caller),
        None => looked_up(issuers, secret, &sha256, done, address, unix_s).await?,
    };
    if let Outcome::Caller(caller) = &outcome {
        caller.calls_from(address)?;
    }
    Ok(outcome)
}

async fn looked_up(
    issuers: &Issuers,
    secret: &str,
    sha256: &str,
    done: Option<DelegatedResult>,
    address: Option<IpAddr>,
    unix_s: u64,
) -> Result<Outcome, Reason> {
    let consumers = policy::consumers().map_err(unreadable)?;
    match (Credential::of(secret), issuers.introspecting()) {
        (Credential::MistypedKey, _) => Err(Reason::MistypedKey),
        (Credential::Jwt(token), _) if issuers.iter().next().is_some() => {
            tokens::caller(consumers, issuers, token, sha256, done, address, unix_s).await
        }
        // API keys of other services are not sent to an issuer.
        (Credential::Opaque(token), Some(issuer))
            if !token.is_empty() && !postern_identity::is_foreign_key(token) =>
        {
            opaque_or_key(consumers, issuer, token, sha256, done, address, unix_s).await
        }
        _ => {
            let caller = keys::caller(consumers, secret, sha256, unix_s).await?;
            Ok(Outcome::Caller(Arc::new(caller)))
        }
    }
}

/// A foreign key may be in git; any other text is a token.
async fn opaque_or_key(
    consumers: &postern_policy::Consumers,
    issuer: &Issuer,
    token: &str,
    sha256: &str,
    done: Option<DelegatedResult>,
    address: Option<IpAddr>,
    unix_s: u64,
) -> Result<Outcome, Reason> {
    match consumers.key_by_sha256(sha256)? {
        Some(key) => postern_identity::of_policy_key(&key, sha256, unix_s)
            .map(|caller| Outcome::Caller(Arc::new(caller))),
        None => {
            crate::opaque::caller(consumers, issuer, token, sha256, done, address, unix_s).await
        }
    }
}

/// A missing credential costs the same look-ups as a wrong one.
fn without_credential(reason: Reason) -> Reason {
    match reason {
        Reason::Unavailable(why) => Reason::Unavailable(why),
        _ => Reason::Missing,
    }
}

fn refused(reason: &Reason, issuers: &Issuers, secret: Option<&str>) -> AuthenticationFailure {
    let challenge = postern_identity::challenge(reason, issuers.protected_resource());
    // Our keys, valid or not, and tokens have an id. Any other text may be a password, of which not even a part of a
    // hash belongs in a record.
    let has_id =
        |secret: &&str| matches!(Credential::of(secret), Credential::Key(_) | Credential::Jwt(_));
    let key = secret.filter(has_id);
    let credential_id = key.map(|key| postern_keys::public_id(&postern_keys::sha256_hex(key)));
    AuthenticationFailure { fault: reason.fault().into(), challenge, credential_id }
}

/// The gateway is at fault, or no credential would help: there is no challenge.
fn fails(fault: NativeFault) -> AuthenticationFailure {
    AuthenticationFailure { fault: fault.into(), challenge: None, credential_id: None }
}

fn unreadable(fault: NativeFault) -> Reason {
    Reason::Unavailable(fault.private.unwrap_or(fault.public))
}

postern_contract::auth::export_auth!(Auth);
