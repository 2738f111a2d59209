//! Records the last use of issued keys, beside the request, at most once a minute for each key.

use crate::store;
use lru::LruCache;
use postern_keys::{format_last_used, is_last_used_due, last_used_name, parse_last_used};
use spin_sdk::wasip3::spawn;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

/// The most keys that are remembered; a forgotten key is only recorded once too often.
const MOST: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1_023);

/// The uses that this instance has recorded.
static NOTED: Mutex<Option<LruCache<String, u64>>> = Mutex::new(None);

/// Records a use, unless one was just recorded. The request neither waits for it nor fails with it.
pub fn note(sha256: &str, unix_s: u64) {
    let mut noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    let noted = noted.get_or_insert_with(|| LruCache::new(MOST));
    if !is_last_used_due(noted.get(sha256).copied(), unix_s) {
        return;
    }
    noted.put(sha256.to_owned(), unix_s);
    let name = last_used_name(sha256);
    spawn(async move {
        // Another instance may have recorded it.
        let stored = store::get(&name).await.ok().flatten();
        let stored = stored.as_deref().and_then(parse_last_used);
        if is_last_used_due(stored, unix_s) {
            let _ = store::set(&name, &format_last_used(unix_s)).await;
        }
    });
}
