//! Counters in the key-value store.

use postern_contract::clock::unix_s;
use postern_store::increments::{IncrementError, IncrementIo, Increments};
use spin_sdk::experimental::wasi::keyvalue::atomics;
use spin_sdk::experimental::wasi::keyvalue::store::{Bucket, Error, open};
use spin_sdk::wasip3::clocks::monotonic_clock::wait_for;
use spin_sdk::wasip3::spawn;
use std::cell::OnceCell;

const NS_PER_MS: u64 = 1_000_000;

/// The label of Spin's default store.
const LABEL: &str = "default";

static COUNTERS: Increments<KeyValue> = Increments::new(KeyValue);

thread_local! {
    /// Opened once per instance, which has one thread.
    static BUCKET: OnceCell<Bucket> = const { OnceCell::new() };
}

/// The counters.
pub fn counters() -> &'static Increments<KeyValue> {
    &COUNTERS
}

/// Removes expired counters, beside the request: a key-value store does not expire them.
pub fn sweep() {
    let unix_s = unix_s();
    if COUNTERS.may_have_to_sweep(unix_s) {
        // A failed sweep is made up for by a later one.
        spawn(async move { drop(COUNTERS.sweep(unix_s).await) });
    }
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
