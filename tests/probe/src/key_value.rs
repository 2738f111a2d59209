//! `spin:key-value`.

use crate::seen::{refused, seen};
use serde_json::{Value, json};
use spin_sdk::key_value::Store;

/// Not UTF-8, with a zero.
const BINARY: [u8; 4] = [0, 159, 146, 255];

pub async fn report(label: &str) -> Value {
    match Store::open(label).await {
        Ok(store) => exercise(&store).await,
        Err(error) => refused(error),
    }
}

async fn exercise(store: &Store) -> Value {
    json!({
        "get_before": seen(store.get("binary").await),
        "exists_before": seen(store.exists("binary").await),
        "delete_before": seen(store.delete("binary").await),
        "set": seen(store.set("binary", BINARY).await),
        "set_empty": seen(store.set("empty", []).await),
        "get": seen(store.get("binary").await),
        "get_empty": seen(store.get("empty").await),
        "exists": seen(store.exists("binary").await),
        "keys": seen(sorted_keys(store).await),
        "overwrite": seen(store.set("binary", [1]).await),
        "get_overwritten": seen(store.get("binary").await),
        "delete": seen(store.delete("binary").await),
        "exists_after": seen(store.exists("binary").await),
        "keys_after": seen(sorted_keys(store).await),
    })
}

async fn sorted_keys(store: &Store) -> Result<Vec<String>, spin_sdk::key_value::Error> {
    let mut keys = store.get_keys().await.collect().await?;
    keys.sort_unstable();
    Ok(keys)
}
