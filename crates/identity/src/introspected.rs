//! An issuer's answer about an opaque token, cached for as long as policy allows.

use serde::{Deserialize, Serialize};

/// The version of the record's format.
const SCHEMA: u32 = 1;

/// An active token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Introspected {
    schema: u32,
    /// The issuer's name in `issuers.toml`.
    pub issuer: String,
    /// Its expiry in the cache.
    pub until_unix_s: u64,
    /// The members of the answer (RFC 7662, 2.2), without the token.
    pub claims: String,
}

impl Introspected {
    /// The prefix of these records' names.
    pub const STORE_PREFIX: &'static str = "introspected/";

    /// A record of an answer of now, kept no longer than `cache_s`, nor than the token is valid.
    #[must_use]
    pub fn new(
        issuer: &str,
        claims: String,
        expires_at_unix_s: Option<u64>,
        cache_s: u64,
        unix_s: u64,
    ) -> Self {
        let longest = unix_s.saturating_add(cache_s);
        let until_unix_s = expires_at_unix_s.map_or(longest, |expires| expires.min(longest));
        Self { schema: SCHEMA, issuer: issuer.to_owned(), until_unix_s, claims }
    }

    /// The name of the record for the token with this hash, in hexadecimal.
    #[must_use]
    pub fn store_name(sha256_hex: &str) -> String {
        format!("{}{sha256_hex}", Self::STORE_PREFIX)
    }

    /// The record, as stored.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Strings and numbers are always JSON.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads a record; `None` for another version, or if it has expired.
    #[must_use]
    pub fn from_json(bytes: &[u8], unix_s: u64) -> Option<Self> {
        let record: Self = serde_json::from_slice(bytes).ok()?;
        (record.schema == SCHEMA && unix_s < record.until_unix_s).then_some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_no_longer_than_the_token_and_than_policy_lets_it() {
        let until = |expires, cache_s| {
            Introspected::new("a", String::new(), expires, cache_s, 1_000).until_unix_s
        };
        assert_eq!(until(Some(1_010), 60), 1_010);
        assert_eq!(until(Some(9_000), 60), 1_060);
        assert_eq!(until(None, 60), 1_060);
    }

    #[test]
    fn is_read_as_long_as_it_holds() {
        let record = Introspected::new("a", "{}".to_owned(), None, 60, 1_000);
        let stored = record.to_json();
        assert_eq!(Introspected::from_json(&stored, 1_059), Some(record));
        assert_eq!(Introspected::from_json(&stored, 1_060), None);
        assert_eq!(Introspected::from_json(b"true", 0), None);
        assert!(Introspected::store_name("0a").starts_with(Introspected::STORE_PREFIX));
    }
}
