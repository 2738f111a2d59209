//! The record of an issued key in the key-value store.

use serde::{Deserialize, Serialize};

/// The prefix of these records' names.
pub const STORE_PREFIX: &str = "issued-key/";

/// The version of the record's format that this crate writes. It also reads earlier ones: version 1 has no fields from
/// `expires_at_unix_s` on.
pub const RECORD_SCHEMA: u32 = 2;

/// Hexadecimal digits of a public id.
const ID_LENGTH: usize = 12;

/// Records are about 200 bytes, and with the longest lists about 16,000: a longer one is not ours and is not parsed.
const MAX_RECORD_BYTES: usize = 24 * 1024;

/// The most entries of a list: each is compared on every request with the key.
pub const MAX_RESTRICTIONS: usize = 64;

/// The longest entry of a list: the longest name of a model or alias, and a final `*`.
const MAX_ENTRY_BYTES: usize = 129;

/// An issued key, without the key itself: its owner, its validity and its restrictions.
///
/// It is stored under [`store_name`] of the key's hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuedKey {
    /// The key's name for people, see [`public_id`].
    pub id: String,
    /// The consumer it was issued to, by its name in `policies/consumers.toml`.
    pub consumer: String,
    /// When it was issued, in seconds since 1970-01-01T00:00:00Z.
    pub created_at_unix_s: u64,
    /// When it was revoked; a key with any value here is refused.
    pub revoked_at_unix_s: Option<u64>,
    /// A label for its purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// When it expires; none: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at_unix_s: Option<u64>,
    /// The consumer's models that may be requested with the key, as patterns of `consumers.toml`; none: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub models: Option<Vec<String>>,
    /// The consumer's regions that apply to the key; none: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regions: Option<Vec<String>>,
    /// The consumer's addresses that the key may be used from, as ranges of `consumers.toml`; none: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_ranges: Option<Vec<String>>,
    /// The plan in place of the consumer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// The id of the key that was issued in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
}

/// The state of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It is valid.
    Active,
    /// It was revoked.
    Revoked,
    /// It has expired.
    Expired,
}

/// The record as stored: the version beside the fields.
#[derive(Serialize)]
struct Versioned<'a> {
    schema: u32,
    #[serde(flatten)]
    key: &'a IssuedKey,
}

/// Why the bytes under a record's name are not a record.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Far longer than any record.
    #[error("the record has {bytes} bytes, over the {MAX_RECORD_BYTES} a record may have")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not the JSON of a record.
    #[error("not the record of an issued key: {0}")]
    Malformed(#[from] serde_json::Error),
    /// Written by another version.
    #[error("the record has schema {found}, and this version reads 1 to {RECORD_SCHEMA}")]
    Schema {
        /// The version it names.
        found: u64,
    },
    /// The id is not from [`public_id`].
    #[error("the record's id {0:?} is not {ID_LENGTH} lower-case hexadecimal digits")]
    Id(String),
    /// A list that permits nothing, or is too long to be compared on every request.
    #[error(
        "the record's {list} has {entries} entries; it may have 1 to {MAX_RESTRICTIONS}, or not be there"
    )]
    Entries {
        /// The name of the list.
        list: &'static str,
        /// Its number of entries.
        entries: usize,
    },
    /// An invalid entry.
    #[error(
        "an entry of the record's {list} has {bytes} bytes; it may have 1 to {MAX_ENTRY_BYTES}"
    )]
    Entry {
        /// The name of its list.
        list: &'static str,
        /// Its length.
        bytes: usize,
    },
    /// It names no consumer.
    #[error("the record names no consumer")]
    NoConsumer,
}

impl IssuedKey {
    /// A key that never expires, without restrictions.
    #[must_use]
    pub fn new(id: impl Into<String>, consumer: impl Into<String>, created_at_unix_s: u64) -> Self {
        Self {
            id: id.into(),
            consumer: consumer.into(),
            created_at_unix_s,
            revoked_at_unix_s: None,
            label: None,
            expires_at_unix_s: None,
            models: None,
            regions: None,
            ip_ranges: None,
            plan: None,
            replaced_by: None,
        }
    }

