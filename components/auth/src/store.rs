//! The key-value store.

use postern_identity::Refused;
use spin_sdk::key_value::{Error, Store};

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

/// Can it be read?
pub async fn reachable() -> Result<(), Refused> {
    let exists = open().await?.exists(postern_keys::STORE_PREFIX).await;
    exists.map(|_| ()).map_err(|error| failed(&error))
}

fn failed(error: &Error) -> Refused {
    Refused::Unavailable(format!("key-value store: {error:?}"))
}

/// Remove a key, if it is there.
pub async fn delete(name: &str) -> Result<(), Refused> {
    open().await?.delete(name).await.map_err(|error| failed(&error))
}

/// Every key of the store.
pub async fn names() -> Result<Vec<String>, Refused> {
    let names = open().await?.get_keys().await.collect().await;
    names.map_err(|error| failed(&error))
}
