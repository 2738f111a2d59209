//! From a credential to its caller.

use crate::cli::CallerOptions;
use crate::key;
use crate::store::KeyValue;
use anyhow::{Context, Result, anyhow, bail};
use postern_identity::{
    Credential, FetchedKeySet, Identity, Introspected, of_claims, of_issued_key, of_policy_key,
    rules,
};
use postern_keys::{IssuedKey, sha256_hex};
use postern_policy::{Issuer, IssuerKeys, Policies};
use postern_token::{Claims, KeySet, Unverified, credential_id};
use std::fs;

/// The caller, and its credential.
pub struct Known {
    pub identity: Identity,
    pub credential: String,
}

/// The caller that these options name.
pub fn of(
    who: &CallerOptions,
    policies: &Policies,
    store: &impl KeyValue,
    unix_s: u64,
) -> Result<Known> {
    match (&who.key, &who.token, &who.consumer) {
        (Some(key), ..) => of_key(key, policies, store, unix_s),
        (_, Some(token), _) => {
            let text = fs::read_to_string(token).unwrap_or_else(|_| token.clone());
            of_token(text.trim(), policies, store, unix_s)
        }
        (.., Some(name)) => of_consumer(name, policies, unix_s),
        _ => bail!("nobody is named; say --key, --token or --consumer"),
    }
}

/// The caller of a consumer's key without restrictions.
pub fn of_consumer(name: &str, policies: &Policies, unix_s: u64) -> Result<Known> {
    let key = IssuedKey::new(String::new(), name, unix_s);
    let identity = of_issued_key(&policies.consumers, &key, unix_s).map_err(|_| {
        let known: Vec<_> =
            policies.consumers.iter().map(|consumer| consumer.name.as_str()).collect();
        anyhow!("no consumer is called {name:?} in consumers.toml; there are: {}", known.join(", "))
    })?;
    Ok(Known { identity, credential: "any key of this consumer without restrictions".to_owned() })
}

fn of_key(wanted: &str, policies: &Policies, store: &impl KeyValue, unix_s: u64) -> Result<Known> {
    let sha256 = sha256_hex(wanted);
    let in_git = policies.consumers.keys().find(|key| key.id == wanted || key.sha256 == sha256);
    let (identity, credential) = match in_git {
        Some(key) => {
            (of_policy_key(key, &key.sha256, unix_s), format!("key {} of consumers.toml", key.id))
        }
        None => {
            let key = key::change::of(store, wanted)?;
            (of_issued_key(&policies.consumers, &key, unix_s), format!("key {}, issued", key.id))
        }
    };
    Ok(Known { identity: identity.map_err(|refused| anyhow!("refused: {refused}"))?, credential })
}

fn of_token(token: &str, policies: &Policies, store: &impl KeyValue, unix_s: u64) -> Result<Known> {
    let (issuer, claims, proof) = match Credential::of(token) {
        Credential::Jwt(token) => signed(token, policies, store, unix_s)?,
        Credential::Opaque(token) => introspected(token, policies, store, unix_s)?,
        Credential::Key(_) | Credential::MistypedKey => bail!("this is a key: say --key"),
    };
    let id = credential_id(token, Some(&claims));
    let identity = of_claims(issuer, &policies.consumers, &claims, id.clone());
    let identity = identity.map_err(|refused| anyhow!("refused: {refused}"))?;
    Ok(Known { identity, credential: format!("token {id} of {}, {proof}", issuer.name) })
}

fn signed<'p>(
    token: &str,
    policies: &'p Policies,
    store: &impl KeyValue,
    unix_s: u64,
) -> Result<(&'p Issuer, Claims, &'static str)> {
    let token = Unverified::read(token).map_err(|error| anyhow!("refused: {error}"))?;
    let named = token.issuer().unwrap_or_default();
    let issuer = policies.issuers.by_issuer(named).with_context(|| {
        format!("refused: a token of the issuer {named:?}, which issuers.toml does not have")
    })?;
    let rules = rules(issuer);
    let (claims, proof) = match key_set(issuer, store)? {
        Some(keys) => (token.verify(&keys, &rules, unix_s), "its signature is right"),
        None => (
            token.unproven(&rules, unix_s),
            "its signature NOT LOOKED AT: the gateway has no key set of its issuer yet, or only upstream can tell",
        ),
    };
    Ok((issuer, claims.map_err(|error| anyhow!("refused: {error}"))?, proof))
}

/// The key set that the gateway has fetched last.
fn key_set(issuer: &Issuer, store: &impl KeyValue) -> Result<Option<KeySet>> {
    let source = match &issuer.keys {
        IssuerKeys::Discovery(_) => &issuer.issuer,
        IssuerKeys::Jwks { url, .. } => url,
        _ => return Ok(None),
    };
    let bytes = store.get(&FetchedKeySet::store_name(&issuer.name))?;
    let fetched = bytes.and_then(|bytes| FetchedKeySet::from_json(&bytes, source));
    Ok(fetched.and_then(|fetched| KeySet::from_json(&fetched.key_set).ok()))
}

fn introspected<'p>(
    token: &str,
    policies: &'p Policies,
    store: &impl KeyValue,
    unix_s: u64,
) -> Result<(&'p Issuer, Claims, &'static str)> {
    let issuer = policies.issuers.introspecting();
    let issuer =
        issuer.context("an opaque token, and no issuer of issuers.toml is introspected")?;
    let bytes = store.get(&Introspected::store_name(&sha256_hex(token)))?;
    let kept = bytes.and_then(|bytes| Introspected::from_json(&bytes, unix_s)).context(
        "its issuer's answer is not kept, or not any more: only the running gateway can ask; use the token there once, then ask again",
    )?;
    let claims = Claims::from_json(&kept.claims).map_err(|error| anyhow!(error))?;
    Ok((issuer, claims, "active when its issuer was asked last"))
}
