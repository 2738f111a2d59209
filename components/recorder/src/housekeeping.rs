//! What is done between groups: ended instances are looked for, and what is old is removed. If it fails, the group is written all
//! the same.

use crate::{connection, kept, report, sweep};
use postern_contract::clock::unix_ms;
use postern_policy::Ledger;
use postern_trail::ledger::{LedgerError, find_lost, lost_records};
use std::cell::Cell;

/// How often instances are looked for that ended without closing.
const LOOKS_EVERY_MS: u64 = 5_000;

/// An instance says that it is there once in a group's time. After so many of them it is not.
const SILENT_GROUPS: u64 = 3;

/// The shortest silence of an instance that has ended.
const SILENT_MS: u64 = 5_000;

thread_local! {
    static LOOKED_MS: Cell<u64> = const { Cell::new(0) };
    /// One call does it.
    static IS_AT_WORK: Cell<bool> = const { Cell::new(false) };
    static IS_FAILING: Cell<bool> = const { Cell::new(false) };
}

/// Does what is due after a group of so many records.
pub async fn due(group: usize, ledger: &Ledger) {
    let now_ms = unix_ms();
    let looks = now_ms.saturating_sub(LOOKED_MS.get()) >= LOOKS_EVERY_MS;
    if !(looks || sweep::is_due(now_ms)) || IS_AT_WORK.replace(true) {
        return;
    }
    let done = work(looks, group, ledger).await;
    IS_AT_WORK.set(false);
    match done {
        Ok(()) => IS_FAILING.set(false),
        // The first failure is logged, and not each one after it.
        Err(error) if !IS_FAILING.replace(true) => report::not_kept(&error.to_string()),
        Err(_) => {}
    }
}

async fn work(looks: bool, group: usize, ledger: &Ledger) -> Result<(), LedgerError> {
    if looks {
        // What fails is tried again when the next look is due.
        LOOKED_MS.set(unix_ms());
    }
    let mut store = connection::take().await?;
    if looks {
        look(&mut store, ledger).await?;
    }
    sweep::due(&mut store, group).await?;
    connection::put(store);
    Ok(())
}

/// Finds instances that took records with them.
async fn look(store: &mut crate::store::Sql, ledger: &Ledger) -> Result<(), LedgerError> {
    let silent_ms = ledger.group_ms.saturating_mul(SILENT_GROUPS).max(SILENT_MS);
    let heard_before_ms = kept::signed(unix_ms().saturating_sub(silent_ms));
    for lost in find_lost(store, heard_before_ms).await? {
        report::lost(&lost);
    }
    let all = lost_records(store).await?;
    kept::with(|keeper| keeper.lost.set(u64::try_from(all).unwrap_or(0)));
    Ok(())
}
