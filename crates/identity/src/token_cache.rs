//! Verified tokens, by their hash, until they expire: a signature is verified once per instance.

use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::Arc;

/// A caller with its strings is under 1 KiB. The least recently used tokens are dropped first.
const MOST: NonZeroUsize = NonZeroUsize::MIN.saturating_add(2_047);

/// The result of each verification.
#[derive(Debug)]
pub struct TokenCache<T>(Option<LruCache<String, Entry<T>>>);

#[derive(Debug)]
struct Entry<T> {
    until_unix_s: u64,
    outcome: Arc<T>,
}

impl<T> TokenCache<T> {
    /// An empty cache.
    #[must_use]
    #[allow(clippy::new_without_default)] // It lives in a static.
    pub const fn new() -> Self {
        Self(None)
    }

    /// The result for the token with this hash, if it has not expired.
    #[must_use]
    pub fn get(&mut self, sha256: &str, unix_s: u64) -> Option<Arc<T>> {
        let entries = self.0.as_mut()?;
        let entry = entries.get(sha256)?;
        if unix_s < entry.until_unix_s {
            return Some(Arc::clone(&entry.outcome));
        }
        entries.pop(sha256);
        None
    }

    /// Stores a result, in place of the least recently used one if the cache is full.
    pub fn put(&mut self, sha256: String, outcome: Arc<T>, until_unix_s: u64) {
        let entries = self.0.get_or_insert_with(|| bounded(MOST));
        entries.put(sha256, Entry { until_unix_s, outcome });
    }
}

/// A cache that allocates memory as it fills: an instance may live for one request.
fn bounded<T>(most: NonZeroUsize) -> LruCache<String, T> {
    let mut cache = LruCache::unbounded();
    cache.resize(most);
    cache
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_until_the_token_expires() {
        let mut token_cache = TokenCache::new();
        token_cache.put("a".to_owned(), Arc::new(1), 100);
        assert_eq!(token_cache.get("a", 99).as_deref(), Some(&1));
        assert_eq!(token_cache.get("a", 100), None);
        assert_eq!(token_cache.get("b", 0), None);
    }

    #[test]
    fn keeps_what_is_asked_for_and_never_grows_beyond_its_bound() {
        let mut token_cache = TokenCache::new();
        token_cache.put("often".to_owned(), Arc::new(()), 10);
        for number in 0..MOST.get() * 3 {
            token_cache.put(number.to_string(), Arc::new(()), 10);
            assert!(token_cache.get("often", 5).is_some(), "forgotten after {number}");
        }
        assert_eq!(token_cache.get("0", 5), None);
        assert_eq!(token_cache.0.unwrap().len(), MOST.get());
    }
}
