//! The keys of issuers: cached in this instance, stored for all instances, fetched from the issuer.

use crate::{fetch, outcome, store};
use postern_identity::{Age, Attempt, FetchedKeySet, Refused};
use postern_policy::{Issuer, IssuerKeys, KeySetTimes};
use postern_token::{Claims, KeySet, Rules, Unverified, discovery};
use spin_sdk::wasip3::clocks::monotonic_clock::wait_for;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// A key set that is ready for use.
struct CachedKeySet {
    keys: KeySet,
    fetched_at_unix_s: u64,
}

/// By issuer. There are few issuers, and policy names them all.
static CACHED: Mutex<Option<HashMap<String, Arc<CachedKeySet>>>> = Mutex::new(None);

/// The issuers that are being asked: one request at a time for each; waiting requests use its result.
static LOCKED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The interval at which waiting requests look again. Tasks of a component cannot wake each other as an async lock
/// would require, so each waits for its own timer.
const LOOK_AGAIN_NS: u64 = 5_000_000;

/// The address of an issuer's keys, and how long they are valid.
struct Source<'i> {
    issuer: &'i str,
    /// The URL of policy: that of the key set, or that of the issuer for discovery.
    url: &'i str,
    is_discovered: bool,
    times: KeySetTimes,
}

impl<'i> Source<'i> {
    fn of(issuer: &'i Issuer) -> Result<Self, Refused> {
        let (url, is_discovered, times) = match &issuer.keys {
            IssuerKeys::Discovery(times) => (&issuer.issuer, true, *times),
            IssuerKeys::Jwks { url, times } => (url, false, *times),
            // Tokens of such an issuer are not verified with keys.
            _ => return Err(Refused::Unknown),
        };
        Ok(Self { issuer: &issuer.name, url, is_discovered, times })
    }
}

/// The claims of a token that was signed with one of its issuer's keys.
///
/// An unknown key id causes a fetch of the set, at most once in `refresh_s`; in between, an unknown key id is invalid.
pub async fn verified(
    issuer: &Issuer,
    rules: &Rules,
    token: &Unverified,
    unix_s: u64,
) -> Result<Claims, Refused> {
    // A token that no key could make valid is not worth a fetch.
    token.check(rules, unix_s).map_err(outcome::refused)?;
    let source = Source::of(issuer)?;
    let cached = current(&source, unix_s).await?;
    match token.verify(&cached.keys, rules, unix_s) {
        Err(error) if error.asks_for_newer_keys() => {}
        verified => return verified.map_err(outcome::refused),
    }
    let newer = renewed(&source, cached.fetched_at_unix_s, unix_s).await?;
    token.verify(&newer.keys, rules, unix_s).map_err(outcome::refused)
}

/// A key set that may be used.
async fn current(source: &Source<'_>, unix_s: u64) -> Result<Arc<CachedKeySet>, Refused> {
    if let Some(cached) = fresh(source, unix_s) {
        return Ok(cached);
    }
    let _guard = LockGuard::take(source.issuer).await;
    if let Some(cached) = fresh(source, unix_s) {
        return Ok(cached);
    }
    // Another instance may have fetched it.
    let stored = stored(source).await?;
    if let Some(cached) = stored.as_ref().filter(|cached| is_fresh(cached, source, unix_s)) {
        return Ok(cache(source, Arc::clone(cached)));
    }
    match fetched(source, unix_s).await {
        Ok(cached) => Ok(cached),
        Err(error) => still_usable(source, stored, unix_s).ok_or(error),
    }
}

/// An earlier key set, while its issuer cannot be reached.
fn still_usable(
    source: &Source<'_>,
    stored: Option<Arc<CachedKeySet>>,
    unix_s: u64,
) -> Option<Arc<CachedKeySet>> {
    let usable = |cached: &Arc<CachedKeySet>| {
        Age::of(cached.fetched_at_unix_s, source.times, unix_s) != Age::TooOld
    };
    [cached(source), stored]
        .into_iter()
        .flatten()
        .filter(usable)
        .max_by_key(|cached| cached.fetched_at_unix_s)
}

/// A key set that is newer than one that lacks a key, if a fetch is due.
async fn renewed(
    source: &Source<'_>,
    lacking_unix_s: u64,
    unix_s: u64,
) -> Result<Arc<CachedKeySet>, Refused> {
    let _guard = LockGuard::take(source.issuer).await;
    let is_newer = |cached: &Arc<CachedKeySet>| cached.fetched_at_unix_s > lacking_unix_s;
    if let Some(cached) = cached(source).filter(is_newer) {
        return Ok(cached);
    }
    if let Some(cached) = stored(source).await?.filter(is_newer) {
        return Ok(cache(source, cached));
    }
    let last = last_attempt(source).await?;
    match last.filter(|last| last.is_younger_than(source.times.refresh_s, unix_s)) {
        // It was just fetched, and had no such key.
        Some(Attempt { succeeded: true, .. }) => {
            cached(source).ok_or_else(|| Refused::Unavailable("no key set is held".to_owned()))
        }
        // It is unknown whether the key exists: this is not the caller's fault.
        Some(_) => Err(Refused::Unavailable(format!(
            "the key set of {} lacks a key, and could not be fetched just now",
            source.issuer
        ))),
        None => fetched(source, unix_s).await,
    }
}

