//! What the router is told of a request's attempts, for its decisions on later ones.

use crate::attempt::deadline::REQUEST_TIME_OVER;
use crate::in_flight::GATEWAY_OVERLOADED;
use crate::record::Event;
use postern_fault::{CLIENT_LEFT, Fault};
use postern_types::router::{AttemptFailure, AttemptOutcome, Observations, ObservedAttempt};
use postern_types::{self as types, Deployment};
use serde::Serialize;

const NS_PER_MS: u64 = 1_000_000;

/// The attempts of a request, as its events tell of them.
#[derive(Default)]
pub struct Observing {
    memos: Vec<String>,
    /// Those under way, in the order of their beginnings.
    open: Vec<Open>,
    ended: Vec<ObservedAttempt>,
    /// What is told to people.
    tried: Vec<TriedAttempt>,
}

/// The codes of faults that are the client's, the request's or the gateway's own, whatever their kind: the deployment would have
/// answered.
const OF_NO_DEPLOYMENT: [&str; 3] = [CLIENT_LEFT, GATEWAY_OVERLOADED, REQUEST_TIME_OVER];

/// The attempts that are told to people: an alias has a handful.
const MAX_TRIED: usize = 16;

/// An attempt, for the record and for a caller who asks.
#[derive(Debug, Clone, Serialize)]
pub struct TriedAttempt {
    pub deployment: String,
    /// `answered`, `failed`, `cancelled`, or `under_way`.
    pub outcome: &'static str,
    /// The kind of the fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// From its beginning to the first token of a stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_token_ms: Option<u32>,
    pub duration_ms: u32,
}

struct Open {
    deployment: String,
    began_ns: u64,
    first_token_ns: Option<u64>,
    output_tokens: u64,
}

impl Open {
    fn tried(&self, outcome: &'static str, kind: Option<String>, now_ns: u64) -> TriedAttempt {
        TriedAttempt {
            deployment: self.deployment.clone(),
            outcome,
            kind,
            first_token_ms: self.first_token_ns.map(|at| ms(self.began_ns, at)),
            duration_ms: ms(self.began_ns, now_ns),
        }
    }
}

impl Observing {
    /// The router has decided.
    pub fn routed(&mut self, memo: String) {
        self.memos.push(memo);
    }

    /// Adds the attempts of a fork.
    pub fn absorb(&mut self, fork: Observing) {
        let Observing { memos: _, open, ended, tried } = fork;
        self.open.extend(open);
        self.ended.extend(ended);
        self.tried.extend(tried);
    }

    /// Takes from an event what it says of attempts.
    pub fn on(&mut self, event: &Event<'_>, now_ns: impl FnOnce() -> u64) {
        match event {
            Event::Attempted(deployment) => self.begin(deployment, now_ns()),
            Event::Used(Some(usage), _) => {
                if let Some(open) = self.open.last_mut() {
                    open.output_tokens = usage.output_tokens;
                }
            }
            Event::AttemptFailed(fault) | Event::Failed(fault) => self.failed(fault, now_ns()),
            Event::AttemptCancelled => self.end(AttemptOutcome::Cancelled, now_ns()),
            // What is asked once more was an answer.
            Event::Completed | Event::ClientGone | Event::Repairing => self.answered(now_ns()),
            _ => {}
        }
    }

    fn begin(&mut self, deployment: &Deployment, began_ns: u64) {
        let deployment = deployment.name.clone();
        self.open.push(Open { deployment, began_ns, first_token_ns: None, output_tokens: 0 });
    }

    /// The first token of a stream is there.
    pub fn first_token(&mut self, now_ns: u64) {
        if let Some(open) = self.open.last_mut() {
            open.first_token_ns.get_or_insert(now_ns);
        }
    }

    fn failed(&mut self, fault: &Fault, now_ns: u64) {
        let says_nothing =
            fault.code.as_deref().is_some_and(|code| OF_NO_DEPLOYMENT.contains(&code));
        let kind = match says_nothing {
            true => types::FaultKind::Unavailable,
            false => types::Fault::from(fault.clone()).kind,
        };
        let retry_after_ms = fault.retry_after_ms.filter(|_| !says_nothing);
        self.end(AttemptOutcome::Failed(AttemptFailure { kind, retry_after_ms }), now_ns);
    }

    /// The answer has ended, or its client has left: what came was an answer.
    fn answered(&mut self, now_ns: u64) {
        self.end(AttemptOutcome::Answered, now_ns);
    }

    /// The attempts so far.
    pub fn tried(&self, now_ns: u64) -> Vec<TriedAttempt> {
        let under_way = self.open.iter().map(|open| open.tried("under_way", None, now_ns));
        self.tried.iter().cloned().chain(under_way).take(MAX_TRIED).collect()
    }

