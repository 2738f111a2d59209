//! The record of a request: facts about it, never its content. It observes typed events, and is one JSON line.

use crate::access::Access;
use crate::asked::{Asked, AskedModel};
use crate::attempt::Attempted;
use crate::attempt::failure::Failure;
use crate::found::{Direction, Found};
use crate::used::Used;
use postern_fault::{CLIENT_LEFT, Fault, shown};
use postern_types::auth::{Action, Decision};
use postern_types::guardrail::Finding;
use postern_types::limiter::{Admission, LeaseSettlement};
use postern_types::provider::Loss;
use postern_types::{Caller, Deployment, Price, RequestFacts, Usage};
use serde::Serialize;
use serde_json::value::RawValue;

/// The outcome of a request whose client left before its end.
const CLIENT_GONE: &str = "client_gone";

/// The number of losses that are named; a request can have a hundred thousand, and its line must stay short.
const MAX_LOSSES: usize = 64;

/// The events of a request. No event carries a prompt, an answer or a credential.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Event<'a> {
    /// It is a probe of the platform's.
    Probed,
    /// The path, without its query.
    Path(&'a str),
    Authenticated(&'a Caller),
    /// The id of the credential, if it could be read.
    NotAuthenticated(Option<String>),
    /// The actions that the request needs.
    Asked(&'a [Action]),
    /// The decision on a deployment, or on the gateway itself.
    Decided(Option<&'a Deployment>, &'a Decision),
    /// The body was read; its facts and its length in bytes.
    Read(&'a RequestFacts, usize),
    /// The router's decision, a JSON object.
    Routed(&'a str),
    /// What the guardrail has found in a text that goes this way.
    Found(&'a [Finding], Direction),
    /// What became of questions to models about a text that goes this way.
    AskedModels(&'a [Asked], Direction),
    Admitted(&'a Admission),
    /// The limiter rejected it; the limit as text, if a limit did.
    Rejected(Option<&'a str>),
    /// This model or alias replaces the requested one.
    Downgraded(&'a str),
    /// The lease could not be settled.
    Unsettled(String),
    /// What the lease was settled to.
    Settled(&'a LeaseSettlement),
    /// A deployment is tried.
    Attempted(&'a Deployment),
    /// The vendor has answered, with this status.
    VendorAnswered(u16),
    /// It did not answer.
    AttemptFailed(&'a Fault),
    /// It has begun to answer: this answer is the client's.
    AttemptAnswered,
    /// Another one has answered before it.
    AttemptCancelled,
    /// This fault has a vendor's texts.
    SaidByVendor(&'a Fault),
    /// This member of the request was added: the cap on the answer.
    Added(&'static str),
    /// The losses of the translation.
    Lost(&'a [Loss]),
    /// The answer is not valid, and the model is asked once more: what follows is used beside what was used.
    Repairing,
    /// The usage, if it is known, and the price of its tokens.
    Used(Option<Usage>, Option<&'a Price>),
    /// Why ids in the answer have no owner: the owner could not be recorded.
    Unbound(Option<String>),
    /// The head of the answer has this status.
    Answered(u16),
    /// It is a copy for a candidate.
    Shadow,
    /// The head left before the answer began.
    HeadLeftEarly,
    /// This many bytes were sent to the client.
    Sent(usize),
    /// It failed: before the head, or within a stream that had begun with success.
    Failed(&'a Fault),
    /// The client has all of it.
    Completed,
    /// The client left before it had all.
    ClientGone,
}

/// One line of the log. No field can hold a prompt, an answer or a credential.
#[derive(Default, Serialize)]
pub struct Record {
    /// The time of writing, in milliseconds since 1970-01-01T00:00:00Z.
    unix_ms: u64,
    request_id: String,
    /// Its trace context, as the vendor got it.
    traceparent: String,
    /// A copy for a candidate, whose answer no one got and whose cost is on no limit.
    #[serde(skip_serializing_if = "is_false")]
    shadow: bool,
    /// The path without its query, which may contain anything.
    path: String,
    status: u16,
    /// The head left before the answer began, so that it could not say what was known later.
    #[serde(skip_serializing_if = "is_false")]
    early_head: bool,
    /// `complete`, `refused`, `cut` (the vendor's stream broke) or `client_gone`.
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    consumer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    /// The issuer of the caller's token, by its name in `issuers.toml`; none for an API key.
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    /// The id of the key, or a hash of the token's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    credential_id: Option<String>,
    /// The decisions on its actions.
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<Access>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    /// Which deployments could serve it, in which order and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    routing: Option<Box<RawValue>>,
    /// The attempts, in the order in which they began.
    #[serde(skip_serializing_if = "Attempted::is_empty")]
    attempts: Attempted,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<Failure>,
    /// What the guardrail has found, and done.
    #[serde(skip_serializing_if = "Found::is_empty")]
    guardrail: Found,
    /// What models were asked about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    opinions: Vec<AskedModel>,
    /// What was said of its limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    limits: Option<Limits>,
    /// Why ids in the answer have no owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    ids_unbound: Option<String>,
    /// The tokens, and their cost.
    #[serde(flatten)]
    used: Used,
    /// Of these, those of answers that were not valid.
    #[serde(skip)]
    used_before: Option<Used>,
    /// What the gateway added to the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    added: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    losses: Vec<String>,
    /// The number of further losses.
    #[serde(skip_serializing_if = "is_zero")]
    losses_left_out: usize,
    request_bytes: usize,
    response_bytes: usize,
    duration_us: u64,
    /// Codes and fields that a vendor named: its own words, which may quote the prompt.
    #[serde(skip)]
    of_vendors: Vec<String>,
    /// The time of the next event, from the request's arrival. It is only kept for events of attempts.
    #[serde(skip)]
    elapsed_us: u64,
}

/// The limiter's part of the record.
#[derive(Default, Serialize)]
struct Limits {
    /// The reservation of the last attempt.
    reserved_tokens: u64,
    reserved_nano_usd: u64,
    /// Limits that are nearly used up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    /// The limit that rejected it.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused_by: Option<String>,
    /// The model that replaced the requested one.
    #[serde(skip_serializing_if = "Option::is_none")]
    downgraded_to: Option<String>,
    /// What could not be counted, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    uncounted: Option<String>,
}

fn is_false(value: &bool) -> bool {
    !*value
}

impl Limits {
    /// Adds those of an attempt by itself; its reservation is the request's if it has answered.
    fn absorb(&mut self, attempt: Limits, is_answer: bool) {
        self.uncounted = attempt.uncounted.or(self.uncounted.take());
        if is_answer && attempt.reserved_tokens > 0 {
            self.reserved_tokens = attempt.reserved_tokens;
            self.reserved_nano_usd = attempt.reserved_nano_usd;
            self.warnings = attempt.warnings;
        }
    }
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Event<'_> {
    /// Whether an attempt begins or ends with it: its time is recorded.
    pub(crate) fn is_of_attempt(&self) -> bool {
        matches!(
            self,
            Event::Attempted(_)
                | Event::AttemptFailed(_)
                | Event::AttemptAnswered
                | Event::AttemptCancelled
        )
    }
}

impl Record {
    /// The next event happens now, so long after the request's arrival.
    pub(crate) fn at(&mut self, elapsed_us: u64) {
        self.elapsed_us = elapsed_us;
    }

    /// Adds what was observed of an attempt by itself. Of one that has not answered, what its answer would have been is not the
    /// request's.
    pub(crate) fn absorb(&mut self, attempt: Record, is_answer: bool) {
        self.attempts.absorb(attempt.attempts);
        self.of_vendors.extend(attempt.of_vendors);
        self.opinions.extend(attempt.opinions);
        self.guardrail.absorb(attempt.guardrail);
        if let Some(of_attempt) = attempt.limits {
            self.limits().absorb(of_attempt, is_answer);
        }
        if is_answer {
            self.losses = attempt.losses;
            self.losses_left_out = attempt.losses_left_out;
            self.ids_unbound = attempt.ids_unbound.or(self.ids_unbound.take());
            self.used = self.used_before.map_or(attempt.used, |before| attempt.used.after(before));
        }
    }

    /// Records an event.
    pub(crate) fn on(&mut self, event: Event<'_>) {
        match event {
            Event::Path(path) => self.path = shown(path),
            Event::Authenticated(caller) => self.authenticated(caller),
            Event::NotAuthenticated(credential_id) => self.credential_id = credential_id,
            Event::Asked(actions) => self.asked(actions),
            Event::Decided(deployment, decision) => self.decided(deployment, decision),
            Event::Read(facts, bytes) => self.read(facts, bytes),
            // What is not JSON is not written.
            Event::Routed(decision) => {
                self.routing = RawValue::from_string(decision.to_owned()).ok()
            }
            Event::Found(findings, direction) => self.guardrail.add(findings, direction),
            Event::AskedModels(asked, direction) => {
                self.opinions.extend(asked.iter().map(|one| AskedModel::new(one, direction)));
            }
            Event::Admitted(admission) => self.admitted(admission),
            Event::Rejected(Some(limit)) => self.limits().refused_by = Some(limit.to_owned()),
            Event::Rejected(None) => {}
            Event::Downgraded(to) => self.limits().downgraded_to = Some(to.to_owned()),
            Event::Unsettled(why) => self.limits().uncounted = Some(why),
            Event::Attempted(deployment) => self.attempts.begin(&deployment.name, self.elapsed_us),
            Event::AttemptFailed(fault) => {
                let failure = Failure::new(fault, &self.of_vendors);
                self.attempts.failed(failure, self.elapsed_us);
            }
            Event::AttemptAnswered => self.attempts.answered(self.elapsed_us),
            Event::AttemptCancelled => self.attempts.cancelled(self.elapsed_us),
            // The host's word, not the vendor's.
            Event::SaidByVendor(fault) if fault.code.as_deref() == Some(CLIENT_LEFT) => {}
            Event::SaidByVendor(fault) => {
                self.of_vendors.extend(fault.code.iter().chain(&fault.param).cloned());
            }
            Event::Added(member) => self.added = Some(member),
            Event::Lost(losses) => self.lost(losses),
            Event::Repairing => self.used_before = Some(self.used),
            Event::Used(usage, price) => {
                let used = Used::of(usage, price);
                self.used = self.used_before.map_or(used, |before| used.after(before));
            }
            Event::Unbound(why) => self.ids_unbound = why.or(self.ids_unbound.take()),
            Event::Answered(status) => self.status = status,
            Event::Shadow => self.shadow = true,
            Event::HeadLeftEarly => {
                self.early_head = true;
                self.status = 200;
            }
            Event::Sent(bytes) => self.response_bytes = self.response_bytes.saturating_add(bytes),
            Event::Failed(fault) => self.failed(fault),
            Event::Completed if self.outcome.is_empty() => self.outcome = "complete",
            Event::Completed => {}
            Event::ClientGone => self.outcome = CLIENT_GONE,
            // For the recorder alone.
            Event::Probed | Event::Settled(_) | Event::VendorAnswered(_) => {}
        }
    }

    /// Ends the record. A request that is dropped without an outcome is one whose client has left.
    pub(crate) fn end(
        &mut self,
        unix_ms: u64,
        request_id: String,
        traceparent: String,
        duration_us: u64,
    ) {
        self.unix_ms = unix_ms;
        self.request_id = request_id;
        self.traceparent = traceparent;
        self.duration_us = duration_us;
        self.attempts.left(duration_us);
        if self.outcome.is_empty() {
            self.outcome = CLIENT_GONE;
        }
    }

    /// One line of JSON, without its line end.
    pub fn to_json(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    fn limits(&mut self) -> &mut Limits {
        self.limits.get_or_insert_default()
    }

    fn authenticated(&mut self, caller: &Caller) {
        self.consumer = Some(caller.consumer.clone());
        self.team.clone_from(&caller.team);
        self.tenant.clone_from(&caller.tenant);
        self.issuer.clone_from(&caller.issuer);
        self.credential_id = Some(caller.credential_id.clone());
    }

    fn asked(&mut self, actions: &[Action]) {
        self.access = Some(Access::of(actions));
    }

    fn decided(&mut self, deployment: Option<&Deployment>, decision: &Decision) {
        if let Some(access) = &mut self.access {
            access.decided(deployment, decision);
        }
    }

    fn read(&mut self, facts: &RequestFacts, bytes: usize) {
        self.model = Some(shown(&facts.model));
        self.stream = Some(facts.stream);
        self.request_bytes = bytes;
    }

    fn admitted(&mut self, admission: &Admission) {
        if admission.lease.is_empty() && admission.uncounted.is_none() {
            return;
        }
        let limits = self.limits();
        limits.reserved_tokens = admission.reserved_tokens;
        limits.reserved_nano_usd = admission.reserved_nano_usd;
        limits.warnings.clone_from(&admission.warnings);
        limits.uncounted.clone_from(&admission.uncounted);
    }

    fn lost(&mut self, losses: &[Loss]) {
        self.losses = losses.iter().take(MAX_LOSSES).map(|loss| shown(&loss.path)).collect();
        self.losses_left_out = losses.len().saturating_sub(MAX_LOSSES);
    }

    fn failed(&mut self, fault: &Fault) {
        self.fault = Some(Failure::new(fault, &self.of_vendors));
        self.outcome = if (200..300).contains(&self.status) { "cut" } else { "refused" };
    }
}
