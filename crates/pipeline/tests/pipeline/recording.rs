//! The recorder of the world.

use crate::exits::{of, whole};
use crate::world::{Attempt, DONE, End, Script, Seen, World, fault, run};
use postern_fault::Kind;
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
        Ok(RecordingPlan { synchronous: self.script().ledger_down, refuses: false })
    }

    async fn accepts(&self) -> Result<(), Fault> {
        Ok(())
    }

    async fn keep_record(
        &self,
        record: RequestRecord,
        is_awaited: bool,
    ) -> Result<Vec<RecorderCall>, Fault> {
        if is_awaited && self.script().ledger_down {
            return Err(fault(Kind::Unavailable, false));
        }
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

#[test]
fn what_cannot_be_recorded_is_refused_and_its_record_says_so() {
    let good = || vec![Attempt::good()];
    for (script, status, ending) in [
        (whole(good()), 503, RequestEnding::Refused),
        (Script { early_head: true, ..whole(good()) }, 503, RequestEnding::Refused),
        (of(good()), 200, RequestEnding::Cut),
        (Script { early_head: true, ..of(good()) }, 200, RequestEnding::Cut),
    ] {
        let seen = run(&Script { ledger_down: true, ..script.clone() });
        assert_eq!(seen.status, Some(status), "{script:?}");
        assert!(!seen.sent.contains(DONE), "{}", seen.sent);
        seen.check_what_the_recorder_got();
        let [record] = seen.kept.as_slice() else { panic!("{:?}", seen.kept) };
        assert_eq!((record.ending, record.status), (ending, Some(status)), "{script:?}");
        assert!(record.usage.is_some(), "the vendor's work is paid for: {record:?}");
    }
}
