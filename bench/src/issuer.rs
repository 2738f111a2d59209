//! The issuer of the benchmark's tokens; the upstream serves its keys.

use bytes::Bytes;
use jwt_simple::prelude::{
    Claims, Duration, ECDSAP256KeyPairLike as _, ES256KeyPair, Ed25519KeyPair,
    EdDSAKeyPairLike as _, RS256KeyPair, RSAKeyPairLike as _,
};
use std::sync::LazyLock;

/// The path of its keys, at the upstream.
pub const PATH: &str = "/keys";

/// The `iss` of its tokens.
pub const NAME: &str = "https://issuer.bench.example";

/// The `aud` of its tokens.
pub const AUDIENCE: &str = "postern";

/// How a token is signed.
#[derive(Clone, Copy)]
pub enum Algorithm {
    Rs256,
    Es256,
    EdDsa,
}

static RSA: LazyLock<Option<RS256KeyPair>> =
    LazyLock::new(|| Some(RS256KeyPair::generate(2_048).ok()?.with_key_id("rsa")));
static EC: LazyLock<ES256KeyPair> = LazyLock::new(|| ES256KeyPair::generate().with_key_id("ec"));
static ED: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::generate().with_key_id("ed"));

/// Its public keys (RFC 7517).
pub fn key_set() -> Bytes {
    let rsa = RSA.as_ref().map(|pair| pair.public_key().to_jwk());
    let keys = [rsa, Some(EC.public_key().to_jwk()), Some(ED.public_key().to_jwk())];
    let keys: Vec<_> = keys.into_iter().flatten().collect();
    format!(r#"{{"keys":[{}]}}"#, keys.join(",")).into()
}

/// A token for this consumer that is different for each number.
pub fn token(algorithm: Algorithm, consumer: &str, number: u64) -> Option<String> {
    let claims = Claims::create(Duration::from_hours(1))
        .with_issuer(NAME)
        .with_audience(AUDIENCE)
        .with_subject(consumer)
        .with_jwt_id(number.to_string());
    match algorithm {
        Algorithm::Rs256 => RSA.as_ref()?.sign(claims).ok(),
        Algorithm::Es256 => EC.sign(claims).ok(),
        Algorithm::EdDsa => ED.sign(claims).ok(),
    }
}
