//! Removes what policy does not keep, in small steps between groups.

use crate::policy;
use crate::store::Sql;
use postern_contract::clock::unix_ms;
use postern_trail::audit::{self, AuditStream};
use postern_trail::ledger::{LedgerError, Retention, StoreError, sweep};
use std::cell::Cell;

/// The least requests of one step: some milliseconds. With every group, twice as many are removed as the group has written, so that
/// what is old becomes less at any rate.
const ROWS: u32 = 512;

/// The least links of one step: a request has some.
const LINKS: u32 = 2_048;

const ROWS_OF_RECORD: u32 = 2;

const LINKS_OF_RECORD: u32 = 8;

const DAY_MS: u64 = 86_400_000;

/// The wait for the next step if nothing was left; else the next group takes it.
const LATER_MS: u64 = 300_000;

/// The wait after a failure.
const FAILED_MS: u64 = 60_000;

thread_local! {
    static NEXT_MS: Cell<u64> = const { Cell::new(0) };
}

/// Whether it is time for the next step.
pub fn is_due(now_ms: u64) -> bool {
    now_ms >= NEXT_MS.get()
}

/// Takes the next step after a group of so many records, if it is time.
///
/// # Errors
///
/// The store fails.
pub async fn due(store: &mut Sql, group: usize) -> Result<(), LedgerError> {
    let now_ms = unix_ms();
    if !is_due(now_ms) {
        return Ok(());
    }
    NEXT_MS.set(now_ms.saturating_add(FAILED_MS));
    let group = u32::try_from(group).unwrap_or(u32::MAX);
    let rows = group.saturating_mul(ROWS_OF_RECORD).max(ROWS);
    let retention = retention()?;
    let now = i64::try_from(now_ms).unwrap_or(i64::MAX);
    let swept = sweep(store, &retention, now, rows).await?;
    let links = group.saturating_mul(LINKS_OF_RECORD).max(LINKS);
    let removed = decisions(store, now_ms, links).await?;
    // A step ends where a signature does, if it can.
    let more = swept.more || removed >= u64::from(links / 2);
    NEXT_MS.set(if more { 0 } else { now_ms.saturating_add(LATER_MS) });
    Ok(())
}

/// Removes links about requests of long ago.
async fn decisions(store: &mut Sql, now_ms: u64, links: u32) -> Result<u64, LedgerError> {
    let Ok(policy) = policy::recorder() else { return Ok(0) };
    let kept_ms = policy.audit.decisions_days.saturating_mul(DAY_MS);
    let is_signed = policy.audit.key_variable.is_some();
    let before_ms = now_ms.saturating_sub(kept_ms);
    audit::sweep(store, AuditStream::Decisions, before_ms, links, is_signed).await
}

fn retention() -> Result<Retention, LedgerError> {
    let policy = policy::recorder().map_err(|fault| {
        LedgerError::Store(StoreError { text: fault.to_string(), retryable: true })
    })?;
    let days = |days: u64| u32::try_from(days).unwrap_or(u32::MAX);
    Ok(Retention {
        requests_days: days(policy.retention.requests_days),
        quarters_days: days(policy.retention.quarters_days),
        hours_days: days(policy.retention.hours_days),
        days_days: days(policy.retention.days_days),
    })
}
