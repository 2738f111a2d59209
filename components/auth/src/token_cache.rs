//! Tokens that this instance has verified.

use postern_identity::{Identity, TokenCache};
use std::sync::{Arc, Mutex, PoisonError};

static TOKENS: Mutex<TokenCache<Identity>> = Mutex::new(TokenCache::new());

/// The caller with the token of this hash, if it was verified and still holds.
pub fn get(sha256: &str, unix_s: u64) -> Option<Arc<Identity>> {
    TOKENS.lock().unwrap_or_else(PoisonError::into_inner).get(sha256, unix_s)
}

/// Remember a token until then.
pub fn put(sha256: &str, caller: &Arc<Identity>, until_unix_s: u64) {
    let mut tokens = TOKENS.lock().unwrap_or_else(PoisonError::into_inner);
    tokens.put(sha256.to_owned(), Arc::clone(caller), until_unix_s);
}
