//! The owners of ids of objects in the account with a vendor.

use crate::{policy, store, sweep};
use postern_contract::clock::unix_s;
use postern_contract::types::Caller;
use postern_contract::types::auth::IdSharing;
use postern_fault::Fault;
use postern_identity::{IdOwner, Refused, Sharing, know_tenants};
use spin_sdk::key_value::Store;

/// Lets the caller use these ids at this provider.
pub async fn bind(
    caller: &Caller,
    provider: &str,
    ids: &[String],
    sharing: IdSharing,
    ttl_s: u32,
) -> Result<(), Fault> {
    if !are_told_apart(sharing)? {
        return Ok(());
    }
    let unix_s = unix_s();
    let (owner, record) = (owner(caller, sharing), IdOwner::record(ttl_s, unix_s));
    let store = store::open().await.map_err(|refused| refused.fault())?;
    for id in ids {
        let name = owner.store_name(provider, id);
        let set = store.set(&name, &record).await;
        set.map_err(|error| store::failed(&error).fault())?;
    }
    sweep::begin(unix_s);
    Ok(())
}

/// For each provider the first id that the caller may not use there.
pub async fn foreign(
    caller: &Caller,
    providers: &[String],
    ids: &[String],
    sharing: IdSharing,
) -> Result<Vec<Option<u32>>, Fault> {
    if !are_told_apart(sharing)? {
        return Ok(vec![None; providers.len()]);
    }
    let owner = owner(caller, sharing);
    let store = store::open().await.map_err(|refused| refused.fault())?;
    let mut foreign = Vec::with_capacity(providers.len());
    for provider in providers {
        let first = first_foreign(&store, &owner, provider, ids).await;
        foreign.push(first.map_err(|refused| refused.fault())?);
    }
    Ok(foreign)
}

async fn first_foreign(
    store: &Store,
    owner: &IdOwner,
    provider: &str,
    ids: &[String],
) -> Result<Option<u32>, Refused> {
    let unix_s = unix_s();
    for (index, id) in (0..).zip(ids) {
        let record = store.get(owner.store_name(provider, id)).await;
        let record = record.map_err(|error| store::failed(&error))?;
        if !record.is_some_and(|record| IdOwner::holds(&record, unix_s)) {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// Whether owners differ: if policy knows no tenants, all callers are of one.
fn are_told_apart(sharing: IdSharing) -> Result<bool, Fault> {
    match sharing {
        IdSharing::Caller => Ok(true),
        IdSharing::Tenant => Ok(know_tenants(policy::consumers()?, policy::issuers()?)),
    }
}

fn owner(caller: &Caller, sharing: IdSharing) -> IdOwner {
    let sharing = match sharing {
        IdSharing::Tenant => Sharing::Tenant,
        IdSharing::Caller => Sharing::Caller,
    };
    let (tenant, token_owner) = (caller.tenant.as_deref(), caller.token_owner.as_deref());
    IdOwner::of(sharing, &caller.consumer, tenant, token_owner)
}
