//! A key set as it is kept, and how long it may be used.

use postern_policy::KeySetTimes;
use serde::{Deserialize, Serialize};

/// The version of the record's format.
const SCHEMA: u32 = 1;

/// A key set that was fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FetchedKeySet {
    schema: u32,
    /// What policy said of where it is: a set from elsewhere is another one.
    pub source: String,
    /// In seconds since 1970-01-01T00:00:00Z.
    pub fetched_at_unix_s: u64,
    /// As the issuer wrote it (RFC 7517).
    pub key_set: String,
}

/// Whether a key set may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// As it is.
    Fresh,
    /// While its issuer cannot be reached.
    Stale,
    /// Not any more.
    TooOld,
}

impl Age {
    /// Of a set that was fetched then. One from the future is a clock that went back: it is fetched anew, and used until then.
    #[must_use]
    pub fn of(fetched_at_unix_s: u64, times: KeySetTimes, unix_s: u64) -> Self {
        match unix_s.checked_sub(fetched_at_unix_s) {
            Some(age) if age < times.ttl_s => Self::Fresh,
            Some(age) if age >= times.ttl_s.saturating_add(times.stale_s) => Self::TooOld,
            _ => Self::Stale,
        }
    }
}

impl FetchedKeySet {
    /// Fetched now.
    #[must_use]
    pub fn new(source: &str, key_set: String, unix_s: u64) -> Self {
        Self { schema: SCHEMA, source: source.to_owned(), fetched_at_unix_s: unix_s, key_set }
    }

    /// Its name in the store.
    #[must_use]
    pub fn store_name(issuer: &str) -> String {
        format!("key-set/{issuer}")
    }

    /// As stored.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Strings and numbers are always JSON.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// What is no record of this version and source is none: the set is fetched again.
    #[must_use]
    pub fn from_json(bytes: &[u8], source: &str) -> Option<Self> {
        let record: Self = serde_json::from_slice(bytes).ok()?;
        (record.schema == SCHEMA && record.source == source).then_some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: KeySetTimes =
        KeySetTimes { ttl_s: 100, stale_s: 1_000, refresh_s: 60, timeout_ms: 3_000 };

    #[test]
    fn is_fresh_then_stale_then_too_old() {
        for (unix_s, age) in [
            (1_000, Age::Fresh),
            (1_099, Age::Fresh),
            (1_100, Age::Stale),
            (2_099, Age::Stale),
            (2_100, Age::TooOld),
            (999, Age::Stale),
        ] {
            assert_eq!(Age::of(1_000, TIMES, unix_s), age, "{unix_s}");
        }
    }

    #[test]
    fn is_read_as_it_was_written_for_the_same_source_only() {
        let set = FetchedKeySet::new("https://a.example/keys", "{}".to_owned(), 7);
        let stored = set.to_json();
        assert_eq!(FetchedKeySet::from_json(&stored, "https://a.example/keys"), Some(set));
        assert_eq!(FetchedKeySet::from_json(&stored, "https://b.example/keys"), None);
        assert_eq!(FetchedKeySet::from_json(b"{}", "https://a.example/keys"), None);
    }
}
