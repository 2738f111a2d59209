//! Removes what policy does not keep, in small steps between groups.

use crate::policy;
use crate::store::Sql;
use postern_contract::clock::unix_ms;
use postern_trail::audit::{self, AuditStream};
use postern_trail::ledger::{LedgerError, Retention, StoreError, sweep};
use std::cell::Cell;

/// The requests of one step: some milliseconds.
const ROWS: u32 = 512;

/// The links of one step: at least as many as a checkpoint signs by default.
const LINKS: u32 = 2_048;

const DAY_MS: u64 = 86_400_000;

/// The wait for the next step if there was more, and if there was not.
const SOON_MS: u64 = 2_000;
const LATER_MS: u64 = 300_000;

thread_local! {
    static NEXT_MS: Cell<u64> = const { Cell::new(0) };
}

/// Takes the next step, if it is time.
///
/// # Errors
///
/// The store fails.
pub async fn due(store: &mut Sql) -> Result<(), LedgerError> {
    let now_ms = unix_ms();
    if now_ms < NEXT_MS.get() {
        return Ok(());
    }
    let retention = retention()?;
    let now = i64::try_from(now_ms).unwrap_or(i64::MAX);
    let swept = sweep(store, &retention, now, ROWS).await?;
    let links = decisions(store, now_ms).await?;
    NEXT_MS.set(now_ms.saturating_add(if swept.more || links > 0 { SOON_MS } else { LATER_MS }));
    Ok(())
}

/// Removes links about requests of long ago.
async fn decisions(store: &mut Sql, now_ms: u64) -> Result<u64, LedgerError> {
    let Ok(policy) = policy::recorder() else { return Ok(0) };
    let kept_ms = policy.audit.decisions_days.saturating_mul(DAY_MS);
    let is_signed = policy.audit.key_variable.is_some();
    let before_ms = now_ms.saturating_sub(kept_ms);
    audit::sweep(store, AuditStream::Decisions, before_ms, LINKS, is_signed).await
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
