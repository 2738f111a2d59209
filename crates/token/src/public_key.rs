//! A public key that knows its type, and verifies only the algorithms of that type.
//!
//! The keys are jwt-simple's, which refuses weak RSA keys, points off their curve and Ed25519 keys of small order;
//! P-521, which it lacks, is RustCrypto's. Signatures are verified over the bytes the issuer signed, so that a token is
//! parsed once, by our rules.

use jwt_simple::algorithms::{
    ECDSAP256PublicKeyLike as _, ECDSAP384PublicKeyLike as _, ES256PublicKey, ES384PublicKey,
    Ed25519PublicKey, EdDSAPublicKeyLike as _, RS256PublicKey, RSAPublicKeyLike as _,
};
use p521::ecdsa::signature::Verifier as _;
use superboring::hash::MessageDigest;
use superboring::pkey::{PKey, Public};
use superboring::rsa::Padding;
use superboring::sign::Verifier;

use crate::Algorithm;

/// A checked public key, prepared for verification.
#[derive(Clone)]
pub(crate) enum PublicKey {
    /// 2048 to 4096 bits, exponent 65537. Boxed: the prepared modulus is by far the largest.
    Rsa(Box<PKey<Public>>),
    P256(ES256PublicKey),
    P384(ES384PublicKey),
    P521(p521::ecdsa::VerifyingKey),
    Ed25519(Ed25519PublicKey),
}

impl PublicKey {
    /// From modulus and exponent, big-endian; none under 2048 or over 4096 bits, or if the exponent is not 65537.
    pub(crate) fn rsa(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let key = RS256PublicKey::from_components(modulus, exponent).ok()?;
        let key = PKey::from_rsa(key.public_key().as_ref().clone()).ok()?;
        Some(Self::Rsa(Box::new(key)))
    }

    /// From a point on P-256, uncompressed (SEC 1, section 2.3.3).
    pub(crate) fn p256(point: &[u8]) -> Option<Self> {
        ES256PublicKey::from_bytes(point).ok().map(Self::P256)
    }

    /// From a point on P-384, in the same form.
    pub(crate) fn p384(point: &[u8]) -> Option<Self> {
        ES384PublicKey::from_bytes(point).ok().map(Self::P384)
    }

    /// From a point on P-521, in the same form.
    pub(crate) fn p521(point: &[u8]) -> Option<Self> {
        p521::ecdsa::VerifyingKey::from_sec1_bytes(point).ok().map(Self::P521)
    }

    /// From 32 bytes, RFC 8032, section 5.1.5; none for a point of small order.
    pub(crate) fn ed25519(bytes: &[u8]) -> Option<Self> {
        Ed25519PublicKey::from_bytes(bytes).ok().map(Self::Ed25519)
    }

    /// Whether it can verify signatures of an algorithm.
    pub(crate) fn fits(&self, algorithm: Algorithm) -> bool {
        use Algorithm::{EdDsa, Es256, Es384, Es512, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
        match self {
            Self::Rsa(_) => matches!(algorithm, Rs256 | Rs384 | Rs512 | Ps256 | Ps384 | Ps512),
            Self::P256(_) => algorithm == Es256,
            Self::P384(_) => algorithm == Es384,
            Self::P521(_) => algorithm == Es512,
            Self::Ed25519(_) => algorithm == EdDsa,
        }
    }

    /// Whether the signature of the input was made with this key; false for an algorithm that does not
    /// [fit](Self::fits).
    ///
    /// ECDSA signatures are r and s, each as long as the curve's order (RFC 7518, section 3.4), neither of them zero.
    pub(crate) fn verifies(&self, algorithm: Algorithm, input: &[u8], signature: &[u8]) -> bool {
        if !self.fits(algorithm) {
            return false;
        }
        match self {
            Self::Rsa(key) => rsa_verifies(key, algorithm, input, signature).unwrap_or(false),
            Self::P256(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.public_key().as_ref().verify(input, &signature).is_ok()),
            Self::P384(key) => p384::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.public_key().as_ref().verify(input, &signature).is_ok()),
            Self::P521(key) => p521::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(input, &signature).is_ok()),
            Self::Ed25519(key) => signature
                .try_into()
                .is_ok_and(|signature| key.public_key().as_ref().verify(input, &signature).is_ok()),
        }
    }
}

/// PSS salts are as long as the digest, RFC 7518, section 3.5: the verifier's default.
fn rsa_verifies(
    key: &PKey<Public>,
    algorithm: Algorithm,
    input: &[u8],
    signature: &[u8],
) -> Option<bool> {
    let (padding, digest) = match algorithm {
        Algorithm::Rs256 => (Padding::PKCS1, MessageDigest::sha256()),
        Algorithm::Rs384 => (Padding::PKCS1, MessageDigest::sha384()),
        Algorithm::Rs512 => (Padding::PKCS1, MessageDigest::sha512()),
        Algorithm::Ps256 => (Padding::PKCS1_PSS, MessageDigest::sha256()),
        Algorithm::Ps384 => (Padding::PKCS1_PSS, MessageDigest::sha384()),
        Algorithm::Ps512 => (Padding::PKCS1_PSS, MessageDigest::sha512()),
        _ => return None,
    };
    let mut verifier = Verifier::new(digest, key).ok()?;
    verifier.set_rsa_padding(padding).ok()?;
    verifier.update(input).ok()?;
    verifier.verify(signature).ok()
}
