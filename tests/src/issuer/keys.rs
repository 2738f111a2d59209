//! The keys of an issuer.

use super::text;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use ring::{digest, hmac, rsa::PublicKeyComponents};
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::pkcs8::{EncodePublicKey as _, LineEnding};
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};

/// RSA keys of 2048 bits, used only by the tests.
const RSA: [&[u8]; 2] = [include_bytes!("keys/rsa-one.der"), include_bytes!("keys/rsa-two.der")];

/// A key of 1024 bits, which must not be trusted (RFC 7518, 3.3).
const WEAK_RSA: &[u8] = include_bytes!("keys/rsa-weak.der");

/// The prefix of RSA's signed text, before a hash by SHA-256 (RFC 8017, 9.2, note 1).
const SHA256_PREFIX: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// A key with its id.
pub struct Key {
    kid: String,
    pair: Pair,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    WeakRsa(Box<rsa::RsaPrivateKey>),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Shared(Vec<u8>),
}

impl Key {
    /// One of two RSA keys, `RS256`.
    ///
    /// # Panics
    ///
    /// For another number than 0 and 1.
    #[must_use]
    pub fn rsa(kid: &str, number: usize) -> Self {
        let pair = RsaKeyPair::from_pkcs8(RSA[number]).expect("a key");
        Self { kid: kid.to_owned(), pair: Pair::Rsa(Box::new(pair)) }
    }

    /// An RSA key that is too short.
    #[must_use]
    pub fn weak_rsa(kid: &str) -> Self {
        let pair = rsa::RsaPrivateKey::from_pkcs1_der(WEAK_RSA).expect("a key");
        Self { kid: kid.to_owned(), pair: Pair::WeakRsa(Box::new(pair)) }
    }

    /// A new key on the curve P-256, `ES256`.
    #[must_use]
    pub fn p256(kid: &str) -> Self {
        let (random, algorithm) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("randomness");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).expect("a key");
        Self { kid: kid.to_owned(), pair: Pair::P256(pair) }
    }

    /// A new key on Edwards' curve, `EdDSA`.
    #[must_use]
    pub fn ed25519(kid: &str) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("randomness");
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("a key");
        Self { kid: kid.to_owned(), pair: Pair::Ed25519(pair) }
    }

    /// A shared secret, `HS256`.
    #[must_use]
    pub fn shared(kid: &str, secret: impl Into<Vec<u8>>) -> Self {
        Self { kid: kid.to_owned(), pair: Pair::Shared(secret.into()) }
    }

    /// Its id.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The algorithm that it signs with (RFC 7518, 3.1).
    #[must_use]
    pub fn algorithm(&self) -> &'static str {
        match self.pair {
            Pair::Rsa(_) | Pair::WeakRsa(_) => "RS256",
            Pair::P256(_) => "ES256",
            Pair::Ed25519(_) => "EdDSA",
            Pair::Shared(_) => "HS256",
        }
    }

    /// Its public half (RFC 7517, RFC 8037); none of a shared secret.
    #[must_use]
    pub fn jwk(&self) -> Option<Value> {
        let mut jwk = match &self.pair {
            Pair::Rsa(pair) => {
                let PublicKeyComponents::<Vec<u8>> { n, e } = pair.public().into();
                json!({ "kty": "RSA", "n": text(&n), "e": text(&e) })
            }
            Pair::WeakRsa(pair) => {
                let [n, e] = [pair.n(), pair.e()].map(|number| text(&number.to_bytes_be()));
                json!({ "kty": "RSA", "n": n, "e": e })
            }
            Pair::P256(pair) => {
                // SEC 1, 2.3.3: a byte, then both coordinates.
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "x": text(x), "y": text(y) })
            }
            Pair::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref()) })
            }
            Pair::Shared(_) => return None,
        };
        jwk["kid"] = self.kid.as_str().into();
        jwk["alg"] = self.algorithm().into();
        jwk["use"] = "sig".into();
        Some(jwk)
    }

    /// The signature of a message.
    ///
    /// # Panics
    ///
    /// When there is no randomness.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("randomness");
                signature
            }
            Pair::WeakRsa(pair) => {
                let hash = digest::digest(&digest::SHA256, message);
                let padding = rsa::Pkcs1v15Sign {
                    hash_len: Some(hash.as_ref().len()),
                    prefix: SHA256_PREFIX.into(),
                };
                pair.sign(padding, hash.as_ref()).expect("a signature")
            }
            Pair::P256(pair) => pair.sign(&random, message).expect("randomness").as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Shared(secret) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
                hmac::sign(&key, message).as_ref().to_vec()
            }
        }
    }

    /// Its public half as the file that operators share: an attacker would use it as the secret of `HS256`.
    ///
    /// # Panics
    ///
    /// When it is no RSA key.
    #[must_use]
    pub fn public_pem(&self) -> String {
        let Pair::Rsa(pair) = &self.pair else { panic!("{} is no RSA key", self.kid) };
        let PublicKeyComponents::<Vec<u8>> { n, e } = pair.public().into();
        let [n, e] = [n, e].map(|bytes| rsa::BigUint::from_bytes_be(&bytes));
        let key = rsa::RsaPublicKey::new(n, e).expect("a key");
        key.to_public_key_pem(LineEnding::LF).expect("a PEM")
    }
}
