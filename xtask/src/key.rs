//! Issues, lists and revokes API keys. The store gets a record under the hash of a key; the key
//! itself is printed once and kept nowhere.

use crate::cli::{KeyAction, Runtime};
use crate::host::{Host, Store};
use crate::policies;
use crate::workspace::Workspace;
use anyhow::{Context, Result, anyhow, bail};
use postern_keys::{IssuedKey, Key, public_id, sha256_from_store_name, sha256_hex, store_name};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// `key issue`, `key list`, `key revoke`.
pub fn key(workspace: &Workspace, action: KeyAction) -> Result<()> {
    match action {
        KeyAction::Issue { consumer, label, policies, runtime } => {
            issue(workspace, &consumer, label, policies.as_deref(), &runtime)
        }
        KeyAction::List { runtime } => list(&Host::build(workspace)?.store(&runtime)),
        KeyAction::Revoke { id, runtime } => revoke(&Host::build(workspace)?.store(&runtime), &id),
    }
}

fn issue(
    workspace: &Workspace,
    consumer: &str,
    label: Option<String>,
    given: Option<&Path>,
    runtime: &Runtime,
) -> Result<()> {
    let consumers = policies::consumers(&policies::folder(workspace, given)?)?;
    if !consumers.iter().any(|known| known == consumer) {
        let known = consumers.join(", ");
        bail!("no consumer is called {consumer:?} in consumers.toml; there are: {known}");
    }
    let host = Host::build(workspace)?;
    let key = random()?;
    let record = record(&host.store(runtime), &key, consumer, label)?;
    eprintln!("id {} (for `cargo xtask key revoke`); the key is not shown again:", record.id);
    println!("{}", key.expose());
    Ok(())
}

/// A key from the operating system's randomness.
pub fn random() -> Result<Key> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no randomness: {error}"))?;
    Ok(Key::from_random(bytes))
}

/// Makes the store know the key: its hash, whose it is and since when.
pub fn record(
    store: &Store<'_>,
    key: &Key,
    consumer: &str,
    label: Option<String>,
) -> Result<IssuedKey> {
    let hash = sha256_hex(key.expose());
    let (id, name) = (public_id(&hash), store_name(&hash));
    let taken = |other: &String| other.starts_with(&store_name(&id)) && *other != name;
    if store.list()?.iter().any(taken) {
        bail!("another key has the id {id} by chance; run this again");
    }
    let record = IssuedKey {
        id,
        consumer: consumer.to_owned(),
        created_at_unix_s: now_unix_s()?,
        revoked_at_unix_s: None,
        label,
    };
    store.set(&name, &record.to_json()?)?;
    Ok(record)
}

/// What the store knows of a key.
pub fn known(store: &Store<'_>, key: &Key) -> Result<Option<IssuedKey>> {
    let name = store_name(&sha256_hex(key.expose()));
    let record = store.get(&name)?;
    record.map(|bytes| read(&name, &bytes)).transpose()
}

fn list(store: &Store<'_>) -> Result<()> {
    println!("{:<14}{:<24}{:<22}STATE", "ID", "CONSUMER", "CREATED");
    for (_, record) in records(store)? {
        println!("{}", row(&record));
    }
    Ok(())
}

fn row(record: &IssuedKey) -> String {
    let created = utc(record.created_at_unix_s);
    let state = match record.revoked_at_unix_s {
        Some(at) => format!("revoked {}", utc(at)),
        None => "active".to_owned(),
    };
    let label = record.label.as_deref().map(|label| format!(" ({label})"));
    let label = label.unwrap_or_default();
    format!("{:<14}{:<24}{created:<22}{state}{label}", record.id, record.consumer)
}

fn revoke(store: &Store<'_>, id: &str) -> Result<()> {
    let found = records(store)?.into_iter().find(|(_, record)| record.id == id);
    let Some((name, mut record)) = found else {
        bail!("no key has the id {id:?}; `cargo xtask key list` shows those there are");
    };
    if let Some(at) = record.revoked_at_unix_s {
        eprintln!("key {id} was revoked already, {}", utc(at));
        return Ok(());
    }
    record.revoked_at_unix_s = Some(now_unix_s()?);
    store.set(&name, &record.to_json()?)?;
    eprintln!("key {id} of {} is revoked", record.consumer);
    Ok(())
}

/// Every issued key with the name it is stored under, oldest first.
fn records(store: &Store<'_>) -> Result<Vec<(String, IssuedKey)>> {
    let mut found = Vec::new();
    for name in store.list()? {
        if sha256_from_store_name(&name).is_none() {
            continue;
        }
        if let Some(bytes) = store.get(&name)? {
            let record = read(&name, &bytes)?;
            found.push((name, record));
        }
    }
    found.sort_by_key(|(_, record)| record.created_at_unix_s);
    Ok(found)
}

fn read(name: &str, bytes: &[u8]) -> Result<IssuedKey> {
    IssuedKey::from_json(bytes).with_context(|| format!("the record {name} cannot be read"))
}

fn now_unix_s() -> Result<u64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Ok(since.context("the clock is before 1970")?.as_secs())
}

/// RFC 3339 in UTC. The date from the count of days as in Howard Hinnant's `civil_from_days`
/// (<https://howardhinnant.github.io/date_algorithms.html>), for dates after 1970.
fn utc(unix_s: u64) -> String {
    let (days, second) = (unix_s / 86_400, unix_s % 86_400);
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_times_as_people_read_them() {
        assert_eq!(utc(0), "1970-01-01T00:00:00Z");
        assert_eq!(utc(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(utc(1_735_689_599), "2024-12-31T23:59:59Z");
    }

    #[test]
    fn a_row_shows_the_state_and_nothing_of_the_key() {
        let key = random().unwrap();
        let hash = sha256_hex(key.expose());
        let mut record = IssuedKey {
            id: public_id(&hash),
            consumer: "local-dev".into(),
            created_at_unix_s: 0,
            revoked_at_unix_s: None,
            label: Some("laptop".into()),
        };
        let active = row(&record);
        assert!(active.contains("active (laptop)"), "{active}");
        assert!(!active.contains(key.expose()) && !active.contains(&hash));
        record.revoked_at_unix_s = Some(951_782_400);
        assert!(row(&record).contains("revoked 2000-02-29"));
    }

    #[test]
    fn no_two_keys_are_the_same() {
        assert_ne!(random().unwrap().expose(), random().unwrap().expose());
    }
}
