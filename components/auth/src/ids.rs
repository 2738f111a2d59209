//! The owners of ids of objects in the account with a vendor.

use crate::{policy, store};
use postern_contract::clock::unix_s;
use postern_contract::types::Caller;
use postern_contract::types::auth::IdSharing;
use postern_fault::Fault;
use postern_identity::{IdOwner, Refused, Sharing, know_tenants};
use spin_sdk::key_value::Store;
use spin_sdk::wasip3::spawn;
use std::sync::atomic::{AtomicU64, Ordering};

/// The time of the last sweep by any instance, in seconds since 1970.
const SWEPT: &str = "ids-swept";

/// The interval of sweeps. Each covers the records with one first digit of their hash, so all are covered in 3 hours.
const SWEEP_EVERY_S: u64 = 600;
const PARTS: u64 = 16;

/// The most records of one sweep: 1,440,000 a day.
const MAX_SWEPT: usize = 10_000;

/// When this instance last checked whether a sweep is due.
static ASKED_UNIX_S: AtomicU64 = AtomicU64::new(0);

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
    spawn(async move { drop(sweep(unix_s).await) });
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

/// Removes expired records, which no store does by itself; once in a while for all instances.
async fn sweep(unix_s: u64) -> Result<(), Refused> {
    let asked_unix_s = ASKED_UNIX_S.swap(unix_s, Ordering::Relaxed);
    if unix_s.saturating_sub(asked_unix_s) < SWEEP_EVERY_S {
        ASKED_UNIX_S.store(asked_unix_s, Ordering::Relaxed);
        return Ok(());
    }
    let swept = store::get(SWEPT).await?.and_then(|bytes| String::from_utf8(bytes).ok());
    let swept_unix_s = swept.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    if unix_s.saturating_sub(swept_unix_s) < SWEEP_EVERY_S {
        return Ok(());
    }
    store::set(SWEPT, unix_s.to_string().as_bytes()).await?;
    let beginning = format!("{}{:x}", IdOwner::STORE_PREFIX, unix_s / SWEEP_EVERY_S % PARTS);
    for name in store::names(&beginning, MAX_SWEPT).await? {
        let record = store::get(&name).await?;
        if record.is_some_and(|record| !IdOwner::holds(&record, unix_s)) {
            store::delete(&name).await?;
        }
    }
    Ok(())
}
