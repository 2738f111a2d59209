//! Data subjects: the people that requests are about.

use sha2::{Digest, Sha256};
use std::fmt;

/// The longest id of a subject: addresses of mail have up to 254 bytes.
pub const MAX_SUBJECT_BYTES: usize = 512;

/// Keeps hashes of subjects apart from hashes of the same text made for something else.
const DOMAIN: &[u8] = b"postern-subject-v1\n";

/// The hash of a subject's id, which stands in the ledger in place of it. Who knows an id can find its rows; the rows do not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SubjectHash([u8; 32]);

impl SubjectHash {
    /// The hash of an id, as a client or a token names it.
    pub fn of(id: &str) -> Self {
        SubjectHash(Sha256::new().chain_update(DOMAIN).chain_update(id.trim()).finalize().into())
    }
}

impl fmt::Display for SubjectHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}
