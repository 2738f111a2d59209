//! The keys of checkpoints.

use ed25519_compact::{KeyPair, PublicKey, Seed, Signature};
use sha2::{Digest, Sha256};
use std::fmt;

/// The key that signs checkpoints.
pub struct AuditKey(KeyPair);

/// The key that verifies them; it may be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditPublicKey(PublicKey);

/// A text that is no key. The text is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an Ed25519 key is 64 hexadecimal digits (`openssl rand -hex 32` makes a private one)")]
pub struct NotAKey;

fn bytes(text: &str) -> Result<[u8; 32], NotAKey> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| NotAKey)?;
    Ok(bytes)
}

impl AuditKey {
    /// Reads a private key: the seed of RFC 8032, in hexadecimal.
    ///
    /// # Errors
    ///
    /// It has not 64 digits, or all are zero.
    pub fn from_hex(text: &str) -> Result<Self, NotAKey> {
        KeyPair::try_from_seed(Seed::new(bytes(text)?)).map(AuditKey).map_err(|_| NotAKey)
    }

    /// The key that verifies what this one signs.
    pub fn public(&self) -> AuditPublicKey {
        AuditPublicKey(self.0.pk)
    }

    pub(super) fn sign(&self, message: &[u8]) -> String {
        hex::encode(self.0.sk.sign(message, None).as_ref())
    }
}

impl fmt::Debug for AuditKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "AuditKey({})", self.public().id())
    }
}

impl AuditPublicKey {
    /// Reads a public key in hexadecimal.
    ///
    /// # Errors
    ///
    /// It has not 64 digits, or is no point of the curve that a signature can be verified with.
    pub fn from_hex(text: &str) -> Result<Self, NotAKey> {
        let key = PublicKey::new(bytes(text)?);
        key.validate().map_err(|_| NotAKey)?;
        Ok(AuditPublicKey(key))
    }

    /// The key in hexadecimal.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0.as_ref())
    }

    /// Names it in checkpoints, so that keys can be replaced: the first 16 digits of its SHA-256.
    pub fn id(&self) -> String {
        let mut id = hex::encode(Sha256::digest(self.0.as_ref()));
        id.truncate(16);
        id
    }

    pub(super) fn has_signed(&self, message: &[u8], signature: &str) -> bool {
        let mut bytes = [0; Signature::BYTES];
        hex::decode_to_slice(signature, &mut bytes).is_ok()
            && self.0.verify(message, &Signature::new(bytes)).is_ok()
    }
}
