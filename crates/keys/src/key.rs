//! The text of a key: `pk_live_`, 43 random characters, 6 characters of checksum.

use std::fmt;

use crate::base62;

/// The prefix of every key, by which secret scanners and people recognise one.
pub const KEY_PREFIX: &str = "pk_live_";

/// Characters of the random part: 256 bits need 42.99 digits of base 62.
const SECRET_LENGTH: usize = 43;

/// Characters of the checksum: 32 bits need 5.4 digits of base 62.
const CHECKSUM_LENGTH: usize = 6;

/// Characters of a whole key.
pub const KEY_LENGTH: usize = KEY_PREFIX.len() + SECRET_LENGTH + CHECKSUM_LENGTH;

/// An API key: a secret, shown once and never stored.
///
/// `Debug` prints the prefix only, and there is no `Display`: [`Key::expose`] returns the text.
#[derive(Clone)]
pub struct Key(String);

/// Why a text is not one of our keys.
///
/// For the tools that people type keys into. A request with a bad key is told only that it is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It does not begin with [`KEY_PREFIX`].
    #[error("not a Postern key: a Postern key begins with {KEY_PREFIX:?}")]
    NotOurs,
    /// It begins like a key, but is too long or too short.
    #[error(
        "a Postern key has {KEY_LENGTH} characters and this one {characters}: was all of it copied, and no more?"
    )]
    Length {
        /// Its length in characters (not bytes).
        characters: usize,
    },
    /// It has the prefix and the length of a key, but a wrong checksum: some character is wrong.
    #[error("the checksum of the key is wrong: a character of it was changed, copy it again")]
    Checksum,
}

impl Key {
    /// Makes a key of 32 random bytes, which must come from a cryptographic source.
    #[must_use]
    pub fn from_random(random: [u8; 32]) -> Self {
        let mut text = String::with_capacity(KEY_LENGTH);
        text.push_str(KEY_PREFIX);
        text.push_str(&base62::encode::<SECRET_LENGTH>(&random));
        let checksum = checksum_of(&text);
        text.push_str(&checksum);
        Self(text)
    }

    /// Recognises a key by its prefix, length, alphabet and checksum.
    ///
    /// This does not say whether the key was ever issued.
    ///
    /// # Errors
    ///
    /// A [`KeyError`] that distinguishes a foreign secret, a wrong length and a mistyped character.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        if !text.starts_with(KEY_PREFIX) {
            return Err(KeyError::NotOurs);
        }
        let characters = text.chars().count();
        if characters != KEY_LENGTH {
            return Err(KeyError::Length { characters });
        }
        let (body, checksum) =
            text.split_at_checked(KEY_LENGTH - CHECKSUM_LENGTH).ok_or(KeyError::Checksum)?;
        let digits = body.bytes().skip(KEY_PREFIX.len());
        if digits.chain(checksum.bytes()).all(base62::is_digit) && checksum_of(body) == checksum {
            Ok(Self(text.to_owned()))
        } else {
            Err(KeyError::Checksum)
        }
    }

    /// The text of the key, to be shown once or hashed.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Key({KEY_PREFIX}...)")
    }
}

/// CRC-32 (IEEE 802.3) of the preceding text, in base 62.
///
/// It detects typing errors and avoids false alarms of scanners; it protects nothing. A CRC-32 finds every change
/// within 32 consecutive bits, so no single wrong character passes.
fn checksum_of(body: &str) -> String {
    base62::encode::<CHECKSUM_LENGTH>(&crc32fast::hash(body.as_bytes()).to_be_bytes())
}
