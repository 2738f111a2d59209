//! What is remembered of a request: facts about it, never its content. It observes typed events, and is one JSON line.

use crate::found::{Direction, Found};
use postern_dialect::vendor_words::{is_known_field, is_known_word};
use postern_fault::{Fault, shown};
use postern_types::auth::{Action, Decision};
use postern_types::guardrail::Finding;
use postern_types::limiter::Admission;
use postern_types::provider::Loss;
use postern_types::{Caller, Deployment, Price, RequestFacts, Usage};
use serde::Serialize;

/// The outcome of a request whose client did not wait for its end.
const CLIENT_GONE: &str = "client_gone";

/// Losses that are named; a request can have a hundred thousand, and its line is to stay one.
const MAX_LOSSES: usize = 64;

/// Refused deployments that are named; an alias has a handful.
const MAX_REFUSED: usize = 16;

/// What happens to a request. No event carries a prompt, an answer or a credential.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Event<'a> {
    /// The path, without its query.
    Path(&'a str),
    Authenticated(&'a Caller),
    /// The id of the credential, if it could be read.
    NotAuthenticated(Option<String>),
    /// What the caller wants to do.
    Asked(&'a [Action]),
    /// What was decided of a deployment, or of the gateway itself.
    Decided(Option<&'a Deployment>, &'a Decision),
    /// The body was read; it has so many bytes.
    Read(&'a RequestFacts, usize),
    /// What the guardrail has found in a text that goes this way.
    Found(&'a [Finding], Direction),
    Admitted(&'a Admission),
    /// The limit in words, if it was one.
    Rejected(Option<&'a str>),
    /// This model or alias takes the place of the one asked for.
    Downgraded(&'a str),
    /// What was used could not be put in the place of what was reserved.
    Unsettled(String),
    /// A deployment is tried.
    Attempted(&'a Deployment),
    /// The deployment tried last did not answer.
    AttemptFailed(&'a Fault),
    /// This fault is told in a vendor's words.
    SaidByVendor(&'a Fault),
    /// What the vendor's dialect could not carry.
    Lost(&'a [Loss]),
    /// The usage, if it is known, and the price of its tokens.
    Used(Option<Usage>, Option<&'a Price>),
    /// Why ids in the answer are nobody's: that they were handed out could not be written down.
    Unbound(Option<String>),
    /// The head of the answer has this status.
    Answered(u16),
    /// So many bytes went out to the client.
    Sent(usize),
    /// It failed: before the head, or in the midst of a stream that had begun well.
    Failed(&'a Fault),
    /// The client has all of it.
    Completed,
    /// The client left before it had all.
    ClientGone,
}

/// One line of the log. No field can hold a prompt, an answer or a credential.
#[derive(Default, Serialize)]
pub struct Record {
    /// When it was written, in milliseconds since 1970-01-01T00:00:00Z.
    unix_ms: u64,
    request_id: String,
    /// The trace it belongs to, as the vendor got it.
    traceparent: String,
    /// The path without its query, which may hold anything.
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
    /// The issuer of the caller's token, as `issuers.toml` calls it; none for an API key.
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    /// The id of the key, or a hash of the token's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    credential_id: Option<String>,
    /// What was decided of its actions.
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<Access>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    /// The deployments tried, in order; the last one answered or failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deployments: Vec<String>,
    /// Why the earlier ones did not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed_attempts: Vec<Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<Failure>,
    /// What the guardrail has found, and done.
    #[serde(skip_serializing_if = "Found::is_empty")]
    guardrail: Found,
    /// What was said of its limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    limits: Option<Limits>,
    /// Why ids in the answer are nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    ids_unbound: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cached_input_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_write_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_tokens: Option<u64>,
    /// The vendor gave no count: these were made here.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    tokens_estimated: bool,
    /// What the catalogue's prices make of the tokens, in 10^-9 US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_nano_usd: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    losses: Vec<String>,
    /// How many more there were.
    #[serde(skip_serializing_if = "is_zero")]
    losses_left_out: usize,
    request_bytes: usize,
    response_bytes: usize,
    duration_us: u64,
    /// Codes and fields that a vendor named: its own words, which may quote the prompt.
    #[serde(skip)]
    of_vendors: Vec<String>,
}

/// What authorization said.
#[derive(Default, Serialize)]
struct Access {
    actions: Vec<&'static str>,
    /// Something was left that may be used.
    allowed: bool,
    /// The policies that allowed the first of it, by their ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    policies: Vec<String>,
    /// What may not be used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused: Vec<RefusedUse>,
}

/// A deployment that this caller may not use so, or the gateway itself.
#[derive(Serialize)]
struct RefusedUse {
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment: Option<String>,
    /// The policies that forbid it; none: no policy allows it.
    policies: Vec<String>,
}

/// What the limiter said.
#[derive(Default, Serialize)]
struct Limits {
    /// What was reserved for the attempt that was made last.
    reserved_tokens: u64,
    reserved_nano_usd: u64,
    /// Of which limits little is left.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    /// The limit that did not admit it.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused_by: Option<String>,
    /// What was used in place of the model asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    downgraded_to: Option<String>,
    /// What could not be counted, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    uncounted: Option<String>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// A fault as the operator reads it: without the public text, which may repeat what a vendor said of the caller's request.
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
    /// `of_vendors` are words that a vendor chose: of these only what any API's reference has is written down.
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
    /// Take note of an event.
    pub(crate) fn on(&mut self, event: Event<'_>) {
        match event {
            Event::Path(path) => self.path = shown(path),
            Event::Authenticated(caller) => self.authenticated(caller),
            Event::NotAuthenticated(credential_id) => self.credential_id = credential_id,
            Event::Asked(actions) => self.asked(actions),
            Event::Decided(deployment, decision) => self.decided(deployment, decision),
            Event::Read(facts, bytes) => self.read(facts, bytes),
            Event::Found(findings, direction) => self.guardrail.add(findings, direction),
            Event::Admitted(admission) => self.admitted(admission),
            Event::Rejected(Some(limit)) => self.limits().refused_by = Some(limit.to_owned()),
            Event::Rejected(None) => {}
            Event::Downgraded(to) => self.limits().downgraded_to = Some(to.to_owned()),
            Event::Unsettled(why) => self.limits().uncounted = Some(why),
            Event::Attempted(deployment) => self.deployments.push(deployment.name.clone()),
            Event::AttemptFailed(fault) => {
                self.failed_attempts.push(Failure::new(fault, &self.of_vendors));
            }
            Event::SaidByVendor(fault) => {
                self.of_vendors.extend(fault.code.iter().chain(&fault.param).cloned());
            }
            Event::Lost(losses) => self.lost(losses),
            Event::Used(usage, price) => self.used(usage, price),
            Event::Unbound(why) => self.ids_unbound = why.or(self.ids_unbound.take()),
            Event::Answered(status) => self.status = status,
            Event::Sent(bytes) => self.response_bytes = self.response_bytes.saturating_add(bytes),
            Event::Failed(fault) => self.failed(fault),
            Event::Completed if self.outcome.is_empty() => self.outcome = "complete",
            Event::Completed => {}
            Event::ClientGone => self.outcome = CLIENT_GONE,
        }
    }

    /// Nothing more will happen. Dropped without an outcome, it is one whose client has left.
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

    /// One line of JSON, without its end.
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
        let actions = actions.iter().map(|action| action.word()).collect();
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

    fn used(&mut self, usage: Option<Usage>, price: Option<&Price>) {
        self.input_tokens = usage.map(|usage| usage.input_tokens);
        self.cached_input_tokens = usage.map(|usage| usage.cached_input_tokens);
        self.cache_write_tokens = usage.map(|usage| usage.cache_write_tokens);
        self.output_tokens = usage.map(|usage| usage.output_tokens);
        self.reasoning_tokens = usage.map(|usage| usage.reasoning_tokens);
        self.tokens_estimated = usage.is_some_and(|usage| usage.estimated);
        self.cost_nano_usd = usage.zip(price).map(|(usage, price)| price.cost_nano_usd(&usage));
    }

    fn failed(&mut self, fault: &Fault) {
        self.fault = Some(Failure::new(fault, &self.of_vendors));
        self.outcome = if (200..300).contains(&self.status) { "cut" } else { "refused" };
    }
}
