//! How the recorder is.

use crate::{connection, keeper, kept};
use postern_contract::types::recorder::RecorderState;
use postern_fault::Fault;
use postern_policy::{Ledger, LedgerStore};

/// The state of this instance.
///
/// # Errors
///
/// The ledger has another program's schema, or it cannot be written and policy refuses requests then. A platform without SQL is ready
/// otherwise: it serves as policy says.
pub async fn now(ledger: &Ledger) -> Result<RecorderState, Fault> {
    if ledger.store == LedgerStore::Sql {
        let known = connection::is_known().await;
        let is_ready = known
            .as_ref()
            .err()
            .is_none_or(|error| !error.is_of_schema() && !ledger.refuses_without_store);
        if let (Err(error), false) = (&known, is_ready) {
            return Err(kept::unavailable(&error.to_string()));
        }
        if let Err(error) = known {
            kept::with(|keeper| keeper.problem.replace(Some(error.to_string())));
        }
        if ledger.refuses_without_store {
            keeper::accepts(ledger).await?;
        }
    }
    Ok(kept::with(|keeper| {
        let queue = keeper.queue.borrow();
        RecorderState {
            queued_records: u32::try_from(queue.len()).unwrap_or(u32::MAX),
            queued_bytes: queue.bytes() as u64,
            written_records: queue.written(),
            dropped_records: queue.dropped(),
            dropped_calls: 0,
            lost_records: keeper.lost.get(),
            last_write_unix_ms: keeper.last_write_ms.get(),
            problem: keeper.problem.borrow().clone(),
        }
    }))
}
