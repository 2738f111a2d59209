//! What happened, and what did it cost?
//!
//! Reads: `recorder.toml`, the record of each request. Writes: the ledger. Refuses with: `unavailable` while the ledger cannot be
//! written, if policy says so. Runs when a request has ended. Fails open, unless policy says otherwise: records wait in a bounded
//! queue.
//!
//! Two builds, by feature: `sqlite` writes to SQLite, `postgres` to PostgreSQL.

mod ask;
mod checkpoint;
mod connection;
mod keeper;
mod policy;
mod report;
mod state;
mod sweep;

#[cfg(feature = "sqlite")]
mod store;
#[cfg(all(feature = "postgres", not(feature = "sqlite")))]
#[path = "postgres.rs"]
mod store;

use postern_contract::recorder::exports::postern::recorder::stage::Guest;
use postern_contract::types::Fault;
use postern_contract::types::recorder::{
    AdminQuestion, AdminReply, RecorderCall, RecorderResult, RecorderState, RecordingPlan,
    RequestRecord,
};
use postern_policy::LedgerStore;
use postern_trail::{Name, Record};

struct Recorder;

impl Guest for Recorder {
    fn plan() -> Result<RecordingPlan, Fault> {
        let ledger = &policy::recorder()?.ledger;
        let is_kept = ledger.store == LedgerStore::Sql;
        Ok(RecordingPlan {
            synchronous: is_kept && ledger.synchronous,
            refuses: is_kept && ledger.refuses_without_store,
        })
    }

    async fn accepts() -> Result<(), Fault> {
        let ledger = &policy::recorder()?.ledger;
        Ok(keeper::accepts(ledger).await?)
    }

    async fn record(record: RequestRecord) -> Result<Vec<RecorderCall>, Fault> {
        let ledger = &policy::recorder()?.ledger;
        if ledger.store == LedgerStore::None {
            return Ok(Vec::new());
        }
        let policy_digest = Some(Name::from_policy(policy::digest()?));
        let record = Record { policy_digest, ..Record::from(record) };
        if !ledger.synchronous {
            keeper::keep(record, ledger).await;
        } else if let Err(fault) = keeper::write(record, ledger).await
            && ledger.refuses_without_store
        {
            return Err(fault.into());
        }
        Ok(checkpoint::calls().await)
    }

    async fn done(results: Vec<RecorderResult>) -> Vec<RecorderCall> {
        checkpoint::done(&results).await;
        Vec::new()
    }

    async fn ask(
        question: AdminQuestion,
        results: Vec<RecorderResult>,
    ) -> Result<AdminReply, Fault> {
        Ok(ask::answer(question, results).await?)
    }

    async fn ready() -> Result<RecorderState, Fault> {
        Ok(state::now(&policy::recorder()?.ledger).await?)
    }
}

postern_contract::recorder::export_recorder!(Recorder);
