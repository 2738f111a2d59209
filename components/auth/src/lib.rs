//! Who is calling, and may they?
//!
//! Reads: the credential headers, `consumers.toml`, issued keys of the key-value store. Writes: nothing. Refuses with:
//! `unauthenticated`, in the same words and after the same work whatever was wrong; `invalid-request` when two headers
//! present two credentials. Runs first. Fails closed: policies or a store that cannot be read are `unavailable`.

mod policy;
mod presented;
mod store;

use postern_contract::auth::exports::postern::auth::stage::{Guest, Presented};
use postern_contract::types::{Caller, Fault};
use postern_fault::{Fault as NativeFault, Kind};
use postern_policy::{Consumer, Consumers};
use std::sync::Arc;

struct Auth;

impl Guest for Auth {
    async fn authenticate(headers: Vec<Presented>) -> Result<Caller, Fault> {
        let secret = presented::secret(&headers)?;
        let consumers = policy::consumers()?;
        // What was not presented is looked up all the same: the time tells nobody what was wrong.
        let sha256 = postern_keys::sha256_hex(secret.unwrap_or_default());
        let in_policy = kept_in_git(consumers, &sha256);
        let issued = store::issued(consumers, &sha256).await?;
        match (secret, in_policy.or(issued)) {
            (Some(_), Some((consumer, id))) => Ok(caller(&consumer, id)),
            _ => Err(unauthenticated().into()),
        }
    }

    async fn ready() -> Result<(), Fault> {
        policy::consumers()?;
        Ok(store::reachable().await?)
    }
}

fn kept_in_git(consumers: &Consumers, sha256: &str) -> Option<(Arc<Consumer>, String)> {
    let key = consumers.key_by_sha256(sha256)?;
    postern_keys::hashes_match(&key.sha256, sha256).then(|| (key.consumer.clone(), key.id.clone()))
}

fn caller(consumer: &Consumer, credential_id: String) -> Caller {
    Caller {
        consumer: consumer.name.clone(),
        team: consumer.team.clone(),
        tenant: consumer.tenant.clone(),
        plan: consumer.plan.clone(),
        roles: consumer.roles.clone(),
        models: consumer.models.iter().map(ToString::to_string).collect(),
        credential_id,
    }
}

fn unauthenticated() -> NativeFault {
    let public = "the API key is missing, unknown or revoked; send a valid one as `Authorization: Bearer` or `x-api-key`";
    NativeFault::new(Kind::Unauthenticated, public).with_code("invalid_api_key")
}

postern_contract::auth::export_auth!(Auth);
