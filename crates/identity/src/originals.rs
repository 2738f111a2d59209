//! The sealed originals of a caller's conversation, as stored.
//!
//! The store learns neither the caller nor the conversation: a record's name is a hash of both.

/// The names of these records.
#[derive(Debug)]
pub struct KeptOriginals;

impl KeptOriginals {
    /// The prefix of these records' names.
    pub const STORE_PREFIX: &'static str = "originals/";

    /// The name of the record of this caller's conversation. `token_owner` is [`crate::Caller::token_owner`].
    #[must_use]
    pub fn store_name(
        consumer: &str,
        tenant: Option<&str>,
        token_owner: Option<&str>,
        conversation: &str,
    ) -> String {
        // As JSON, so that different parts are different texts.
        let text = serde_json::json!([consumer, tenant, token_owner, conversation]).to_string();
        format!("{}{}", Self::STORE_PREFIX, postern_keys::sha256_hex(&text))
    }

    /// The record, as stored: its expiry, a space, the sealed text.
    #[must_use]
    pub fn record(sealed: &str, ttl_s: u32, unix_s: u64) -> Vec<u8> {
        format!("{} {sealed}", unix_s.saturating_add(ttl_s.into())).into_bytes()
    }

    /// The sealed text of a record that has not expired.
    #[must_use]
    pub fn sealed(record: &[u8], unix_s: u64) -> Option<&str> {
        let (until, sealed) = std::str::from_utf8(record).ok()?.split_once(' ')?;
        let until_unix_s: u64 = until.parse().ok()?;
        (unix_s < until_unix_s).then_some(sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_of_one_caller() {
        let name = KeptOriginals::store_name;
        let of_caller = name("a", Some("t"), Some("x"), "resp_1");
        assert_eq!(of_caller, name("a", Some("t"), Some("x"), "resp_1"));
        let others = [
            name("b", Some("t"), Some("x"), "resp_1"),
            name("a", Some("u"), Some("x"), "resp_1"),
            name("a", None, Some("x"), "resp_1"),
            name("a", Some("t"), Some("y"), "resp_1"),
            name("a", Some("t"), None, "resp_1"),
            name("a", Some("t"), Some("x"), "resp_2"),
            name("a", Some("x"), Some("t"), "resp_1"),
        ];
        let all: std::collections::BTreeSet<_> = others.iter().chain([&of_caller]).collect();
        assert_eq!(all.len(), 8, "{others:?}");
        assert!(of_caller.starts_with(KeptOriginals::STORE_PREFIX) && !of_caller.contains("resp"));
    }

    #[test]
    fn holds_for_a_time() {
        let record = KeptOriginals::record("1.abc", 30, 1_000);
        assert_eq!(KeptOriginals::sealed(&record, 1_029), Some("1.abc"));
        assert_eq!(KeptOriginals::sealed(&record, 1_030), None);
        for wrong in [&b""[..], b"?", b"\xff", b"9999999999", b"-1 1.abc", b" 1.abc"] {
            assert_eq!(KeptOriginals::sealed(wrong, 0), None, "{wrong:?}");
        }
    }
}