/// Asks the issuer, and stores its answer for all instances.
async fn fetched(source: &Source<'_>, unix_s: u64) -> Result<Arc<CachedKeySet>, Refused> {
    let last = last_attempt(source).await?;
    if last.is_some_and(|last| last.failed_just_now(unix_s)) {
        let private = format!("the key set of {} could not be fetched just now", source.issuer);
        return Err(Refused::Unavailable(private));
    }
    let asked = ask(source).await;
    let attempt = Attempt { at_unix_s: unix_s, succeeded: asked.is_ok() };
    // A set that cannot be stored for others is still valid for this instance.
    let _ = store::set(&Attempt::store_name(source.issuer), attempt.to_text().as_bytes()).await;
    let (text, keys) = asked.map_err(|error| {
        Refused::Unavailable(format!("the key set of {}: {error}", source.issuer))
    })?;
    let record = FetchedKeySet::new(source.url, text, unix_s);
    let cached = cache(source, Arc::new(CachedKeySet { keys, fetched_at_unix_s: unix_s }));
    let _ = store::set(&FetchedKeySet::store_name(source.issuer), &record.to_json()).await;
    Ok(cached)
}

async fn ask(source: &Source<'_>) -> Result<(String, KeySet), String> {
    let timeout_ms = source.times.timeout_ms;
    let url = match source.is_discovered {
        false => source.url.to_owned(),
        true => {
            let document = fetch::text(&discovery::url(source.url), timeout_ms).await?;
            discovery::jwks_uri(&document, source.url).map_err(|error| error.to_string())?
        }
    };
    let text = fetch::text(&url, timeout_ms).await?;
    let keys = KeySet::from_json(&text).map_err(|error| format!("{url}: {error}"))?;
    Ok((text, keys))
}

/// The stored set, of any age.
async fn stored(source: &Source<'_>) -> Result<Option<Arc<CachedKeySet>>, Refused> {
    let bytes = store::get(&FetchedKeySet::store_name(source.issuer)).await?;
    let record = bytes.and_then(|bytes| FetchedKeySet::from_json(&bytes, source.url));
    Ok(record.and_then(|record| {
        let keys = KeySet::from_json(&record.key_set).ok()?;
        Some(Arc::new(CachedKeySet { keys, fetched_at_unix_s: record.fetched_at_unix_s }))
    }))
}

async fn last_attempt(source: &Source<'_>) -> Result<Option<Attempt>, Refused> {
    let bytes = store::get(&Attempt::store_name(source.issuer)).await?;
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(text.and_then(|text| Attempt::from_text(&text)))
}

fn fresh(source: &Source<'_>, unix_s: u64) -> Option<Arc<CachedKeySet>> {
    cached(source).filter(|cached| is_fresh(cached, source, unix_s))
}

fn is_fresh(cached: &CachedKeySet, source: &Source<'_>, unix_s: u64) -> bool {
    Age::of(cached.fetched_at_unix_s, source.times, unix_s) == Age::Fresh
}

fn cached(source: &Source<'_>) -> Option<Arc<CachedKeySet>> {
    let cached = CACHED.lock().unwrap_or_else(PoisonError::into_inner);
    cached.as_ref()?.get(source.issuer).cloned()
}

fn cache(source: &Source<'_>, keys: Arc<CachedKeySet>) -> Arc<CachedKeySet> {
    let mut cached = CACHED.lock().unwrap_or_else(PoisonError::into_inner);
    cached.get_or_insert_default().insert(source.issuer.to_owned(), Arc::clone(&keys));
    keys
}

/// The right to ask an issuer; released when the request is done, and when its client has left.
struct LockGuard(String);

impl LockGuard {
    async fn take(issuer: &str) -> Self {
        while !Self::is_free(issuer) {
            wait_for(LOOK_AGAIN_NS).await;
        }
        Self(issuer.to_owned())
    }

    /// Takes the lock if it is free.
    fn is_free(issuer: &str) -> bool {
        LOCKED.lock().unwrap_or_else(PoisonError::into_inner).insert(issuer.to_owned())
    }
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        LOCKED.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}
