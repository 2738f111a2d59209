//! `/metrics`: the sums of the ledger, for Prometheus.

use crate::connection;
use crate::kept::unavailable;
use postern_contract::types::recorder::AdminAnswer;
use postern_fault::Fault;
use postern_policy::{LedgerStore, Recorder};
use postern_trail::export::{CONTENT_TYPE, metrics};

/// All metrics, of all instances.
///
/// # Errors
///
/// There is no ledger, or it cannot be read.
pub async fn answer(policy: &Recorder) -> Result<AdminAnswer, Fault> {
    if policy.ledger.store == LedgerStore::None {
        return Err(unavailable("recorder.toml keeps no ledger: store = \"none\""));
    }
    let failed = |error: postern_trail::ledger::LedgerError| unavailable(&error.to_string());
    let mut store = connection::take().await.map_err(failed)?;
    let body = metrics(&mut store).await.map_err(failed)?;
    connection::put(store);
    let headers = vec![("cache-control".to_owned(), "no-store".to_owned())];
    Ok(AdminAnswer { status: 200, content_type: CONTENT_TYPE.to_owned(), headers, body })
}
