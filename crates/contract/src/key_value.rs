//! The default key-value store as a store of counters, for the stages that are granted it.

use postern_store::increments::{IncrementError, IncrementIo};
use spin_sdk::experimental::wasi::keyvalue::atomics;
use spin_sdk::experimental::wasi::keyvalue::store::{Bucket, Error, open};
use spin_sdk::wasip3::clocks::monotonic_clock::wait_for;
use std::cell::OnceCell;

const NS_PER_MS: u64 = 1_000_000;

/// The label of Spin's default store.
const LABEL: &str = "default";

thread_local! {
    /// Opened once per instance, which has one thread.
    static BUCKET: OnceCell<Bucket> = const { OnceCell::new() };
}

/// The default key-value store.
#[derive(Debug, Default)]
pub struct KeyValue;

impl IncrementIo for KeyValue {
    fn increment(&self, key: &str, delta: i64) -> Result<i64, IncrementError> {
        with_bucket(|bucket| match atomics::increment(bucket, key, delta) {
            Err(error) => match bucket.get(key) {
                Ok(found) => Err(IncrementError::of(found.as_deref(), said(&error))),
                Err(_) => Err(unavailable(error)),
            },
            Ok(value) => Ok(value),
        })
    }

    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, IncrementError> {
        with_bucket(|bucket| bucket.get(key).map_err(unavailable))
    }

    fn set(&self, key: &str, value: &[u8]) -> Result<(), IncrementError> {
        with_bucket(|bucket| bucket.set(key, value).map_err(unavailable))
    }

    fn delete(&self, key: &str) -> Result<(), IncrementError> {
        with_bucket(|bucket| bucket.delete(key).map_err(unavailable))
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

fn with_bucket<T>(
    work: impl FnOnce(&Bucket) -> Result<T, IncrementError>,
) -> Result<T, IncrementError> {
    BUCKET.with(|cell| {
        let bucket = match cell.get() {
            Some(bucket) => bucket,
            None => {
                let opened = open(LABEL).map_err(unavailable)?;
                cell.get_or_init(|| opened)
            }
        };
        work(bucket)
    })
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of `map_err`")]
fn unavailable(error: Error) -> IncrementError {
    IncrementError::Unavailable(said(&error))
}

fn said(error: &Error) -> String {
    format!("key-value store: {error:?}")
}
