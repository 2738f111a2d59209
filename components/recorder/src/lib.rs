//! What happened, and what did it cost?
//!
//! Reads: `recorder.toml`, the record of each request. Writes: the ledger. Refuses with: `unavailable` while the ledger cannot be
//! written, if policy says so. Runs when a request has ended. Fails open, unless policy says otherwise: records wait in a bounded
//! queue.

use postern_contract::recorder::exports::postern::recorder::stage::Guest;
use postern_contract::types::Fault;
use postern_contract::types::recorder::{
    AdminAnswer, AdminQuestion, AdminReply, RecorderCall, RecorderResult, RecorderState,
    RecordingPlan, RequestRecord,
};

mod policy;

struct Recorder;

impl Guest for Recorder {
    fn plan() -> Result<RecordingPlan, Fault> {
        let ledger = &policy::recorder()?.ledger;
        Ok(RecordingPlan { synchronous: ledger.synchronous, refuses: ledger.refuses_without_store })
    }

    fn accepts() -> Result<(), Fault> {
        Ok(())
    }

    async fn record(_record: RequestRecord) -> Result<Vec<RecorderCall>, Fault> {
        Ok(Vec::new())
    }

    async fn done(_results: Vec<RecorderResult>) -> Vec<RecorderCall> {
        Vec::new()
    }

    async fn ask(
        _question: AdminQuestion,
        _results: Vec<RecorderResult>,
    ) -> Result<AdminReply, Fault> {
        Ok(AdminReply::Answer(AdminAnswer {
            status: 404,
            content_type: "application/json".to_owned(),
            headers: Vec::new(),
            body: "{}".to_owned(),
        }))
    }

    async fn ready() -> Result<RecorderState, Fault> {
        policy::recorder()?;
        Ok(RecorderState {
            queued_records: 0,
            queued_bytes: 0,
            written_records: 0,
            dropped_records: 0,
            dropped_calls: 0,
            lost_records: 0,
            last_write_unix_ms: None,
            problem: None,
        })
    }
}

postern_contract::recorder::export_recorder!(Recorder);
