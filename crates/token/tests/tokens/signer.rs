//! An issuer with one ES256 key, that signs whatever it is told to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use postern_token::{Algorithm, Claims, KeySet, Rules, TokenError, Unverified};
use serde_json::{Value, json};

/// When all of it happens: 2026-09-01T12:00:00Z, in Unix seconds.
pub const NOW: u64 = 1_788_264_000;

pub const ISSUER: &str = "https://login.example.com/realms/acme";

pub const HEADER: &str = r#"{"alg":"ES256","typ":"JWT","kid":"k1"}"#;

pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn decode(base64url: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(base64url).unwrap()
}

pub fn rules() -> Rules {
    Rules {
        issuer: ISSUER.to_owned(),
        audience: vec!["postern".to_owned(), "https://ai.example.com".to_owned()],
        client_id: Vec::new(),
        algorithms: vec![Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa],
        leeway_s: 60,
        required_claims: Vec::new(),
        required_scopes: Vec::new(),
    }
}

pub fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "postern", "sub": "alice", "iat": NOW, "exp": NOW + 3_600,
    })
}

/// The claims with one of them replaced, or left out for null.
pub fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    let members = claims.as_object_mut().unwrap();
    match value {
        Value::Null => members.remove(name),
        value => members.insert(name.to_owned(), value),
    };
    claims
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32].into()).unwrap()
}

/// The public key as a member of a key set.
pub fn jwk() -> Value {
    let point = key().verifying_key().to_sec1_point(false);
    let bytes = point.as_bytes();
    json!({
        "kty": "EC", "crv": "P-256", "kid": "k1", "use": "sig", "alg": "ES256",
        "x": base64url(&bytes[1..33]), "y": base64url(&bytes[33..]),
    })
}

/// The key with members replaced, or left out for null.
pub fn jwk_with(members: Value) -> Value {
    let mut jwk = jwk();
    for (name, value) in members.as_object().unwrap() {
        match value {
            Value::Null => jwk.as_object_mut().unwrap().remove(name),
            value => jwk.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    jwk
}

pub fn key_set(keys: &[Value]) -> KeySet {
    KeySet::from_json(&json!({ "keys": keys }).to_string()).unwrap()
}

/// A token with a good signature over any header and claims.
pub fn sign(header: &str, claims: &str) -> String {
    let input = format!("{}.{}", base64url(header), base64url(claims));
    let signature: Signature = key().sign(input.as_bytes());
    format!("{input}.{}", base64url(signature.to_bytes()))
}

/// What becomes of a token at the issuer's own gateway, now.
pub fn verify(token: &str) -> Result<Claims, TokenError> {
    Unverified::read(token)?.verify(&key_set(&[jwk()]), &rules(), NOW)
}

/// The same for claims of a good token, under these rules.
pub fn verify_claims(claims: &Value, rules: &Rules, unix_s: u64) -> Result<Claims, TokenError> {
    let token = sign(HEADER, &claims.to_string());
    Unverified::read(&token)?.verify(&key_set(&[jwk()]), rules, unix_s)
}
