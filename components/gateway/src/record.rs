//! What is remembered of a request: facts about it, never its content. One JSON line on standard error.

use crate::access;
use crate::cost;
use crate::stages::auth::{Action, Ruling};
use crate::stages::limiter::Admitted;
use crate::stages::provider::Loss;
use postern_contract::types::{Caller, Price, Usage};
use postern_dialect::Facts;
use postern_dialect::vendor_words::{is_known_field, is_known_word};
use postern_fault::{Fault, shown};
use serde::Serialize;
use std::io::Write as _;

/// Losses that are named; a request can have a hundred thousand, and its line is to stay one.
const MAX_LOSSES: usize = 64;

/// Refused deployments that are named; an alias has a handful.
const MAX_REFUSED: usize = 16;

/// One line of the log. No field can hold a prompt, an answer or a credential.
#[derive(Default, Serialize)]
pub struct Record {
    /// When it was written, in milliseconds since 1970-01-01T00:00:00Z.
    pub unix_ms: u64,
    pub request_id: String,
    /// The trace it belongs to, as the vendor got it.
    pub traceparent: String,
    /// The path without its query, which may hold anything.
    pub path: String,
    pub status: u16,
    /// `complete`, `refused`, `cut` (the vendor's stream broke) or `client_gone`.
    pub outcome: &'static str,
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
    /// What was said of its limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    limits: Option<Limits>,
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
    pub duration_us: u64,
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
    /// Who called.
    pub fn identify(&mut self, caller: &Caller) {
        self.consumer = Some(caller.consumer.clone());
        self.team.clone_from(&caller.team);
        self.tenant.clone_from(&caller.tenant);
        self.issuer.clone_from(&caller.issuer);
        self.credential_id = Some(caller.credential_id.clone());
    }

    /// Nobody was let in by this credential.
    pub fn unidentified(&mut self, credential_id: Option<String>) {
        self.credential_id = credential_id;
    }

    /// What the caller wants to do.
    pub fn asked(&mut self, actions: &[Action]) {
        let actions = actions.iter().map(|action| access::word(*action)).collect();
        self.access = Some(Access { actions, ..Access::default() });
    }

    /// What was decided of a deployment, or of the gateway itself.
    pub fn ruled(&mut self, deployment: Option<&str>, ruling: &Ruling) {
        let Some(access) = &mut self.access else { return };
        if ruling.refused.is_none() {
            if !access.allowed {
                access.policies.clone_from(&ruling.policies);
            }
            access.allowed = true;
        } else if access.refused.len() < MAX_REFUSED {
            access.refused.push(RefusedUse {
                deployment: deployment.map(str::to_owned),
                policies: ruling.policies.clone(),
            });
        }
    }

    /// What was asked for.
    pub fn request(&mut self, facts: &Facts, bytes: usize) {
        self.model = Some(shown(&facts.model));
        self.stream = Some(facts.stream);
        self.request_bytes = bytes;
    }

    /// What it may use is reserved.
    pub fn admitted(&mut self, admitted: &Admitted) {
        if admitted.ticket.is_empty() && admitted.uncounted.is_none() {
            return;
        }
        let limits = self.limits.get_or_insert_default();
        limits.reserved_tokens = admitted.reserved_tokens;
        limits.reserved_nano_usd = admitted.reserved_nano_usd;
        limits.warnings.clone_from(&admitted.warnings);
        limits.uncounted.clone_from(&admitted.uncounted);
    }

    /// A limit did not admit it.
    pub fn not_admitted(&mut self, limit: Option<&str>) {
        if let Some(limit) = limit {
            self.limits.get_or_insert_default().refused_by = Some(limit.to_owned());
        }
    }

    /// Another model takes the place of the one asked for.
    pub fn downgraded(&mut self, to: &str) {
        self.limits.get_or_insert_default().downgraded_to = Some(to.to_owned());
    }

    /// What was used could not be put in the place of what was reserved.
    pub fn unsettled(&mut self, why: String) {
        self.limits.get_or_insert_default().uncounted = Some(why);
    }

    /// A deployment is tried.
    pub fn attempt(&mut self, deployment: &str) {
        self.deployments.push(deployment.to_owned());
    }

    /// The deployment tried last did not answer.
    pub fn failed_attempt(&mut self, fault: &Fault) {
        self.failed_attempts.push(Failure::new(fault, &self.of_vendors));
    }

    /// This fault is told in a vendor's words.
    pub fn said_by_vendor(&mut self, fault: &Fault) {
        self.of_vendors.extend(fault.code.iter().chain(&fault.param).cloned());
    }

    /// What the vendor's dialect could not carry.
    pub fn losses(&mut self, losses: &[Loss]) {
        self.losses = losses.iter().take(MAX_LOSSES).map(|loss| shown(&loss.path)).collect();
        self.losses_left_out = losses.len().saturating_sub(MAX_LOSSES);
    }

    /// The tokens, if they are known.
    pub fn usage(&mut self, usage: Option<Usage>, price: Option<&Price>) {
        self.input_tokens = usage.map(|usage| usage.input_tokens);
        self.cached_input_tokens = usage.map(|usage| usage.cached_input_tokens);
        self.cache_write_tokens = usage.map(|usage| usage.cache_write_tokens);
        self.output_tokens = usage.map(|usage| usage.output_tokens);
        self.reasoning_tokens = usage.map(|usage| usage.reasoning_tokens);
        self.tokens_estimated = usage.is_some_and(|usage| usage.estimated);
        self.cost_nano_usd = usage.zip(price).map(|(usage, price)| cost::nano_usd(&usage, price));
    }

    /// Bytes went out to the client.
    pub fn sent(&mut self, bytes: usize) {
        self.response_bytes = self.response_bytes.saturating_add(bytes);
    }

    /// It failed: before the head, or in the midst of a stream that had begun well.
    pub fn fault(&mut self, fault: &Fault) {
        self.fault = Some(Failure::new(fault, &self.of_vendors));
        self.outcome = if (200..300).contains(&self.status) { "cut" } else { "refused" };
    }

    /// The client left before it had all.
    pub fn client_gone(&mut self) {
        self.outcome = "client_gone";
    }

    /// Write the line, in one piece so that lines of other requests do not cut it.
    pub fn write(&self) {
        if let Ok(mut line) = serde_json::to_string(self) {
            line.push('\n');
            // Nobody is left to tell if the log cannot be written.
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
    }
}
