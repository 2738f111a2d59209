//! What instances know of the deployments, in the key-value store.

use postern_contract::clock::within;
use postern_route::{Replica, StateStore, Unreachable};
use spin_sdk::key_value::Store;
use spin_sdk::wasip3::random::random::get_random_u64;
use std::rc::Rc;

/// A store answers within milliseconds. Without it a decision is good, with it it is better: a request does not wait for one
/// that is slow.
const STORE_MS: u64 = 100;

/// The default key-value store.
pub struct KeyValue;

impl StateStore for KeyValue {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Unreachable> {
        let read = async { Store::open_default().await?.get(key).await };
        within(STORE_MS, read).await.and_then(Result::ok).ok_or(Unreachable)
    }

    async fn set(&self, key: &str, value: &[u8]) -> Result<(), Unreachable> {
        let written = async { Store::open_default().await?.set(key, value).await };
        within(STORE_MS, written).await.and_then(Result::ok).ok_or(Unreachable)
    }
}

thread_local! {
    static REPLICA: Rc<Replica<KeyValue>> = Rc::new(Replica::new(KeyValue, get_random_u64()));
}

/// This instance, which has one thread.
pub fn replica() -> Rc<Replica<KeyValue>> {
    REPLICA.with(Rc::clone)
}
