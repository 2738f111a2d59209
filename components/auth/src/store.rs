//! The key-value store.

use postern_contract::clock::unix_s;
use postern_identity::Refused;
use spin_sdk::key_value::{Error, Store};
use std::sync::atomic::{AtomicU64, Ordering};

/// What is written to see that it can be.
const PROBE: &str = "readiness/probe";

/// Probes come every few seconds, from each load balancer: a store need not be written for all of them.
const PROBE_EVERY_S: u64 = 3;

/// When this instance last wrote it.
static WRITTEN_UNIX_S: AtomicU64 = AtomicU64::new(0);

/// Open it; a handle is cheap.
///
/// # Errors
///
/// [`Refused::Unavailable`], as for everything here.
pub async fn open() -> Result<Store, Refused> {
    Store::open_default().await.map_err(|error| failed(&error))
}

/// The value of a key, if it is there.
pub async fn get(name: &str) -> Result<Option<Vec<u8>>, Refused> {
    open().await?.get(name).await.map_err(|error| failed(&error))
}

/// Set a key.
pub async fn set(name: &str, value: &[u8]) -> Result<(), Refused> {
    open().await?.set(name, value).await.map_err(|error| failed(&error))
}

/// Can it be written, and what was written be read? A store that is only read serves no revocation, and counts nothing.
pub async fn usable() -> Result<(), Refused> {
    let now_unix_s = unix_s();
    let since_s = now_unix_s.abs_diff(WRITTEN_UNIX_S.load(Ordering::Relaxed));
    if since_s < PROBE_EVERY_S {
        return Ok(());
    }
    set(PROBE, now_unix_s.to_string().as_bytes()).await?;
    // Another instance may have written since.
    if get(PROBE).await?.is_none() {
        let why = "key-value store: what was written is not there";
        return Err(Refused::Unavailable(why.to_owned()));
    }
    WRITTEN_UNIX_S.store(now_unix_s, Ordering::Relaxed);
    Ok(())
}

/// As every fault of the store.
pub fn failed(error: &Error) -> Refused {
    Refused::Unavailable(format!("key-value store: {error:?}"))
}

/// Remove a key, if it is there.
pub async fn delete(name: &str) -> Result<(), Refused> {
    open().await?.delete(name).await.map_err(|error| failed(&error))
}

/// At most so many keys of the store that begin so. There may be many others, which are not held.
pub async fn names(beginning: &str, at_most: usize) -> Result<Vec<String>, Refused> {
    let (mut keys, mut names) = (open().await?.get_keys().await, Vec::new());
    while let Some(name) = keys.next().await {
        if name.starts_with(beginning) && names.len() < at_most {
            names.push(name);
        }
    }
    keys.result().await.map_err(|error| failed(&error))?;
    Ok(names)
}