    fn end(&mut self, outcome: AttemptOutcome, now_ns: u64) {
        let Some(open) = self.open.pop() else { return };
        let (word, kind) = match &outcome {
            AttemptOutcome::Answered => ("answered", None),
            // As in the record's faults.
            AttemptOutcome::Failed(failure) => ("failed", Some(word(failure.kind))),
            AttemptOutcome::Cancelled => ("cancelled", None),
        };
        self.tried.push(open.tried(word, kind, now_ns));
        self.ended.push(ObservedAttempt {
            deployment: open.deployment,
            outcome,
            first_token_ms: open.first_token_ns.map(|at| ms(open.began_ns, at)),
            duration_ms: ms(open.began_ns, now_ns),
            output_tokens: open.output_tokens,
        });
    }

    /// What failed before the answer that has begun; none if nothing did.
    pub fn failures(&mut self, unix_ms: impl FnOnce() -> u64) -> Option<Observations> {
        let serving = self.open.last()?.deployment.clone();
        if self.ended.is_empty() {
            return None;
        }
        let attempts = std::mem::take(&mut self.ended);
        let (memos, unix_ms) = (self.memos.clone(), unix_ms());
        Some(Observations { memos, attempts, serving: Some(serving), unix_ms })
    }

    /// What is left to tell at the end; none if no decision was made.
    pub fn finish(&mut self, unix_ms: u64) -> Option<Observations> {
        if self.memos.is_empty() {
            return None;
        }
        let (memos, attempts) = (std::mem::take(&mut self.memos), std::mem::take(&mut self.ended));
        Some(Observations { memos, attempts, serving: None, unix_ms })
    }
}

/// The name of a kind, without that of its type.
fn word(kind: types::FaultKind) -> String {
    let shown = format!("{kind:?}");
    shown.rsplit(':').next().unwrap_or_default().to_owned()
}

fn ms(from_ns: u64, until_ns: u64) -> u32 {
    u32::try_from(until_ns.saturating_sub(from_ns) / NS_PER_MS).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_fault::Kind;
    use postern_types::Usage;

    fn deployment(name: &str) -> Deployment {
        let (name, provider, model) = (name.to_owned(), "p".to_owned(), "m".to_owned());
        Deployment { name, model, route: None, provider, region: None }
    }

    #[test]
    fn tells_failures_while_the_answer_comes_and_the_rest_at_its_end() {
        let mut observing = Observing::default();
        assert_eq!(observing.finish(1), None, "nothing was decided");
        observing.routed("memo".to_owned());
        let (one, other) = (deployment("p/one"), deployment("p/other"));
        let fault = Fault { retry_after_ms: Some(7), ..Fault::new(Kind::Overloaded, "no") };
        observing.on(&Event::Attempted(&one), || 0);
        observing.on(&Event::AttemptFailed(&fault), || 40 * NS_PER_MS);
        observing.on(&Event::Attempted(&other), || 50 * NS_PER_MS);
        observing.first_token(150 * NS_PER_MS);
        let told = observing.failures(|| 9).unwrap();
        assert_eq!((told.serving.as_deref(), told.memos.len()), (Some("p/other"), 1));
        let failure =
            AttemptFailure { kind: types::FaultKind::Overloaded, retry_after_ms: Some(7) };
        assert_eq!(observing.tried(0)[0].kind.as_deref(), Some("Overloaded"));
        let [failed] = told.attempts.as_slice() else { panic!("{told:?}") };
        assert_eq!((failed.deployment.as_str(), failed.duration_ms), ("p/one", 40));
        assert_eq!(failed.outcome, AttemptOutcome::Failed(failure));
        assert_eq!(observing.failures(|| 9), None, "once");
        let usage = Usage { output_tokens: 12, ..Usage::default() };
        observing.on(&Event::Used(Some(usage), None), || 900 * NS_PER_MS);
        observing.on(&Event::Completed, || 950 * NS_PER_MS);
        let told = observing.finish(10).unwrap();
        let [answered] = told.attempts.as_slice() else { panic!("{told:?}") };
        assert_eq!(answered.outcome, AttemptOutcome::Answered);
        assert_eq!((answered.first_token_ms, answered.duration_ms), (Some(100), 900));
        assert_eq!((answered.output_tokens, told.serving), (12, None));
        assert_eq!(observing.finish(11), None);
    }

    #[test]
    fn what_is_not_the_deployments_fault_says_nothing_of_it() {
        for code in OF_NO_DEPLOYMENT {
            for kind in [Kind::UpstreamUnreachable, Kind::RateLimited, Kind::UpstreamTimeout] {
                let mut observing = Observing::default();
                observing.routed("memo".to_owned());
                observing.on(&Event::Attempted(&deployment("p/one")), || 0);
                let fault =
                    Fault { retry_after_ms: Some(9), ..Fault::new(kind, "no").with_code(code) };
                observing.on(&Event::Failed(&fault), || NS_PER_MS);
                observing.on(&Event::ClientGone, || NS_PER_MS);
                let told = observing.finish(1).unwrap();
                let [attempt] = told.attempts.as_slice() else { panic!("{told:?}") };
                let nothing =
                    AttemptFailure { kind: types::FaultKind::Unavailable, retry_after_ms: None };
                assert_eq!(attempt.outcome, AttemptOutcome::Failed(nothing), "{code}");
            }
        }
    }
}
