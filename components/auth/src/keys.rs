//! API keys: those kept in git, and those issued, which are read on every request so that a revocation holds for the next.

use crate::{store, used};
use postern_identity::{Identity, Refused, of_issued_key, of_policy_key};
use postern_keys::{IssuedKey, store_name};
use postern_policy::Consumers;

/// The caller with this secret.
///
/// Both places are asked whatever the first says, and also for what is no key: the time tells nobody what was wrong.
pub async fn caller(
    consumers: &Consumers,
    secret: &str,
    sha256: &str,
    unix_s: u64,
) -> Result<Identity, Refused> {
    let issued = store::get(&store_name(sha256)).await;
    // Nothing has a hash, too: whoever put that in git by mistake lets nobody in.
    if let Some(key) = consumers.key_by_sha256(sha256).filter(|_| !secret.is_empty()) {
        return of_policy_key(key, sha256, unix_s);
    }
    let record = issued?.filter(|_| !secret.is_empty()).ok_or(Refused::Unknown)?;
    // Whoever wrote what is no record, it lets nobody in.
    let key = IssuedKey::from_json(&record)
        .map_err(|error| Refused::UnreadableRecord(error.to_string()))?;
    let caller = of_issued_key(consumers, &key, unix_s)?;
    used::note(sha256, unix_s);
    Ok(caller)
}
