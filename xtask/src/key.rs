//! Issues, lists and revokes API keys. The store gets a record under the hash of a key; the key
//! itself is printed once and kept nowhere.

use crate::cli::{KeyAction, Runtime};
use crate::host::{Host, KeyValue};
use crate::policies;
use crate::workspace::Workspace;
use anyhow::{Context, Result, anyhow, bail};
use postern_keys::{
    IssuedKey, KEY_PREFIX, Key, public_id, sha256_from_store_name, sha256_hex, store_name,
};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// `key issue`, `key list`, `key revoke`.
pub fn key(workspace: &Workspace, action: KeyAction) -> Result<()> {
    match action {
        KeyAction::Issue { consumer, label, policies, runtime } => {
            issue(workspace, &consumer, label, policies.as_deref(), &runtime)
        }
        KeyAction::List { runtime } => list(&Host::build(workspace)?.store(&runtime)),
        KeyAction::Revoke { id, runtime } => {
            eprintln!("{}", revoke(&Host::build(workspace)?.store(&runtime), &id)?);
            Ok(())
        }
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
    store: &impl KeyValue,
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
pub fn known(store: &impl KeyValue, key: &Key) -> Result<Option<IssuedKey>> {
    let name = store_name(&sha256_hex(key.expose()));
    let record = store.get(&name)?;
    record.map(|bytes| read(&name, &bytes)).transpose()
}

fn list(store: &impl KeyValue) -> Result<()> {
    println!("{:<14}{:<24}{:<22}STATE", "ID", "CONSUMER", "CREATED");
    for row in rows(store)? {
        println!("{row}");
    }
    Ok(())
}

/// Every issued key, oldest first, and then the records that cannot be read.
fn rows(store: &impl KeyValue) -> Result<Vec<String>> {
    let (mut records, mut unreadable) = (Vec::new(), Vec::new());
    for name in store.list()? {
        let Some(id) = id(&name) else { continue };
        match store.get(&name)?.map(|bytes| IssuedKey::from_json(&bytes)) {
            Some(Ok(record)) => records.push(record),
            Some(Err(error)) => {
                unreadable.push(format!("{id:<14}{:<24}{:<22}unreadable: {error}", "?", "?"));
            }
            None => {}
        }
    }
    records.sort_by_key(|record| record.created_at_unix_s);
    Ok(records.iter().map(row).chain(unreadable).collect())
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

/// Revokes the key, whatever the records of others are, and says how it went.
fn revoke(store: &impl KeyValue, wanted: &str) -> Result<String> {
    // Who has the key itself at hand may give it; it is never repeated.
    let of_key = Key::parse(wanted).is_ok().then(|| public_id(&sha256_hex(wanted)));
    let wanted = of_key.as_deref().unwrap_or(wanted);
    let name = store.list()?.into_iter().find(|name| id(name).as_deref() == Some(wanted));
    let bytes = name.as_ref().map(|name| store.get(name)).transpose()?.flatten();
    let (Some(name), Some(bytes)) = (name, bytes) else {
        if wanted.starts_with(KEY_PREFIX) {
            bail!(
                "this is neither an id nor a key; `cargo xtask key list` shows the ids there are"
            );
        }
        bail!("no key has the id {wanted:?}; `cargo xtask key list` shows those there are");
    };
    let mut record = match IssuedKey::from_json(&bytes) {
        Ok(record) => record,
        Err(error) => {
            // A key without a record is refused like one that was never issued.
            store.delete(&name)?;
            return Ok(format!("key {wanted} is revoked; its record was removed: {error}"));
        }
    };
    if let Some(at) = record.revoked_at_unix_s {
        return Ok(format!("key {wanted} was revoked already, {}", utc(at)));
    }
    record.revoked_at_unix_s = Some(now_unix_s()?);
    store.set(&name, &record.to_json()?)?;
    Ok(format!("key {wanted} of {} is revoked", record.consumer))
}

/// The id of the key that the record of this name is about, if it is the record of a key.
fn id(name: &str) -> Option<String> {
    sha256_from_store_name(name).map(public_id)
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
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    #[derive(Default)]
    struct Memory(RefCell<BTreeMap<String, Vec<u8>>>);

    impl KeyValue for Memory {
        fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
            Ok(self.0.borrow().get(name).cloned())
        }

        fn list(&self) -> Result<Vec<String>> {
            Ok(self.0.borrow().keys().cloned().collect())
        }

        fn set(&self, name: &str, value: &[u8]) -> Result<()> {
            self.0.borrow_mut().insert(name.to_owned(), value.to_owned());
            Ok(())
        }

        fn delete(&self, name: &str) -> Result<()> {
            self.0.borrow_mut().remove(name);
            Ok(())
        }
    }

    /// A store with a key that is well, whose record is given, and one whose record has another schema.
    fn store_with_an_unreadable_record() -> (Memory, Key, IssuedKey, String) {
        let (store, key) = (Memory::default(), random().unwrap());
        let good = record(&store, &key, "local-dev", None).unwrap();
        let hash = sha256_hex(random().unwrap().expose());
        store.set(&store_name(&hash), br#"{"schema":2}"#).unwrap();
        store.set("issued-key/no-hash", b"").unwrap();
        (store, key, good, public_id(&hash))
    }

    #[test]
    fn revokes_a_key_beside_a_record_that_cannot_be_read() {
        let (store, key, good, _) = store_with_an_unreadable_record();
        let said = revoke(&store, &good.id).unwrap();
        assert_eq!(said, format!("key {} of local-dev is revoked", good.id));
        assert!(known(&store, &key).unwrap().unwrap().is_revoked());
        assert!(revoke(&store, &good.id).unwrap().contains("was revoked already"));
    }

    #[test]
    fn revokes_a_key_whose_record_cannot_be_read_by_removing_it() {
        let (store, key, good, bad) = store_with_an_unreadable_record();
        let said = revoke(&store, &bad).unwrap();
        assert!(said.contains("its record was removed: the record has schema 2"), "{said}");
        assert_eq!(store.list().unwrap().len(), 2);
        assert_eq!(known(&store, &key).unwrap(), Some(good));
    }

    #[test]
    fn takes_the_key_itself_and_never_repeats_it() {
        let (store, key, good, _) = store_with_an_unreadable_record();
        let said = revoke(&store, key.expose()).unwrap();
        assert_eq!(said, format!("key {} of local-dev is revoked", good.id));
        let mistyped = format!("{}x", key.expose());
        let error = revoke(&store, &mistyped).unwrap_err().to_string();
        assert!(!error.contains(key.expose()), "{error}");
    }

    #[test]
    fn revokes_no_key_by_a_part_of_its_id() {
        let (store, key, good, _) = store_with_an_unreadable_record();
        for part in ["", good.id.get(..11).unwrap()] {
            let error = revoke(&store, part).unwrap_err().to_string();
            assert!(error.contains("no key has the id"), "{error}");
        }
        assert_eq!(known(&store, &key).unwrap(), Some(good));
    }

    #[test]
    fn lists_what_can_be_read_and_then_what_cannot() {
        let (store, _, good, bad) = store_with_an_unreadable_record();
        let rows = rows(&store).unwrap();
        assert_eq!(rows.len(), 2, "{rows:?}");
        assert_eq!(rows[0], row(&good));
        assert!(rows[1].starts_with(&bad), "{rows:?}");
        assert!(rows[1].contains("unreadable: the record has schema 2"), "{rows:?}");
    }

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
