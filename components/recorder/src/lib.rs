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
mod metrics;
mod outbox;
mod policy;
mod report;
mod state;
mod sweep;
mod watch;

#[cfg(feature = "sqlite")]
mod store;
#[cfg(all(feature = "postgres", not(feature = "sqlite")))]
#[path = "postgres.rs"]
mod store;

use postern_contract::clock::unix_ms;
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

    async fn record(record: RequestRecord, is_awaited: bool) -> Result<Vec<RecorderCall>, Fault> {
        let policy = policy::recorder()?;
        let (ledger, began_ms) = (&policy.ledger, unix_ms());
        let policy_digest = Some(Name::from_policy(policy::digest()?));
        let record = Record { policy_digest, ..Record::from(record) };
        let is_kept = ledger.store == LedgerStore::Sql;
        if is_kept && ledger.synchronous {
            keeper::write(record.clone(), is_awaited, ledger).await?;
        }
        let leads = outbox::take_in(&record, policy);
        if !is_kept {
            return Ok(outbox::due(leads, began_ms, policy).await);
        }
        if !ledger.synchronous {
            keeper::keep(record, ledger).await;
        }
        let mut calls = outbox::due(leads, began_ms, policy).await;
        calls.extend(checkpoint::calls().await);
        Ok(calls)
    }

    async fn done(results: Vec<RecorderResult>) -> Vec<RecorderCall> {
        checkpoint::done(&results).await;
        match policy::recorder() {
            Ok(policy) => outbox::done(results, policy).await,
            Err(_) => Vec::new(),
        }
    }

    async fn ask(
        question: AdminQuestion,
        results: Vec<RecorderResult>,
    ) -> Result<AdminReply, Fault> {
        if question.path == "metrics" {
            return Ok(AdminReply::Answer(metrics::answer(policy::recorder()?).await?));
        }
        Ok(ask::answer(question, results).await?)
    }

    async fn ready() -> Result<RecorderState, Fault> {
        let policy = policy::recorder()?;
        let state = state::now(&policy.ledger).await?;
        Ok(RecorderState { dropped_calls: outbox::dropped(policy), ..state })
    }
}

postern_contract::recorder::export_recorder!(Recorder);
