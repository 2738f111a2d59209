//! The record of a request: facts about it, never its content. It observes typed events, and is one JSON line.

use crate::asked::{Asked, AskedModel};
use crate::found::{Direction, Found};
use crate::observations::TriedAttempt;
use crate::used::Used;
use postern_dialect::vendor_words::{is_known_field, is_known_word};
use postern_fault::{CLIENT_LEFT, Fault, shown};
use postern_types::auth::{Action, Decision};
use postern_types::guardrail::Finding;
use postern_types::limiter::Admission;
use postern_types::provider::Loss;
use postern_types::{Caller, Deployment, Price, RequestFacts, Usage};
use serde::Serialize;
use serde_json::value::RawValue;

/// The outcome of a request whose client left before its end.
const CLIENT_GONE: &str = "client_gone";

/// The number of losses that are named; a request can have a hundred thousand, and its line must stay short.
const MAX_LOSSES: usize = 64;

/// The number of refused deployments that are named; an alias has a handful.
const MAX_REFUSED: usize = 16;

/// The events of a request. No event carries a prompt, an answer or a credential.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Event<'a> {
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
    /// A deployment is tried.
    Attempted(&'a Deployment),
    /// The last deployment did not answer.
    AttemptFailed(&'a Fault),
    /// This fault has a vendor's texts.
    SaidByVendor(&'a Fault),
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
    /// The path without its query, which may contain anything.
    path: String,
    status: u16,
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
    /// The deployments that were tried, in order; the last one answered or failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deployments: Vec<String>,
    /// How each ended and how long it took.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attempts: Vec<TriedAttempt>,
    /// Why the earlier ones failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed_attempts: Vec<Failure>,
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
}

/// The decisions of authorization.
#[derive(Default, Serialize)]
struct Access {
    actions: Vec<&'static str>,
    /// At least one deployment is allowed.
    allowed: bool,
    /// The policies that allowed the first one, by their ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    policies: Vec<String>,
    /// The refused deployments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused: Vec<RefusedUse>,
}

/// A deployment that this caller may not use for this request, or the gateway itself.
#[derive(Serialize)]
struct RefusedUse {
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment: Option<String>,
    /// The policies that forbid it; none: no policy permits it.
    policies: Vec<String>,
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

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// A fault for the operator: without the public text, which may repeat a vendor's text about the caller's request.
#[derive(Serialize)]
struct Failure {
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    param: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private: Option<String>,
}

impl Failure {
    /// `of_vendors` are words that a vendor chose: only those that some API's reference has are written.
    fn new(fault: &Fault, of_vendors: &[String]) -> Self {
        let is_ours = |word: &&str| !of_vendors.iter().any(|each| each == word);
        let code = fault.code.as_deref();
        let param = fault.param.as_deref();
        Failure {
            kind: format!("{:?}", fault.kind),
            code: code.filter(|code| is_ours(code) || is_known_word(code)).map(shown),
            param: param.filter(|param| is_ours(param) || is_known_field(param)).map(shown),
            private: fault.private.clone(),
        }
    }
}

impl Record {
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
            Event::Attempted(deployment) => self.deployments.push(deployment.name.clone()),
            Event::AttemptFailed(fault) => {
                self.failed_attempts.push(Failure::new(fault, &self.of_vendors));
            }
            // The host's word, not the vendor's.
            Event::SaidByVendor(fault) if fault.code.as_deref() == Some(CLIENT_LEFT) => {}
            Event::SaidByVendor(fault) => {
                self.of_vendors.extend(fault.code.iter().chain(&fault.param).cloned());
            }
            Event::Lost(losses) => self.lost(losses),
            Event::Repairing => self.used_before = Some(self.used),
            Event::Used(usage, price) => {
                let used = Used::of(usage, price);
                self.used = self.used_before.map_or(used, |before| used.after(before));
            }
            Event::Unbound(why) => self.ids_unbound = why.or(self.ids_unbound.take()),
            Event::Answered(status) => self.status = status,
            Event::Sent(bytes) => self.response_bytes = self.response_bytes.saturating_add(bytes),
            Event::Failed(fault) => self.failed(fault),
            Event::Completed if self.outcome.is_empty() => self.outcome = "complete",
            Event::Completed => {}
            Event::ClientGone => self.outcome = CLIENT_GONE,
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
        if self.outcome.is_empty() {
            self.outcome = CLIENT_GONE;
        }
    }

    /// The attempts, when all have ended.
    pub(crate) fn tried(&mut self, attempts: Vec<TriedAttempt>) {
        self.attempts = attempts;
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
        let actions = actions.iter().map(|action| action.as_str()).collect();
        self.access = Some(Access { actions, ..Access::default() });
    }

    fn decided(&mut self, deployment: Option<&Deployment>, decision: &Decision) {
        let Some(access) = &mut self.access else { return };
        if decision.denied.is_none() {
            if !access.allowed {
                access.policies.clone_from(&decision.policies);
            }
            access.allowed = true;
        } else if access.refused.len() < MAX_REFUSED {
            access.refused.push(RefusedUse {
                deployment: deployment.map(|deployment| deployment.name.clone()),
                policies: decision.policies.clone(),
            });
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
