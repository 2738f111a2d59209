//! Checkpoints: what they sign, and who does.

use super::event::AuditEvent;
use super::hash::LinkHash;
use super::key::{AuditKey, AuditPublicKey};
use super::line;
use crate::name::Name;

/// What a checkpoint signs. The key may be elsewhere: the signature arrives later.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names of the other fields say it")]
pub struct Unsigned {
    pub stream: Name,
    /// The last link that is signed.
    pub through: u64,
    /// The hash of that link.
    pub hash: LinkHash,
    pub unix_ms: u64,
    /// It ends an export.
    pub closing: bool,
    /// How many links it signs that were not signed before.
    pub(super) links: u64,
}

/// The signature of a checkpoint, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    public_key: AuditPublicKey,
    key_id: Name,
    signature: String,
}

impl Unsigned {
    /// The message that the key signs (Ed25519).
    pub fn message(&self) -> String {
        line::signed(self.stream.as_str(), self.through, self.hash, self.unix_ms, self.closing)
    }

    /// The signature that someone else made; none if it is not one of this message.
    pub fn signed_elsewhere(&self, public_key: &str, signature: &str) -> Option<Signature> {
        let key = AuditPublicKey::from_hex(public_key).ok()?;
        let is_right = key.has_signed(self.message().as_bytes(), signature);
        is_right.then(|| Signature::new(&key, signature.to_owned()))
    }

    /// Signs it here.
    pub fn signed_by(&self, key: &AuditKey) -> Signature {
        Signature::new(&key.public(), key.sign(self.message().as_bytes()))
    }

    pub(super) fn event(&self, signature: &Signature) -> AuditEvent {
        AuditEvent::Checkpoint {
            key_id: signature.key_id.clone(),
            through: self.through,
            signed_unix_ms: self.unix_ms,
            closing: self.closing,
            signature: signature.signature.clone(),
        }
    }

    /// The last link of an export that ends with [`Unsigned::through`]: a closing checkpoint, which the stream does not have.
    pub fn closing_line(&self, signature: &Signature) -> String {
        let (stream, seq) = (self.stream.as_str(), self.through.saturating_add(1));
        line::write(stream, seq, self.unix_ms, self.hash, &self.event(signature)).0
    }
}

impl Signature {
    fn new(key: &AuditPublicKey, signature: String) -> Self {
        Signature { public_key: *key, key_id: Name::from_policy(&key.id()), signature }
    }

    /// The public key and the signature, in hexadecimal.
    pub fn to_hex(&self) -> (String, String) {
        (self.public_key.to_hex(), self.signature.clone())
    }
}
