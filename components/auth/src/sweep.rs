//! Removes expired records, which no store does by itself.

use crate::store;
use postern_contract::clock::unix_s;
use postern_identity::{IdOwner, KeptOriginals, Refused};
use spin_sdk::wasip3::spawn;
use std::sync::atomic::{AtomicU64, Ordering};

/// The time of the last sweep by any instance, in seconds since 1970.
const SWEPT: &str = "ids-swept";

/// The interval of sweeps. Each covers the records with one first digit of their hash, so all are covered in 3 hours.
const SWEEP_EVERY_S: u64 = 600;
const PARTS: u64 = 16;

/// The most records of one sweep: 1,440,000 a day.
const MAX_SWEPT: usize = 10_000;

/// When this instance last checked whether a sweep is due.
static ASKED_UNIX_S: AtomicU64 = AtomicU64::new(0);

/// Sweeps after this call, once in a while for all instances.
pub fn begin(unix_s: u64) {
    spawn(async move { drop(if_due(unix_s).await) });
}

async fn if_due(unix_s: u64) -> Result<(), Refused> {
    let asked_unix_s = ASKED_UNIX_S.swap(unix_s, Ordering::Relaxed);
    if unix_s.saturating_sub(asked_unix_s) < SWEEP_EVERY_S {
        ASKED_UNIX_S.store(asked_unix_s, Ordering::Relaxed);
        return Ok(());
    }
    let swept = store::get(SWEPT).await?.and_then(|bytes| String::from_utf8(bytes).ok());
    let swept_unix_s = swept.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    if unix_s.saturating_sub(swept_unix_s) < SWEEP_EVERY_S {
        return Ok(());
    }
    store::set(SWEPT, unix_s.to_string().as_bytes()).await?;
    let part = unix_s / SWEEP_EVERY_S % PARTS;
    let beginnings = [IdOwner::STORE_PREFIX, KeptOriginals::STORE_PREFIX]
        .map(|prefix| format!("{prefix}{part:x}"));
    for name in store::names(&beginnings, MAX_SWEPT).await? {
        let record = store::get(&name).await?;
        if record.is_some_and(|record| has_expired(&name, &record)) {
            store::delete(&name).await?;
        }
    }
    Ok(())
}

/// By the clock at its turn: a conversation may have gone on meanwhile.
fn has_expired(name: &str, record: &[u8]) -> bool {
    match name.starts_with(IdOwner::STORE_PREFIX) {
        true => !IdOwner::holds(record, unix_s()),
        false => KeptOriginals::sealed(record, unix_s()).is_none(),
    }
}
