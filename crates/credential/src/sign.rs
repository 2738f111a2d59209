//! Signatures that anyone can verify (Ed25519, RFC 8032).

use ed25519_compact::{KeyPair, Seed};

/// A signature and the key that verifies it, in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The public key.
    pub public_key: String,
    /// The signature.
    pub signature: String,
}

/// A text that is no key. The text is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signing key is 64 hexadecimal digits (`openssl rand -hex 32` makes one)")]
pub struct NotAKey;

/// Signs a message with a private key: the seed, in hexadecimal.
///
/// # Errors
///
/// It has not 64 digits, or all are zero.
pub fn sign(seed: &str, message: &str) -> Result<Signature, NotAKey> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(seed.trim(), &mut bytes).map_err(|_| NotAKey)?;
    let pair = KeyPair::try_from_seed(Seed::new(bytes)).map_err(|_| NotAKey)?;
    let signature = pair.sk.sign(message.as_bytes(), None);
    Ok(Signature {
        public_key: hex::encode(pair.pk.as_ref()),
        signature: hex::encode(signature.as_ref()),
    })
}

#[cfg(test)]
mod tests {
    use super::{NotAKey, sign};

    /// RFC 8032, 7.1, test 2.
    #[test]
    fn signs_as_the_rfc_does() {
        let signed =
            sign("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "\u{72}");
        let signed = signed.unwrap();
        assert_eq!(
            signed.public_key,
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        );
        assert_eq!(
            signed.signature,
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
    }

    #[test]
    fn what_is_no_key_does_not_sign() {
        for wrong in ["", "00", "zz", &"0".repeat(64)] {
            assert_eq!(sign(wrong, "message"), Err(NotAKey), "{wrong}");
        }
    }
}
