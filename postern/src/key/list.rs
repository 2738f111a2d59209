//! `key list`: a line for each issued key.

use super::id_of;
use super::times::utc;
use crate::store::KeyValue;
use anyhow::Result;
use postern_keys::{IssuedKey, KeyState, last_used_name, parse_last_used, sha256_from_store_name};

/// A key of the store.
struct Known {
    record: IssuedKey,
    last_used_unix_s: Option<u64>,
}

/// The names of the columns.
pub fn head() -> String {
    columns("ID", "CONSUMER", "CREATED", "EXPIRES", "LAST USED", "STATE")
}

/// Every issued key, oldest first, and then the records that cannot be read.
pub fn rows(store: &impl KeyValue, now_unix_s: u64) -> Result<Vec<String>> {
    let (mut known, mut unreadable) = (Vec::new(), Vec::new());
    let names = store.list()?;
    for name in &names {
        let Some(hash) = sha256_from_store_name(name) else { continue };
        match store.get(name)?.map(|bytes| IssuedKey::from_json(&bytes)) {
            Some(Ok(record)) => {
                let used = store.get(&last_used_name(hash))?;
                let last_used_unix_s = used.and_then(|bytes| parse_last_used(&bytes));
                known.push(Known { record, last_used_unix_s });
            }
            Some(Err(error)) => {
                let id = id_of(name).unwrap_or_default();
                unreadable.push(columns(&id, "?", "?", "?", "?", &format!("unreadable: {error}")));
            }
            None => {}
        }
    }
    known.sort_by_key(|known| known.record.created_at_unix_s);
    Ok(known.iter().map(|known| row(known, now_unix_s)).chain(unreadable).collect())
}

fn columns(
    id: &str,
    consumer: &str,
    created: &str,
    expires: &str,
    used: &str,
    state: &str,
) -> String {
    format!("{id:<14}{consumer:<24}{created:<22}{expires:<22}{used:<22}{state}")
}

fn row(known: &Known, now_unix_s: u64) -> String {
    let record = &known.record;
    let time = |at: Option<u64>, none: &str| at.map_or(none.to_owned(), utc);
    let state = [Some(state(record, now_unix_s)), restrictions(record)];
    let label = record.label.as_ref().map(|label| format!("({label})"));
    let state: Vec<_> = state.into_iter().chain([label]).flatten().collect();
    columns(
        &record.id,
        &record.consumer,
        &utc(record.created_at_unix_s),
        &time(record.expires_at_unix_s, "never"),
        &time(known.last_used_unix_s, "not known"),
        &state.join(" "),
    )
}

fn state(record: &IssuedKey, now_unix_s: u64) -> String {
    let state = match (record.state(now_unix_s), record.revoked_at_unix_s) {
        (KeyState::Revoked, Some(at)) => format!("revoked {}", utc(at)),
        (KeyState::Revoked, None) => "revoked".to_owned(),
        (KeyState::Expired, _) => "expired".to_owned(),
        (KeyState::Active, _) => "active".to_owned(),
    };
    match &record.replaced_by {
        Some(id) => format!("{state}, replaced by {id}"),
        None => state,
    }
}

/// In the form of `key issue`'s options.
fn restrictions(record: &IssuedKey) -> Option<String> {
    let list = |option: &str, entries: &Option<Vec<String>>| {
        entries.as_ref().map(|entries| format!("{option}={}", entries.join(",")))
    };
    let all = [
        list("models", &record.models),
        list("regions", &record.regions),
        list("ip-ranges", &record.ip_ranges),
        record.plan.as_ref().map(|plan| format!("plan={plan}")),
    ];
    let all: Vec<_> = all.into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join(" "))
}
