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
mod housekeeping;
mod keeper;
mod kept;
mod metrics;
mod noted;
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

use futures::future::join;
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
        let ledger = &policy.ledger;
        let policy_digest = Some(Name::from_policy(policy::digest()?));
        let record = Record { policy_digest, ..Record::from(record) };
        outbox::take_in(&record, policy);
        if ledger.store == LedgerStore::None {
            return Ok(outbox::due(policy).await);
        }
        if ledger.synchronous {
            // A request waits: the gateway asks for calls when it has ended.
            keeper::write(record, is_awaited, ledger).await?;
            return Ok(Vec::new());
        }
        // Telemetry does not wait for the ledger.
        let ((), sent) = join(keeper::keep(record, ledger), outbox::due(policy)).await;
        Ok(signed_first(sent).await)
    }

    async fn done(results: Vec<RecorderResult>) -> Vec<RecorderCall> {
        let Ok(policy) = policy::recorder() else { return Vec::new() };
        if results.is_empty() {
            // A record was written while its request waited.
            housekeeping::due(1, &policy.ledger).await;
            return signed_first(outbox::due(policy).await).await;
        }
        checkpoint::done(&results).await;
        outbox::done(results, policy).await
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

/// Checkpoints do not wait for posts.
async fn signed_first(sent: Vec<RecorderCall>) -> Vec<RecorderCall> {
    let mut calls = checkpoint::calls().await;
    calls.extend(sent);
    calls
}

postern_contract::recorder::export_recorder!(Recorder);
