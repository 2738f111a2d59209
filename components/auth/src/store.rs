//! Issued keys, in the key-value store. Read on every request, so that a revocation holds for the next one.

use postern_fault::{Fault, Kind};
use postern_keys::{IssuedKey, STORE_PREFIX, store_name};
use postern_policy::{Consumer, Consumers};
use spin_sdk::key_value::{Error, Store};
use std::sync::Arc;

/// The consumer and the id of the issued key with this hash, if it holds.
///
/// # Errors
///
/// `unavailable` when the store cannot be read.
pub async fn issued(
    consumers: &Consumers,
    sha256: &str,
) -> Result<Option<(Arc<Consumer>, String)>, Fault> {
    let store = Store::open_default().await.map_err(unreadable)?;
    let Some(bytes) = store.get(store_name(sha256)).await.map_err(unreadable)? else {
        return Ok(None);
    };
    let Ok(key) = IssuedKey::from_json(&bytes) else {
        // Whoever wrote this, it lets nobody in.
        return Ok(None);
    };
    let consumer = consumers.by_name(&key.consumer);
    Ok(consumer.filter(|_| !key.is_revoked()).map(|consumer| (consumer.clone(), key.id)))
}

/// Can the store be read?
///
/// # Errors
///
/// `unavailable` when it cannot.
pub async fn reachable() -> Result<(), Fault> {
    let store = Store::open_default().await.map_err(unreadable)?;
    store.exists(STORE_PREFIX).await.map(|_| ()).map_err(unreadable)
}

fn unreadable(error: Error) -> Fault {
    Fault::new(Kind::Unavailable, "the gateway cannot check API keys at the moment")
        .with_code("auth_unavailable")
        .with_private(format!("key-value store: {error:?}"))
}
