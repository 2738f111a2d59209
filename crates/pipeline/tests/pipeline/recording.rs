//! The recorder of the world.

use crate::world::{End, Seen, World};
use postern_pipeline::Recorder;
use postern_types::limiter::Outcome;
use postern_types::recorder::RequestEnding;
use postern_types::recorder::{
    AdminAnswer, AdminQuestion, AdminReply, RecorderCall, RecorderResult, RecorderState,
    RecordingPlan, RequestRecord,
};
use postern_types::{Fault, Usage};
use std::collections::BTreeSet;

impl Seen {
    /// It got one record for each line of the log, which says the same, and the tokens that were settled.
    #[track_caller]
    pub fn check_what_the_recorder_got(&self) {
        assert_eq!(self.kept.len(), self.records.len(), "{:?}", self.records);
        let ids: BTreeSet<_> = self.kept.iter().map(|record| &record.id).collect();
        assert_eq!(ids.len(), self.kept.len(), "{ids:?}");
        for (record, line) in self.kept.iter().zip(&self.records) {
            let ending = match record.ending {
                RequestEnding::Complete => "complete",
                RequestEnding::Refused => "refused",
                RequestEnding::Cut => "cut",
                RequestEnding::ClientGone => "client_gone",
            };
            assert_eq!(line["outcome"], ending, "{record:?}");
            assert_eq!(line.get("fault").is_some(), record.fault.is_some(), "{line}");
            assert_eq!(line["shadow"].as_bool().unwrap_or(false), record.shadow_of.is_some());
            let tried = record.attempts.iter().filter(|attempt| !attempt.is_question);
            let tried: Vec<_> = tried.map(|attempt| attempt.deployment.as_str()).collect();
            let told = line["attempts"].as_array().into_iter().flatten();
            let told: Vec<_> = told.filter_map(|attempt| attempt["deployment"].as_str()).collect();
            assert_eq!(tried, told, "{line}");
        }
        let [record, ..] = self.kept.as_slice() else { return };
        let used = record.usage.map_or(0, |usage| usage.output_tokens);
        if !self.leases.is_empty() && !self.was_cancelled {
            // A vendor may count after its answer has ended and was settled.
            let told = self.records[0]["output_tokens"] == used;
            assert!(told || used == self.settled_tokens(), "{record:?} {:?}", self.leases);
        }
    }

    /// The tokens of answers that leases were settled to.
    fn settled_tokens(&self) -> u64 {
        let usage = |end: &End| match end {
            End::Settled(Outcome::Completed(usage) | Outcome::Interrupted(usage)) => *usage,
            _ => Usage::default(),
        };
        self.leases.values().flatten().map(|end| usage(end).output_tokens).sum()
    }
}

impl Recorder for World {
    fn recording_plan(&self) -> Result<RecordingPlan, Fault> {
        Ok(RecordingPlan { synchronous: false, refuses: false })
    }

    async fn accepts(&self) -> Result<(), Fault> {
        Ok(())
    }

    async fn keep_record(&self, record: RequestRecord) -> Result<Vec<RecorderCall>, Fault> {
        self.kept(record);
        Ok(Vec::new())
    }

    async fn done(&self, _: Vec<RecorderResult>) -> Vec<RecorderCall> {
        Vec::new()
    }

    async fn ask(&self, _: AdminQuestion, _: Vec<RecorderResult>) -> Result<AdminReply, Fault> {
        Ok(AdminReply::Answer(AdminAnswer {
            status: 200,
            content_type: "application/json".to_owned(),
            headers: Vec::new(),
            body: "{}".to_owned(),
        }))
    }

    async fn recorder_ready(&self) -> Result<RecorderState, Fault> {
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
