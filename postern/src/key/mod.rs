//! Issues, lists, replaces and revokes API keys. The store gets a record under the hash of a key; the key itself is
//! printed once and not stored.

pub mod change;
mod list;
mod narrowing;
pub mod times;

use crate::cli::{Issue, KeyAction, Rotate};
use crate::deployment::Deployment;
use crate::policies;
use crate::store::KeyValue;
use anyhow::{Context, Result, anyhow, bail};
use postern_keys::{IssuedKey, Key, public_id, sha256_from_store_name, sha256_hex, store_name};
use std::time::{SystemTime, UNIX_EPOCH};

/// `key issue`, `key list`, `key rotate`, `key revoke`.
pub fn key(deployment: &Deployment, action: KeyAction) -> Result<()> {
    match action {
        KeyAction::Issue(options) => issue(deployment, *options),
        KeyAction::Rotate(options) => rotate(deployment, &options),
        KeyAction::List => {
            let rows = list::rows(&deployment.store()?, now_unix_s()?)?;
            println!("{}", list::head());
            rows.iter().for_each(|row| println!("{row}"));
            Ok(())
        }
        KeyAction::Revoke { id } => {
            eprintln!("{}", change::revoke(&deployment.store()?, &id, now_unix_s()?)?);
            Ok(())
        }
    }
}

fn issue(deployment: &Deployment, options: Issue) -> Result<()> {
    let Issue { consumer, label, narrowing } = options;
    let policies = policies::all(&deployment.policies)?;
    let key = random()?;
    let mut record = fresh(&key, &consumer)?;
    narrowing::apply(&mut record, label, narrowing);
    narrowing::check(&record, &policies)?;
    put(&deployment.store()?.made_if_missing(), &key, &record)?;
    let until = record.expires_at_unix_s.map(|at| format!(", holds until {}", times::utc(at)));
    let until = until.unwrap_or_default();
    eprintln!("id {} (for `key revoke`){until}; the key is not shown again:", record.id);
    println!("{}", key.expose());
    Ok(())
}

fn rotate(deployment: &Deployment, options: &Rotate) -> Result<()> {
    let policies = policies::all(&deployment.policies)?;
    let store = &deployment.store()?;
    let (key, now) = (random()?, now_unix_s()?);
    let said = change::rotate(store, &options.id, &key, options.overlap, now, &policies)?;
    eprintln!("{said}; the new key is not shown again:");
    println!("{}", key.expose());
    Ok(())
}

/// A key from the operating system's randomness.
pub fn random() -> Result<Key> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no randomness: {error}"))?;
    Ok(Key::from_random(bytes))
}

/// The record of a new key without restrictions.
pub fn fresh(key: &Key, consumer: &str) -> Result<IssuedKey> {
    Ok(IssuedKey::new(public_id(&sha256_hex(key.expose())), consumer, now_unix_s()?))
}

/// Records a new key by its hash.
pub fn put(store: &impl KeyValue, key: &Key, record: &IssuedKey) -> Result<()> {
    let name = store_name(&sha256_hex(key.expose()));
    let taken = |other: &String| other.starts_with(&store_name(&record.id)) && *other != name;
    if store.list()?.iter().any(taken) {
        bail!("another key has the id {} by chance; run this again", record.id);
    }
    store.set(&name, &record.to_json()?)
}

/// The record of a key.
pub fn known(store: &impl KeyValue, key: &Key) -> Result<Option<IssuedKey>> {
    let name = store_name(&sha256_hex(key.expose()));
    let record = store.get(&name)?;
    record.map(|bytes| read(&name, &bytes)).transpose()
}

/// The id of the key that a record of this name is for, if it is the record of a key.
fn id_of(name: &str) -> Option<String> {
    sha256_from_store_name(name).map(public_id)
}

fn read(name: &str, bytes: &[u8]) -> Result<IssuedKey> {
    IssuedKey::from_json(bytes).with_context(|| format!("the record {name} cannot be read"))
}

/// The time, in seconds since 1970-01-01T00:00:00Z.
pub fn now_unix_s() -> Result<u64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Ok(since.context("the clock is before 1970")?.as_secs())
}

#[cfg(test)]
mod tests;
