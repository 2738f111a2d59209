//! What an issuer said of a token that is not good, kept so that it is not asked again.

use serde::{Deserialize, Serialize};

/// How the names of these records begin.
const PREFIX: &str = "introspected-inactive/";

/// So many hexadecimal digits of a token's hash choose its place: there are 4,096, however many tokens are guessed, and a
/// newer one takes the place of an older.
const DIGITS: usize = 3;

/// A token that is not good, by its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inactive {
    sha256: String,
    issuer: String,
    until_unix_s: u64,
}

impl Inactive {
    /// The token with this hash is not good for so long.
    #[must_use]
    pub fn new(issuer: &str, sha256: &str, cache_s: u64, unix_s: u64) -> Self {
        let until_unix_s = unix_s.saturating_add(cache_s);
        Self { sha256: sha256.to_owned(), issuer: issuer.to_owned(), until_unix_s }
    }

    /// Where the token with this hash would be.
    #[must_use]
    pub fn store_name(sha256: &str) -> String {
        format!("{PREFIX}{}", sha256.get(..DIGITS).unwrap_or_default())
    }

    /// As stored.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Strings and numbers are always JSON.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Whether what stands there is of this token, and still holds.
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
