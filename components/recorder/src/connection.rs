//! The connection to the ledger: opened and migrated at the first use, and again after a failure.

use crate::store::{self, Sql};
use postern_contract::clock::unix_ms;
use postern_trail::ledger::{LedgerError, Store as _, migrate};
use std::cell::{Cell, RefCell};

thread_local! {
    /// What was used last. Who uses a connection takes it, so that no two transactions share one.
    static FREE: RefCell<Option<Sql>> = const { RefCell::new(None) };
    /// The ledger has this program's schema.
    static MIGRATED: Cell<bool> = const { Cell::new(false) };
}

/// A connection, for one use. It is put back when what it was used for has succeeded.
///
/// # Errors
///
/// The store fails, or the ledger is not this program's.
pub async fn take() -> Result<Sql, LedgerError> {
    if let Some(free) = FREE.with(RefCell::take) {
        return Ok(free);
    }
    let mut opened = store::open().await?;
    if !MIGRATED.get() {
        migrate(&mut opened, i64::try_from(unix_ms()).unwrap_or(i64::MAX)).await?;
        MIGRATED.set(true);
    }
    Ok(opened)
}

/// Keeps a connection for the next use.
pub fn put(used: Sql) {
    FREE.with(|free| free.replace(Some(used)));
}

/// Whether the ledger is there and is this program's; once it was, it is.
///
/// # Errors
///
/// As [`take`].
pub async fn is_known() -> Result<(), LedgerError> {
    if !MIGRATED.get() {
        put(take().await?);
    }
    Ok(())
}

/// Whether the ledger can be read now.
///
/// # Errors
///
/// It cannot.
pub async fn probe() -> Result<(), LedgerError> {
    let mut store = take().await?;
    store.query("SELECT MAX(version) FROM schema_version", &[]).await?;
    put(store);
    Ok(())
}
