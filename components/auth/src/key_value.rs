//! The key-value store as a store of counters.

use postern_store::increments::{IncrementError, IncrementIo};
use spin_sdk::experimental::wasi::keyvalue::atomics;
use spin_sdk::experimental::wasi::keyvalue::store::{Bucket, Error, open};
use spin_sdk::wasip3::clocks::monotonic_clock::wait_for;
use std::cell::OnceCell;

const NS_PER_MS: u64 = 1_000_000;

/// The label of Spin's default store.
const LABEL: &str = "default";

/// The messages of stores for a value that is not a counter: our host's SQLite, and Redis.
const NO_COUNTER: [&str; 2] = ["no counter", "not an integer"];

thread_local! {
    /// Opened once per instance, which has one thread.
    static BUCKET: OnceCell<Bucket> = const { OnceCell::new() };
}

/// The default key-value store.
#[derive(Debug, Default)]
pub struct KeyValue;

impl IncrementIo for KeyValue {
    fn increment(&self, key: &str, delta: i64) -> Result<i64, IncrementError> {
        with_bucket(|bucket| atomics::increment(bucket, key, delta))
    }

    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, IncrementError> {
        with_bucket(|bucket| bucket.get(key))
    }

    fn set(&self, key: &str, value: &[u8]) -> Result<(), IncrementError> {
        with_bucket(|bucket| bucket.set(key, value))
    }

    fn delete(&self, key: &str) -> Result<(), IncrementError> {
        with_bucket(|bucket| bucket.delete(key))
    }

    async fn names(&self, beginning: &str) -> Result<Vec<String>, IncrementError> {
        // The asynchronous interface: a long list does not block the instance.
        let store = spin_sdk::key_value::Store::open_default().await;
        let store = store.map_err(|error| IncrementError::Unavailable(format!("{error:?}")))?;
        let (mut keys, mut names) = (store.get_keys().await, Vec::new());
        while let Some(name) = keys.next().await {
            if name.starts_with(beginning) {
                names.push(name);
            }
        }
        let ended = keys.result().await;
        ended.map_err(|error| IncrementError::Unavailable(format!("{error:?}")))?;
        Ok(names)
    }

    async fn pause(&self, ms: u64) {
        wait_for(ms.saturating_mul(NS_PER_MS)).await;
    }
}

fn with_bucket<T>(work: impl FnOnce(&Bucket) -> Result<T, Error>) -> Result<T, IncrementError> {
    BUCKET.with(|cell| {
        let bucket = match cell.get() {
            Some(bucket) => bucket,
            None => {
                let opened = open(LABEL).map_err(failed)?;
                cell.get_or_init(|| opened)
            }
        };
        work(bucket).map_err(failed)
    })
}

fn failed(error: Error) -> IncrementError {
    match error {
        Error::Other(text) if NO_COUNTER.iter().any(|words| text.contains(words)) => {
            IncrementError::Broken
        }
        error => IncrementError::Unavailable(format!("key-value store: {error:?}")),
    }
}
