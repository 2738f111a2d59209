//! The keys of an issuer, RFC 7517.

use std::fmt;

use serde_json::Value;

use crate::jwk::{self, Key, Problem};
use crate::public_key::PublicKey;
use crate::shown::Shown;
use crate::{Algorithm, TokenError, json};

/// The most keys that are tried for one token: each costs a verification, up to some milliseconds.
pub const MAX_CANDIDATES: usize = 4;

/// The largest set that is accepted: 100 RSA keys of 4096 bits with a certificate each are about 250 KB.
const MAX_BYTES: usize = 256 * 1024;

/// The most usable keys: an issuer has one to ten.
const MAX_KEYS: usize = 100;

/// The public keys of an issuer, prepared once for verification.
#[derive(Clone)]
pub struct KeySet {
    keys: Vec<Key>,
    skipped: Vec<Skipped>,
}

/// A key that cannot be used, and why; for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its index in `keys`, from 0.
    pub index: usize,
    /// Its `kid`, if it has one.
    pub id: Option<String>,
    /// Why.
    pub problem: Problem,
}

impl fmt::Display for Skipped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "keys[{}]", self.index)?;
        if let Some(id) = &self.id {
            write!(formatter, " (kid {})", Shown(id))?;
        }
        write!(formatter, ": {}", self.problem)
    }
}

/// Why a text is not a key set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// Larger than the limit.
    #[error("the key set has {bytes} bytes, over the {MAX_BYTES} it may have")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not one strict JSON object.
    #[error("the key set is not JSON of one meaning: {0}")]
    Json(String),
    /// An object without a list `keys`.
    #[error("the key set has no list `keys`")]
    NoKeys,
    /// More keys than the limit.
    #[error("the key set has more than {MAX_KEYS} usable keys")]
    TooMany,
}

impl KeySet {
    /// Reads a key set. Keys that cannot be used (for encryption, of unknown types, too weak) are
    /// [skipped](Self::skipped), RFC 7517, section 5; a set without a usable key is valid.
    ///
    /// # Errors
    ///
    /// A [`KeySetError`] for a text that is not a key set or too large.
    pub fn from_json(text: &str) -> Result<Self, KeySetError> {
        if text.len() > MAX_BYTES {
            return Err(KeySetError::TooLong { bytes: text.len() });
        }
        let members = json::read_object(text.as_bytes()).map_err(KeySetError::Json)?;
        let listed = members.get("keys").and_then(Value::as_array).ok_or(KeySetError::NoKeys)?;
        let mut set = Self { keys: Vec::new(), skipped: Vec::new() };
        for (index, listed) in listed.iter().enumerate() {
            match jwk::read(listed) {
                Ok(_) if set.keys.len() == MAX_KEYS => return Err(KeySetError::TooMany),
                Ok(key) => set.keys.push(key),
                Err(problem) => set.skip(index, listed, problem),
            }
        }
        Ok(set)
    }

    /// Whether a key has this `kid`.
    #[must_use]
    pub fn has(&self, key_id: &str) -> bool {
        self.keys.iter().any(|key| key.id.as_deref() == Some(key_id))
    }

    /// The number of its keys, without the skipped ones.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether it has no usable keys.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys that cannot be used, the first 100 of them.
    #[must_use]
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    fn skip(&mut self, index: usize, listed: &Value, problem: Problem) {
        if self.skipped.len() < MAX_KEYS {
            let id = listed.get("kid").and_then(Value::as_str).map(str::to_owned);
            self.skipped.push(Skipped { index, id, problem });
        }
    }

    /// The keys that may have signed a token: those with its `kid`, which may be several, or all for its algorithm.
    pub(crate) fn candidates(
        &self,
        algorithm: Algorithm,
        key_id: Option<&str>,
    ) -> Result<Vec<&PublicKey>, TokenError> {
        let fitting: Vec<&PublicKey> = self
            .keys
            .iter()
            .filter(|key| key_id.is_none() || key.id.as_deref() == key_id)
            .filter(|key| key.key.fits(algorithm))
            .filter(|key| key.algorithm.is_none_or(|only| only == algorithm))
            .map(|key| &key.key)
            .collect();
        match (fitting.len(), key_id) {
            (0, None) => Err(TokenError::NoKey(algorithm)),
            (0, Some(id)) if !self.has(id) => Err(TokenError::UnknownKeyId(id.to_owned())),
            (0, Some(id)) => {
                Err(TokenError::KeyOfOtherAlgorithm { key_id: id.to_owned(), algorithm })
            }
            (keys, _) if keys > MAX_CANDIDATES => Err(TokenError::TooManyKeys { keys, algorithm }),
            _ => Ok(fitting),
        }
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeySet({} keys, {} skipped)", self.keys.len(), self.skipped.len())
    }
}
