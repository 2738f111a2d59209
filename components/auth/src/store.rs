//! The key-value store.

use postern_contract::clock::unix_s;
use postern_identity::Refused;
use spin_sdk::key_value::{Error, Store};
use std::sync::atomic::{AtomicU64, Ordering};

/// The key of the readiness probe.
const PROBE: &str = "readiness/probe";

/// The interval of writes: probes come every few seconds from each load balancer, and need not all write.
const PROBE_EVERY_S: u64 = 3;

/// When this instance last wrote the probe.
static WRITTEN_UNIX_S: AtomicU64 = AtomicU64::new(0);

/// Opens the store; a handle is cheap.
///
/// # Errors
///
/// [`Refused::Unavailable`], as for every function here.
pub async fn open() -> Result<Store, Refused> {
    Store::open_default().await.map_err(|error| failed(&error))
}

/// The value of a key, if it is there.
pub async fn get(name: &str) -> Result<Option<Vec<u8>>, Refused> {
    open().await?.get(name).await.map_err(|error| failed(&error))
}

/// Sets a key.
pub async fn set(name: &str, value: &[u8]) -> Result<(), Refused> {
    open().await?.set(name, value).await.map_err(|error| failed(&error))
}

/// Whether the store can be written and read back: a read-only store serves no revocation and counts nothing.
pub async fn usable() -> Result<(), Refused> {
    let now_unix_s = unix_s();
    let since_s = now_unix_s.abs_diff(WRITTEN_UNIX_S.load(Ordering::Relaxed));
    if since_s < PROBE_EVERY_S {
        return Ok(());
    }
    set(PROBE, now_unix_s.to_string().as_bytes()).await?;
    // Another instance may have written it since.
    if get(PROBE).await?.is_none() {
        let why = "key-value store: what was written is not there";
        return Err(Refused::Unavailable(why.to_owned()));
    }
    WRITTEN_UNIX_S.store(now_unix_s, Ordering::Relaxed);
    Ok(())
}

/// The refusal for every fault of the store.
pub fn failed(error: &Error) -> Refused {
    Refused::Unavailable(format!("key-value store: {error:?}"))
}

/// Removes a key, if it exists.
pub async fn delete(name: &str) -> Result<(), Refused> {
    open().await?.delete(name).await.map_err(|error| failed(&error))
}

/// At most `at_most` keys with one of these prefixes. There may be many others, which are not kept in memory.
pub async fn names(beginnings: &[impl AsRef<str>], at_most: usize) -> Result<Vec<String>, Refused> {
    let (mut keys, mut names) = (open().await?.get_keys().await, Vec::new());
    while let Some(name) = keys.next().await {
        let is_one = beginnings.iter().any(|beginning| name.starts_with(beginning.as_ref()));
        if is_one && names.len() < at_most {
            names.push(name);
        }
    }
    keys.result().await.map_err(|error| failed(&error))?;
    Ok(names)
}
