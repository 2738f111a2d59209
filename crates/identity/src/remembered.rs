//! Tokens that were verified, by their hash, until they expire: a signature is checked once an instance.

use std::collections::HashMap;
use std::sync::Arc;

/// A caller with its strings is under 1 KiB.
const MOST: usize = 2_048;

/// What each token was found to be.
#[derive(Debug)]
pub struct Remembered<T>(Option<HashMap<String, Entry<T>>>);

#[derive(Debug)]
struct Entry<T> {
    until_unix_s: u64,
    found: Arc<T>,
}

impl<T> Remembered<T> {
    /// Nothing yet.
    #[must_use]
    #[allow(clippy::new_without_default)] // It lives in a static.
    pub const fn new() -> Self {
        Self(None)
    }

    /// What the token with this hash was found to be, if that still holds.
    #[must_use]
    pub fn get(&self, sha256: &str, unix_s: u64) -> Option<Arc<T>> {
        let entry = self.0.as_ref()?.get(sha256)?;
        (unix_s < entry.until_unix_s).then(|| Arc::clone(&entry.found))
    }

    /// Remember it. When there is no room, what has expired goes first, and then everything.
    pub fn put(&mut self, sha256: String, found: Arc<T>, until_unix_s: u64, unix_s: u64) {
        let entries = self.0.get_or_insert_default();
        if entries.len() >= MOST {
            entries.retain(|_, entry| unix_s < entry.until_unix_s);
        }
        if entries.len() >= MOST {
            entries.clear();
        }
        entries.insert(sha256, Entry { until_unix_s, found });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_until_the_token_expires() {
        let mut remembered = Remembered::new();
        remembered.put("a".to_owned(), Arc::new(1), 100, 0);
        assert_eq!(remembered.get("a", 99).as_deref(), Some(&1));
        assert_eq!(remembered.get("a", 100), None);
        assert_eq!(remembered.get("b", 0), None);
    }

    #[test]
    fn never_grows_beyond_its_bound() {
        let mut remembered = Remembered::new();
        for number in 0..MOST * 3 {
            let until = if number % 2 == 0 { 1 } else { 10 };
            remembered.put(number.to_string(), Arc::new(()), until, 5);
        }
        assert!(remembered.0.unwrap().len() <= MOST);
    }
}
