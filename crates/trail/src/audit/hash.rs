//! The hash of a link.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// Keeps the hashes of links apart from hashes of the same bytes made for something else.
const DOMAIN: &[u8] = b"postern-trail-link-v1\n";

/// The SHA-256 of a link's bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LinkHash(pub [u8; 32]);

impl LinkHash {
    /// What the first link of a stream has in place of a hash.
    pub const NONE: Self = LinkHash([0; 32]);

    /// The hash of a link: of its line up to the hash itself.
    pub fn of(line: &[u8]) -> Self {
        LinkHash(Sha256::new().chain_update(DOMAIN).chain_update(line).finalize().into())
    }

    /// Reads 64 lower-case hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        (is_lower && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(LinkHash(bytes))
    }
}

impl fmt::Display for LinkHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for LinkHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl TryFrom<String> for LinkHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        LinkHash::from_hex(&text).ok_or("a hash has 64 lower-case hexadecimal digits")
    }
}

impl From<LinkHash> for String {
    fn from(hash: LinkHash) -> String {
        hash.to_string()
    }
}
