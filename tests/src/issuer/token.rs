//! Tokens, valid and invalid.

use super::keys::Key;
use super::text;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The audience of the tests' tokens.
pub const AUDIENCE: &str = "postern";

/// The default lifetime of tokens.
const LIFE_S: u64 = 300;

/// The clock of this machine, which is also the gateway's.
///
/// # Panics
///
/// Before 1970.
#[must_use]
pub fn unix_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs()
}

/// The claims of a valid token for a subject, with a unique id.
#[must_use]
pub fn claims(issuer: &str, subject: &str) -> Value {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = unix_s();
    let id = format!("token-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    json!({
        "iss": issuer, "sub": subject, "aud": AUDIENCE, "jti": id,
        "iat": now, "nbf": now, "exp": now + LIFE_S, "scope": "ai.use",
    })
}

/// `object` with other members; null removes a member.
///
/// # Panics
///
/// When either is no object.
#[must_use]
pub fn with(mut object: Value, members: &Value) -> Value {
    let into = object.as_object_mut().expect("an object");
    for (name, value) in members.as_object().expect("an object") {
        match value {
            Value::Null => into.remove(name),
            value => into.insert(name.clone(), value.clone()),
        };
    }
    object
}

/// A token of these claims, as the key's owner makes it (RFC 7515, 3.1; RFC 9068, 2.1).
#[must_use]
pub fn signed(key: &Key, claims: &Value) -> String {
    signed_as(key, &json!({}), &claims.to_string())
}

/// The same with other members in the header, and any payload.
#[must_use]
pub fn signed_as(key: &Key, members: &Value, payload: &str) -> String {
    let usual = json!({ "alg": key.algorithm(), "typ": "at+jwt", "kid": key.kid() });
    let input = signing_input(&with(usual, members).to_string(), payload);
    let signature = key.sign(input.as_bytes());
    format!("{input}.{}", text(&signature))
}

/// A token of exactly these parts.
#[must_use]
pub fn compact(header: &str, payload: &str, signature: &[u8]) -> String {
    format!("{}.{}", signing_input(header, payload), text(signature))
}

fn signing_input(header: &str, payload: &str) -> String {
    format!("{}.{}", text(header.as_bytes()), text(payload.as_bytes()))
}

/// A token with one bit of its signature flipped.
///
/// # Panics
///
/// When it is no token.
#[must_use]
pub fn with_bit_flipped(token: &str, bit: usize) -> String {
    let (input, signature) = token.rsplit_once('.').expect("a token");
    let mut bytes = super::bytes(signature);
    let at = bit / 8 % bytes.len();
    bytes[at] ^= 1 << (bit % 8);
    format!("{input}.{}", text(&bytes))
}
