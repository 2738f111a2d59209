//! HMAC (RFC 2104) of a text, for tokens that are signed with a shared secret.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384, Sha512};

/// The hash function of the HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// The key can be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the shared secret has {bytes} bytes; this hash needs at least {needed} (RFC 7518, 3.2)")]
pub struct TooShort {
    bytes: usize,
    needed: usize,
}

impl Hash {
    /// The bytes of its output, which are also the least length of a key (RFC 7518, 3.2).
    fn bytes(self) -> usize {
        match self {
            Hash::Sha256 => 32,
            Hash::Sha384 => 48,
            Hash::Sha512 => 64,
        }
    }
}

/// The MAC in lower-case hexadecimal.
///
/// # Errors
///
/// [`TooShort`] for a key shorter than the hash.
pub fn hex(hash: Hash, key: &str, message: &str) -> Result<String, TooShort> {
    if key.len() < hash.bytes() {
        return Err(TooShort { bytes: key.len(), needed: hash.bytes() });
    }
    Ok(match hash {
        Hash::Sha256 => computed::<Hmac<Sha256>>(key, message),
        Hash::Sha384 => computed::<Hmac<Sha384>>(key, message),
        Hash::Sha512 => computed::<Hmac<Sha512>>(key, message),
    })
}

fn computed<M: Mac + KeyInit>(key: &str, message: &str) -> String {
    // An HMAC takes a key of any length.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(message.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computes_what_openssl_computes() {
        // printf 'what do ya want for nothing?' | openssl dgst -sha256 -hmac KEY
        let key = "0123456789abcdef0123456789abcdef";
        let mac = hex(Hash::Sha256, key, "what do ya want for nothing?").unwrap();
        assert_eq!(mac, "137e6557c3c13a1ca5dc7e52a389a0f86be8cb4db4ae61c62396058b00acacd0");
        assert_eq!(hex(Hash::Sha512, &key.repeat(2), "").unwrap().len(), 128);
    }

    #[test]
    fn takes_no_key_shorter_than_its_hash() {
        let short = "x".repeat(47);
        assert!(hex(Hash::Sha256, &short, "").is_ok());
        let error = hex(Hash::Sha384, &short, "").unwrap_err().to_string();
        assert!(error.contains("47 bytes") && !error.contains("xx"), "{error}");
    }
}
