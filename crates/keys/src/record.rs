//! What the key-value store keeps of an issued key.

use serde::{Deserialize, Serialize};

/// How the name of every record of an issued key begins.
pub const STORE_PREFIX: &str = "issued-key/";

/// The version of the record's format that this crate writes, and the only one it reads.
pub const RECORD_SCHEMA: u32 = 1;

/// Hexadecimal digits of a public id.
const ID_LENGTH: usize = 12;

/// Records are about 200 bytes: what is longer is not ours and not worth parsing.
const MAX_RECORD_BYTES: usize = 4096;

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
    #[error("the record has schema {found}, and this version reads {RECORD_SCHEMA}")]
    Schema {
        /// The version it names.
        found: u64,
    },
    /// The id is not one that [`public_id`] makes.
    #[error("the record's id {0:?} is not {ID_LENGTH} lower-case hexadecimal digits")]
    Id(String),
    /// No consumer is named.
    #[error("the record names no consumer")]
    NoConsumer,
}

impl IssuedKey {
    /// Whether the key has been revoked.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        self.revoked_at_unix_s.is_some()
    }

    /// Writes the record as JSON.
    ///
    /// # Errors
    ///
    /// None that a record of strings and integers can cause; the signature is serde's.
    pub fn to_json(&self) -> Result<Vec<u8>, RecordError> {
        let versioned = Versioned { schema: RECORD_SCHEMA, key: self };
        Ok(serde_json::to_vec(&versioned)?)
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
            Some(found) if found == u64::from(RECORD_SCHEMA) => {}
            found => {
                return Err(RecordError::Schema { found: found.unwrap_or(0) });
            }
        }
        let key: Self = serde_json::from_value(serde_json::Value::Object(fields))?;
        key.checked()
    }

    fn checked(self) -> Result<Self, RecordError> {
        if !is_lower_hex(&self.id, ID_LENGTH) {
            return Err(RecordError::Id(self.id));
        }
        if self.consumer.is_empty() {
            return Err(RecordError::NoConsumer);
        }
        Ok(self)
    }
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
