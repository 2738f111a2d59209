//! The seals of thoughts, which show whether the sealed words are unchanged.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// Only the fakes sign with it.
const SECRET: &[u8] = b"the fakes' own: thoughts are sealed with this";

/// The seal of a vendor on these words, in base64.
#[must_use]
pub fn seal(vendor: &str, words: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
    STANDARD.encode(hmac::sign(&key, format!("{vendor}\n{words}").as_bytes()))
}