    /// The state of the key now. A revocation takes precedence; a key is expired from its last second on.
    #[must_use]
    pub fn state(&self, now_unix_s: u64) -> KeyState {
        if self.is_revoked() {
            KeyState::Revoked
        } else if self.expires_at_unix_s.is_some_and(|at| at <= now_unix_s) {
            KeyState::Expired
        } else {
            KeyState::Active
        }
    }

    /// Whether the key has been revoked.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        self.revoked_at_unix_s.is_some()
    }

    /// Writes the record as JSON.
    ///
    /// # Errors
    ///
    /// A [`RecordError`] for a record that [`IssuedKey::from_json`] would not read.
    pub fn to_json(&self) -> Result<Vec<u8>, RecordError> {
        self.check()?;
        let versioned = Versioned { schema: RECORD_SCHEMA, key: self };
        let bytes = serde_json::to_vec(&versioned)?;
        match bytes.len() {
            long if long > MAX_RECORD_BYTES => Err(RecordError::TooLong { bytes: long }),
            _ => Ok(bytes),
        }
    }

    /// Reads a record, strictly: an unknown field may be a restriction that this version would not enforce.
    ///
    /// # Errors
    ///
    /// A [`RecordError`] for anything that [`IssuedKey::to_json`] does not write.
    pub fn from_json(bytes: &[u8]) -> Result<Self, RecordError> {
        if bytes.len() > MAX_RECORD_BYTES {
            return Err(RecordError::TooLong { bytes: bytes.len() });
        }
        let mut fields: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(bytes)?;
        match fields.remove("schema").and_then(|schema| schema.as_u64()) {
            Some(found) if (1..=u64::from(RECORD_SCHEMA)).contains(&found) => {}
            found => {
                return Err(RecordError::Schema { found: found.unwrap_or(0) });
            }
        }
        let key: Self = serde_json::from_value(serde_json::Value::Object(fields))?;
        key.check()?;
        Ok(key)
    }

    fn check(&self) -> Result<(), RecordError> {
        for id in [Some(&self.id), self.replaced_by.as_ref()].into_iter().flatten() {
            if !is_lower_hex(id, ID_LENGTH) {
                return Err(RecordError::Id(id.clone()));
            }
        }
        if self.consumer.is_empty() {
            return Err(RecordError::NoConsumer);
        }
        check_list("models", self.models.as_deref())?;
        check_list("regions", self.regions.as_deref())?;
        check_list("ip_ranges", self.ip_ranges.as_deref())
    }
}

fn check_list(list: &'static str, entries: Option<&[String]>) -> Result<(), RecordError> {
    let Some(entries) = entries else { return Ok(()) };
    if !(1..=MAX_RESTRICTIONS).contains(&entries.len()) {
        return Err(RecordError::Entries { list, entries: entries.len() });
    }
    let wrong = entries.iter().find(|entry| !(1..=MAX_ENTRY_BYTES).contains(&entry.len()));
    wrong.map_or(Ok(()), |entry| Err(RecordError::Entry { list, bytes: entry.len() }))
}

/// The id by which a key is listed, logged and revoked: the first 12 digits of its hash.
///
/// It is safe to show: a key has 256 random bits, so 48 bits of its hash neither reveal the key nor help to guess it,
/// and authentication compares the whole hash, never the id. Two of a million keys share an id with a probability of
/// 0.2 %, so check at issue whether the id is taken.
#[must_use]
pub fn public_id(sha256_hex: &str) -> String {
    sha256_hex.chars().take(ID_LENGTH).collect()
}

/// The name of the record for the key with this hash.
#[must_use]
pub fn store_name(sha256_hex: &str) -> String {
    format!("{STORE_PREFIX}{sha256_hex}")
}

/// The hash in a name of [`store_name`]; `None` for any other name.
#[must_use]
pub fn sha256_from_store_name(name: &str) -> Option<&str> {
    name.strip_prefix(STORE_PREFIX).filter(|hash| is_lower_hex(hash, 64))
}

fn is_lower_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
