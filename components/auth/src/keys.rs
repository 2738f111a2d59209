//! API keys: those in git, and issued keys, which are read on every request so that a revocation takes effect at once.

use crate::{store, used};
use postern_identity::{Identity, Refused, of_issued_key, of_policy_key};
use postern_keys::{IssuedKey, store_name};
use postern_policy::Consumers;

/// The caller with this secret.
///
/// Both places are always looked up, even for a text that is not a key, so that the time does not reveal what is wrong.
pub async fn caller(
    consumers: &Consumers,
    secret: &str,
    sha256: &str,
    unix_s: u64,
) -> Result<Identity, Refused> {
    let issued = store::get(&store_name(sha256)).await;
    // The empty text has a hash, too: if it is in git by mistake, it authenticates no caller.
    if let Some(key) = consumers.key_by_sha256(sha256)?.filter(|_| !secret.is_empty()) {
        return of_policy_key(&key, sha256, unix_s);
    }
    let record = issued?.filter(|_| !secret.is_empty()).ok_or(Refused::Unknown)?;
    // A value that is not a record authenticates no caller.
    let key = IssuedKey::from_json(&record)
        .map_err(|error| Refused::UnreadableRecord(error.to_string()))?;
    let caller = of_issued_key(consumers, &key, unix_s)?;
    used::note(sha256, unix_s);
    Ok(caller)
}
