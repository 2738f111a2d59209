//! Replaces or revokes issued keys.

use super::times::utc;
use super::{id_of, narrowing, put};
use crate::store::KeyValue;
use anyhow::{Context, Result, bail};
use postern_keys::{IssuedKey, Key, KeyState, public_id, sha256_hex};
use postern_policy::Policies;

/// A record in the store.
struct Found {
    id: String,
    name: String,
    bytes: Vec<u8>,
}

/// The record of the key with this id, or of this key.
pub fn of(store: &impl KeyValue, wanted: &str) -> Result<IssuedKey> {
    let Found { id, bytes, .. } = find(store, wanted)?;
    IssuedKey::from_json(&bytes).with_context(|| format!("the record of key {id} cannot be read"))
}

/// Revokes the key, whatever the records of others are, and reports the result.
pub fn revoke(store: &impl KeyValue, wanted: &str, now_unix_s: u64) -> Result<String> {
    let Found { id, name, bytes } = find(store, wanted)?;
    let mut record = match IssuedKey::from_json(&bytes) {
        Ok(record) => record,
        Err(error) => {
            // A key without a record is refused like one that was never issued.
            store.delete(&name)?;
            return Ok(format!("key {id} is revoked; its record was removed: {error}"));
        }
    };
    if let Some(at) = record.revoked_at_unix_s {
        return Ok(format!("key {id} was revoked already, {}", utc(at)));
    }
    record.revoked_at_unix_s = Some(now_unix_s);
    store.set(&name, &record.to_json()?)?;
    Ok(format!("key {id} of {} is revoked", record.consumer))
}

/// Records `key` in place of another, which stays valid for `overlap_s` seconds, and reports the result.
///
/// The new key has the same consumer, restrictions and lifetime as the old one.
pub fn rotate(
    store: &impl KeyValue,
    wanted: &str,
    key: &Key,
    overlap_s: u64,
    now_unix_s: u64,
    policies: &Policies,
) -> Result<String> {
    let Found { id, name, bytes } = find(store, wanted)?;
    let mut old = IssuedKey::from_json(&bytes).with_context(|| {
        format!("the record of key {id} cannot be read: revoke it, and issue another")
    })?;
    may_be_replaced(&old, now_unix_s)?;
    let new = successor(&old, key, now_unix_s);
    narrowing::check(&new, policies).with_context(|| {
        format!("the policies no longer allow what key {id} has; issue another")
    })?;
    put(store, key, &new)?;
    let until = now_unix_s.saturating_add(overlap_s);
    let until = old.expires_at_unix_s.map_or(until, |at| at.min(until));
    old.expires_at_unix_s = Some(until);
    old.replaced_by = Some(new.id.clone());
    store.set(&name, &old.to_json()?).with_context(|| {
        format!("key {id} is as it was; key {}, which nobody has, is to be revoked", new.id)
    })?;
    let holds = match overlap_s {
        0 => "no longer holds".to_owned(),
        _ => format!("holds until {}", utc(until)),
    };
    Ok(format!("key {id} of {} {holds}; id {} takes its place", old.consumer, new.id))
}

fn may_be_replaced(old: &IssuedKey, now_unix_s: u64) -> Result<()> {
    let id = &old.id;
    if let Some(new) = &old.replaced_by {
        bail!("key {id} was replaced already, by {new}; rotate that one");
    }
    match old.state(now_unix_s) {
        KeyState::Active => Ok(()),
        KeyState::Revoked => bail!("key {id} is revoked; issue another"),
        KeyState::Expired => bail!("key {id} has expired; issue another"),
    }
}

fn successor(old: &IssuedKey, key: &Key, now_unix_s: u64) -> IssuedKey {
    let lifetime_s = old.expires_at_unix_s.map(|at| at.saturating_sub(old.created_at_unix_s));
    IssuedKey {
        id: public_id(&sha256_hex(key.expose())),
        created_at_unix_s: now_unix_s,
        expires_at_unix_s: lifetime_s.map(|lifetime_s| now_unix_s.saturating_add(lifetime_s)),
        ..old.clone()
    }
}

/// The record of a key by its id, or by the key itself, which is never repeated.
fn find(store: &impl KeyValue, wanted: &str) -> Result<Found> {
    let is_key = wanted.starts_with("pk_");
    let id = match is_key {
        true => public_id(&sha256_hex(Key::parse(wanted)?.expose())),
        false => wanted.to_owned(),
    };
    let name = store.list()?.into_iter().find(|name| id_of(name).as_ref() == Some(&id));
    let bytes = name.as_ref().map(|name| store.get(name)).transpose()?.flatten();
    match (name, bytes) {
        (Some(name), Some(bytes)) => Ok(Found { id, name, bytes }),
        _ if is_key => bail!(
            "this is a whole key without a typing error, and this store does not know it: it was never issued here, or is kept in consumers.toml (remove it there)"
        ),
        _ if wanted.chars().all(|character| character.is_ascii_hexdigit()) => {
            bail!("no issued key has the id {wanted:?}; `key list` shows the ids there are")
        }
        _ => bail!(
            "this is neither an id nor a key (not shown, it may be a secret); `key list` shows the ids there are, and keys of consumers.toml are changed there"
        ),
    }
}
