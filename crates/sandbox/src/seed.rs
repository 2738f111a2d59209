//! The seemingly random parts of an answer, derived from the request: the same for the same request.

use sha2::{Digest, Sha256};

/// A digest of a request.
pub(crate) struct Seed([u8; 32]);

/// 2025-01-01T00:00:00Z, the first moment an answer may claim to have been created.
const FIRST_CREATED_S: u64 = 1_735_689_600;

/// One year.
const CREATED_WITHIN_S: u64 = 365 * 86_400;

impl Seed {
    pub(crate) fn of(path: &str, body: &str) -> Self {
        Seed(
            Sha256::new().chain_update(path).chain_update([0]).chain_update(body).finalize().into(),
        )
    }

    /// 24 characters that identify `label` in this answer.
    pub(crate) fn id(&self, label: &str) -> String {
        let digest = Sha256::new().chain_update(self.0).chain_update(label).finalize();
        let mut id = hex::encode(digest);
        id.truncate(24);
        id
    }

    /// Seconds since 1970, somewhere in 2025: no clock is read.
    pub(crate) fn created_s(&self) -> u64 {
        let number = self.0.iter().take(8).fold(0, |sum: u64, byte| (sum << 8) | u64::from(*byte));
        FIRST_CREATED_S + number % CREATED_WITHIN_S
    }
}
