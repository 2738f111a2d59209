//! The last use of a key: a record of its own, so that writing it never undoes a revocation.

/// The prefix of these records' names.
pub const LAST_USED_PREFIX: &str = "key-used/";

/// The resolution of the last use, in seconds: a write per minute and key is cheap for any store, and a decision to
/// revoke a key is about days.
pub const LAST_USED_RESOLUTION_S: u64 = 60;

/// Digits of the largest number of 64 bits.
const MAX_DIGITS: usize = 20;

/// The name of the record for the key with this hash.
#[must_use]
pub fn last_used_name(sha256_hex: &str) -> String {
    format!("{LAST_USED_PREFIX}{sha256_hex}")
}

/// The record: seconds since 1970-01-01T00:00:00Z, in decimal digits.
#[must_use]
pub fn format_last_used(unix_s: u64) -> Vec<u8> {
    unix_s.to_string().into_bytes()
}

/// Reads the value of [`format_last_used`]; `None` for any other text.
#[must_use]
pub fn parse_last_used(bytes: &[u8]) -> Option<u64> {
    let digits = bytes.len() <= MAX_DIGITS && bytes.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(bytes).ok().filter(|_| digits)?.parse().ok()
}

/// Whether a use now must be written, given the recorded one.
///
/// A record of the future is corrected: some clock was wrong.
#[must_use]
pub fn is_last_used_due(recorded_unix_s: Option<u64>, now_unix_s: u64) -> bool {
    let age_s = recorded_unix_s.and_then(|recorded| now_unix_s.checked_sub(recorded));
    age_s.is_none_or(|age_s| age_s >= LAST_USED_RESOLUTION_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        for unix_s in [0, 1_790_000_000, u64::MAX] {
            assert_eq!(parse_last_used(&format_last_used(unix_s)), Some(unix_s));
        }
        for wrong in [&b""[..], b"+1", b"-1", b"1.0", b" 1", b"99999999999999999999", b"\xff"] {
            assert_eq!(parse_last_used(wrong), None, "{wrong:?}");
        }
        assert_eq!(parse_last_used(&[b'0'; 21]), None);
        assert_eq!(last_used_name("ab"), "key-used/ab");
    }

    #[test]
    fn a_use_is_written_at_most_once_a_minute() {
        assert!(is_last_used_due(None, 0));
        assert!(!is_last_used_due(Some(1_000), 1_000));
        assert!(!is_last_used_due(Some(1_000), 1_059));
        assert!(is_last_used_due(Some(1_000), 1_060));
        assert!(is_last_used_due(Some(1_000), 999), "a record of the future");
    }
}
