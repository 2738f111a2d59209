//! The recorder of the world.

use crate::exits::{of, whole};
use crate::world::{Asked, Attempt, DONE, End, Script, Seen, World, fault, run};
use postern_fault::Kind;
use postern_pipeline::Recorder;
use postern_types::delegation::{
    BasicCredential, DelegatedCall, FormPost, HashFunction, Mac, Sealing, Unsealing,
};
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
            let own = record.attempts.iter().filter(|attempt| !attempt.is_question);
            let own: u64 = own.filter_map(|own| own.usage).map(|usage| usage.output_tokens).sum();
            let line = &self.records[0]["output_tokens"];
            let told = *line == used || *line == own;
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

    async fn ask(
        &self,
        _: AdminQuestion,
        results: Vec<RecorderResult>,
    ) -> Result<AdminReply, Fault> {
        if let (Some(call), []) = (self.script().recorder_wants, results.as_slice()) {
            return Ok(AdminReply::Calls(vec![RecorderCall { id: 1, call: call() }]));
        }
        Ok(AdminReply::Answer(AdminAnswer {
            status: 200,
            content_type: "application/json".to_owned(),
            headers: Vec::new(),
            body: format!("{:?}", results.first().map(|result| &result.outcome)),
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

#[test]
fn who_may_not_scrape_is_on_record_and_who_may_is_a_probe() {
    let scrape = Script { asked: Asked::Metrics, ..Script::default() };
    for (script, status, records) in [
        (scrape.clone(), 200, 0),
        (Script { permitted: false, ..scrape.clone() }, 403, 1),
        (Script { authenticated: false, ..scrape.clone() }, 401, 1),
    ] {
        let seen = run(&script);
        assert_eq!((seen.status, seen.kept.len()), (Some(status), records), "{script:?}");
        assert!(seen.kept.iter().all(|record| record.ending == RequestEnding::Refused));
    }
}

#[test]
fn the_recorder_gets_nothing_opened_or_sealed() {
    fn text() -> String {
        "guardrail_key".to_owned()
    }
    let mac = || {
        DelegatedCall::Mac(Mac { variable: text(), hash: HashFunction::Sha256, message: text() })
    };
    let form = || {
        let credential = BasicCredential { user: text(), variable: text() };
        DelegatedCall::Form(FormPost { url: text(), credential, body: text(), deadline_ms: 1 })
    };
    let seal = || DelegatedCall::Seal(Sealing { variable: text(), text: text(), context: text() });
    let unseal =
        || DelegatedCall::Unseal(Unsealing { variable: text(), sealed: text(), context: text() });
    for (call, is_made) in
        [(mac as fn() -> DelegatedCall, true), (form, false), (seal, false), (unseal, false)]
    {
        let asked = Asked::Metrics;
        let seen = run(&Script { asked, recorder_wants: Some(call), ..Script::default() });
        assert_eq!(seen.sent.contains("Failed"), !is_made, "{}", seen.sent);
    }
}
