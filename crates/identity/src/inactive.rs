//! Inactive tokens, remembered so that their issuer is not asked again.

use serde::{Deserialize, Serialize};

/// The prefix of these records' names.
const PREFIX: &str = "introspected-inactive/";

/// The hexadecimal digits of a token's hash that choose its place: there are 4,096 places, however many tokens are
/// tried, and a newer token overwrites an older one.
const DIGITS: usize = 3;

/// An inactive token, by its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inactive {
    sha256: String,
    issuer: String,
    until_unix_s: u64,
}

impl Inactive {
    /// Records that the token with this hash is inactive for `ttl_s` seconds.
    #[must_use]
    pub fn new(issuer: &str, sha256: &str, cache_s: u64, unix_s: u64) -> Self {
        let until_unix_s = unix_s.saturating_add(cache_s);
        Self { sha256: sha256.to_owned(), issuer: issuer.to_owned(), until_unix_s }
    }

    /// The name of the record for the token with this hash.
    #[must_use]
    pub fn store_name(sha256: &str) -> String {
        format!("{PREFIX}{}", sha256.get(..DIGITS).unwrap_or_default())
    }

    /// The record, as stored.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Strings and numbers are always JSON.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Whether this record is of this token and has not expired.
    #[must_use]
    pub fn is(bytes: &[u8], issuer: &str, sha256: &str, unix_s: u64) -> bool {
        serde_json::from_slice(bytes).is_ok_and(|record: Self| {
            record.sha256 == sha256 && record.issuer == issuer && unix_s < record.until_unix_s
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_for_one_token_of_one_issuer_and_for_a_time() {
        let kept = Inactive::new("a", "abc1", 30, 1_000).to_json();
        assert!(Inactive::is(&kept, "a", "abc1", 1_029));
        assert!(!Inactive::is(&kept, "a", "abc1", 1_030));
        assert!(!Inactive::is(&kept, "b", "abc1", 1_000));
        assert!(!Inactive::is(&kept, "a", "abc2", 1_000));
        assert!(!Inactive::is(b"?", "a", "abc1", 1_000));
        assert_eq!(Inactive::store_name("abc1"), Inactive::store_name("abc2"));
    }
}
