//! What the key-value store keeps of an issued key.

use serde::{Deserialize, Serialize};

/// How the name of every record of an issued key begins.
pub const STORE_PREFIX: &str = "issued-key/";

/// The version of the record's format that this crate writes. It reads also those before: version 1 had nothing from
/// `expires_at_unix_s` on.
pub const RECORD_SCHEMA: u32 = 2;

/// Hexadecimal digits of a public id.
const ID_LENGTH: usize = 12;

/// Records are about 200 bytes, and with the longest lists about 16,000: what is longer is not ours and not worth parsing.
const MAX_RECORD_BYTES: usize = 24 * 1024;

/// Entries of a list: each is looked at on every request with the key.
pub const MAX_RESTRICTIONS: usize = 64;

/// Longest entry of a list: the longest name of a model or alias, and the `*` behind it.
const MAX_ENTRY_BYTES: usize = 129;

/// An issued key, without the key: whose it is, and since and until when it holds.
///
/// It is stored under [`store_name`] of the key's hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuedKey {
    /// What people call the key by, see [`public_id`].
    pub id: String,
    /// The consumer it was issued to, by its name in `policies/consumers.toml`.
    pub consumer: String,
    /// When it was issued, in seconds since 1970-01-01T00:00:00Z.
    pub created_at_unix_s: u64,
    /// When it was revoked; a key with any value here is refused, whatever the clock says.
    pub revoked_at_unix_s: Option<u64>,
    /// What it is for, in the words of who issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// From when on it no longer holds; none: until it is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at_unix_s: Option<u64>,
    /// Of what the consumer may ask for, what may be asked for with the key, as patterns of `consumers.toml`; none: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub models: Option<Vec<String>>,
    /// Of the consumer's regions, those for the key; none: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regions: Option<Vec<String>>,
    /// From which addresses, among the consumer's, it may be used, as ranges of `consumers.toml`; none: from all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_ranges: Option<Vec<String>>,
    /// The plan in place of the consumer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// The id of the key that was issued in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
}

/// Whether a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It does.
    Active,
    /// It was revoked.
    Revoked,
    /// Its time is over.
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
    /// The id is not one that [`public_id`] makes.
    #[error("the record's id {0:?} is not {ID_LENGTH} lower-case hexadecimal digits")]
    Id(String),
    /// A list that lets nothing in, or is too long to be looked at on every request.
    #[error(
        "the record's {list} has {entries} entries; it may have 1 to {MAX_RESTRICTIONS}, or not be there"
    )]
    Entries {
        /// Which list.
        list: &'static str,
        /// How many it has.
        entries: usize,
    },
    /// An entry that is none.
    #[error(
        "an entry of the record's {list} has {bytes} bytes; it may have 1 to {MAX_ENTRY_BYTES}"
    )]
    Entry {
        /// Of which list.
        list: &'static str,
        /// Its length.
        bytes: usize,
    },
    /// No consumer is named.
    #[error("the record names no consumer")]
    NoConsumer,
}

impl IssuedKey {
    /// A key that holds until it is revoked, for all that its consumer may.
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

    /// Whether the key holds now. Revoked for good comes first; the second in which it expires is over for it.
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
    /// A [`RecordError`] for what [`IssuedKey::from_json`] would not read again.
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
    /// A [`RecordError`] for whatever [`IssuedKey::to_json`] does not write.
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
/// Safe to show: a key has 256 random bits, so 48 bits of its hash neither find the key nor help to guess it, and
/// authentication compares the whole hash, never the id. Two of a million keys share an id with a probability of
/// 0.2 %, so whoever issues a key looks whether its id is taken.
#[must_use]
pub fn public_id(sha256_hex: &str) -> String {
    sha256_hex.chars().take(ID_LENGTH).collect()
}

/// The name under which the record of a key with this hash is stored.
#[must_use]
pub fn store_name(sha256_hex: &str) -> String {
    format!("{STORE_PREFIX}{sha256_hex}")
}

/// The hash in a name that [`store_name`] made; nothing for any other name.
#[must_use]
pub fn sha256_from_store_name(name: &str) -> Option<&str> {
    name.strip_prefix(STORE_PREFIX).filter(|hash| is_lower_hex(hash, 64))
}

fn is_lower_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
