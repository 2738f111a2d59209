//! A cached key set, and how long it may be used.

use postern_policy::KeySetTimes;
use serde::{Deserialize, Serialize};

/// The version of the record's format.
const SCHEMA: u32 = 1;

/// A fetched key set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FetchedKeySet {
    schema: u32,
    /// Its source in policy: a set of another source is not used.
    pub source: String,
    /// The time of the fetch, in seconds since 1970-01-01T00:00:00Z.
    pub fetched_at_unix_s: u64,
    /// The set, as the issuer wrote it (RFC 7517).
    pub key_set: String,
}

/// Whether a key set may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// It may be used.
    Fresh,
    /// It may be used only while its issuer cannot be reached.
    Stale,
    /// It may not be used.
    TooOld,
}

impl Age {
    /// The age of a set that was fetched at this time. A time in the future is from a clock that has since gone back:
    /// the set is fetched anew, and used until then.
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
    /// A record of a set that was fetched now.
    #[must_use]
    pub fn new(source: &str, key_set: String, unix_s: u64) -> Self {
        Self { schema: SCHEMA, source: source.to_owned(), fetched_at_unix_s: unix_s, key_set }
    }

    /// Its name in the store.
    #[must_use]
    pub fn store_name(issuer: &str) -> String {
        format!("key-set/{issuer}")
    }

    /// The record, as stored.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Strings and numbers are always JSON.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads a record; `None` for another version or source, and the set is fetched again.
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
