//! The record that the recorder keeps of a request. It observes the same events as the line of the log, and has a type without a
//! place for content.

mod attempts;
mod limits;

use crate::access::Access;
use crate::attempt::failure;
use crate::found::Direction;
use crate::record::Event;
use crate::trace::Trace;
use attempts::Attempts;
use limits::Limits;
use postern_fault::{CLIENT_LEFT, Fault, shown};
use postern_types::guardrail::Finding;
use postern_types::provider::Loss;
use postern_types::recorder::{
    RecordedCaller, RecordedFault, RequestEnding, RequestRecord, StageDuration, TraceContext,
};
use postern_types::{Caller, Dialect, Operation, RequestFacts};

/// The number of losses that are named; a request can have a hundred thousand.
const MAX_LOSSES: usize = 64;

/// The number of findings that are told apart, in each direction.
const MAX_FOUND: usize = 128;

/// What is known of a request so far.
#[derive(Default, Clone)]
pub struct Recorded {
    /// A probe of the platform's, which is no one's request.
    is_probe: bool,
    early_head: bool,
    status: Option<u16>,
    ending: Option<RequestEnding>,
    fault: Option<RecordedFault>,
    caller: Option<RecordedCaller>,
    credential_id: Option<String>,
    access: Option<Access>,
    operation: Option<Operation>,
    client: Option<Dialect>,
    model: Option<String>,
    route: Option<String>,
    stream: bool,
    attempts: Attempts,
    limits: Limits,
    found_in_request: Vec<Finding>,
    found_in_answer: Vec<Finding>,
    losses: Vec<String>,
    losses_left_out: u64,
    first_token_us: Option<u64>,
    request_bytes: u64,
    response_bytes: u64,
    /// Codes and fields that a vendor chose.
    of_vendors: Vec<String>,
}

/// What its exchange adds when a request has ended.
pub struct Ended<'e> {
    /// Names the record.
    pub id: String,
    /// The record of the request that it is a copy of.
    pub shadow_of: Option<String>,
    pub unix_ms: u64,
    pub duration_us: u64,
    pub trace: &'e Trace,
    pub stages: Vec<StageDuration>,
}

impl Recorded {
    /// Records an event, so long after the request's arrival.
    pub fn on(&mut self, event: &Event<'_>, elapsed_us: impl FnOnce() -> u64) {
        match event {
            Event::Probed => self.is_probe = true,
            Event::Authenticated(caller) => self.authenticated(caller),
            Event::NotAuthenticated(id) => self.credential_id.clone_from(id),
            Event::Asked(actions) => self.access = Some(Access::of(actions)),
            Event::Decided(deployment, decision) => {
                if let Some(access) = &mut self.access {
                    access.decided(*deployment, decision);
                }
            }
            Event::Read(facts, bytes) => self.read(facts, *bytes),
            Event::Found(findings, direction) => self.found(findings, *direction),
            Event::AskedModels(asked, _) => {
                let now_us = elapsed_us();
                for one in *asked {
                    self.attempts.asked(one, now_us);
                    self.limits.settled(&one.settlements);
                }
            }
            Event::Admitted(admission) => self.limits.uncounted |= admission.uncounted.is_some(),
            Event::Rejected(limit) => self.limits.refused_by = limit.map(str::to_owned),
            Event::Downgraded(to) => self.limits.downgraded_to = Some((*to).to_owned()),
            Event::Unsettled(_) => self.limits.uncounted = true,
            Event::SaidByVendor(fault) if fault.code.as_deref() == Some(CLIENT_LEFT) => {}
            Event::SaidByVendor(fault) => {
                self.of_vendors.extend(fault.code.iter().chain(&fault.param).cloned());
            }
            Event::Lost(losses) => self.lost(losses),
            Event::Answered(status) => self.status = Some(*status),
            Event::HeadLeftEarly => {
                self.early_head = true;
                self.status = Some(200);
            }
            Event::Sent(bytes) => {
                self.response_bytes = self.response_bytes.saturating_add(*bytes as u64);
            }
            Event::Failed(fault) => self.failed(fault, elapsed_us()),
            Event::Completed => {
                self.attempts.ended(elapsed_us());
                self.ending.get_or_insert(RequestEnding::Complete);
            }
            Event::ClientGone => {
                self.attempts.ended(elapsed_us());
                self.ending = Some(RequestEnding::ClientGone);
            }
            _ => self.on_attempt(event, elapsed_us),
        }
    }

    fn on_attempt(&mut self, event: &Event<'_>, elapsed_us: impl FnOnce() -> u64) {
        match event {
            Event::Attempted(deployment) => {
                self.route.clone_from(&deployment.route);
                self.attempts.begin(deployment, elapsed_us());
            }
            Event::VendorAnswered(status) => self.attempts.status(*status),
            Event::AttemptFailed(fault) => {
                let fault = failure::recorded(fault, &self.of_vendors);
                self.attempts.failed(fault, elapsed_us());
            }
            Event::AttemptAnswered => self.attempts.answered(elapsed_us()),
            Event::AttemptCancelled => self.attempts.cancelled(elapsed_us()),
            // What is asked once more was an answer.
            Event::Repairing => self.attempts.ended(elapsed_us()),
            Event::Used(usage, price) => self.attempts.used(*usage, *price),
            Event::Settled(settlement) => {
                self.attempts.settled(settlement.usage);
                self.limits.settled(&settlement.limits);
            }
            // For the line of the log alone, or done with above.
            _ => {}
        }
    }

    /// Whether it has no record.
    pub fn is_probe(&self) -> bool {
        self.is_probe
    }

    /// The first token of a stream is there.
    pub fn first_token(&mut self, elapsed_us: u64) {
        self.first_token_us.get_or_insert(elapsed_us);
        self.attempts.first_token(elapsed_us);
    }

    /// Adds what was observed of an attempt by itself. Of one that has not answered, what its answer would have been is not the
    /// request's.
    pub fn absorb(&mut self, attempt: Recorded, is_answer: bool) {
        self.attempts.absorb(attempt.attempts);
        self.limits.absorb(attempt.limits);
        self.of_vendors.extend(attempt.of_vendors);
        self.route = attempt.route.or(self.route.take());
        self.found(&attempt.found_in_request, Direction::Request);
        self.found(&attempt.found_in_answer, Direction::Answer);
        if is_answer {
            self.losses = attempt.losses;
            self.losses_left_out = attempt.losses_left_out;
            self.first_token_us = attempt.first_token_us.or(self.first_token_us);
        }
    }

    /// The record; none of a probe. A request that is dropped without an ending is one whose client has left.
    pub fn end(mut self, ended: Ended<'_>) -> Option<RequestRecord> {
        if self.is_probe {
            return None;
        }
        self.attempts.left(ended.duration_us);
        let (usage, cost_nano_usd) = self.attempts.sum();
        Some(RequestRecord {
            id: ended.id,
            shadow_of: ended.shadow_of,
            started_unix_ms: ended.unix_ms.saturating_sub(ended.duration_us / 1_000),
            duration_us: ended.duration_us,
            first_token_us: self.first_token_us,
            trace: trace_context(ended.trace),
            caller: self.caller,
            credential_id: self.credential_id,
            operation: self.operation,
            client: self.client,
            model: self.model,
            route: self.route,
            stream: self.stream,
            ending: self.ending.unwrap_or(RequestEnding::ClientGone),
            status: self.status,
            early_head: self.early_head,
            fault: self.fault,
            access: self.access.map(Into::into),
            attempts: self.attempts.into_records(),
            usage,
            cost_nano_usd,
            limits: self.limits.into_record(),
            found_in_request: self.found_in_request,
            found_in_answer: self.found_in_answer,
            losses: self.losses,
            losses_left_out: self.losses_left_out,
            stages: ended.stages,
            request_bytes: self.request_bytes,
            response_bytes: self.response_bytes,
        })
    }

    fn authenticated(&mut self, caller: &Caller) {
        self.credential_id = Some(caller.credential_id.clone());
        self.caller = Some(RecordedCaller {
            consumer: caller.consumer.clone(),
            team: caller.team.clone(),
            tenant: caller.tenant.clone(),
            plan: caller.plan.clone(),
            issuer: caller.issuer.clone(),
        });
    }

    fn read(&mut self, facts: &RequestFacts, bytes: usize) {
        self.operation = Some(facts.operation);
        self.client = Some(facts.client);
        self.model = Some(shown(&facts.model));
        self.stream = facts.stream;
        self.request_bytes = bytes as u64;
    }

    fn found(&mut self, findings: &[Finding], direction: Direction) {
        let known = match direction {
            Direction::Request => &mut self.found_in_request,
            Direction::Answer => &mut self.found_in_answer,
        };
        for more in findings {
            let is_full = known.len() >= MAX_FOUND;
            match known.iter_mut().find(|one| is_alike(one, more)) {
                Some(one) => one.count = one.count.saturating_add(more.count),
                None if is_full => {}
                None => known.push(more.clone()),
            }
        }
    }

    fn lost(&mut self, losses: &[Loss]) {
        self.losses = losses.iter().take(MAX_LOSSES).map(|loss| shown(&loss.path)).collect();
        self.losses_left_out = losses.len().saturating_sub(MAX_LOSSES) as u64;
    }

    fn failed(&mut self, fault: &Fault, elapsed_us: u64) {
        let recorded = failure::recorded(fault, &self.of_vendors);
        let is_cut = self.status.is_some_and(|status| (200..300).contains(&status));
        if is_cut {
            self.attempts.broke(&recorded, elapsed_us);
        }
        self.ending = Some(if is_cut { RequestEnding::Cut } else { RequestEnding::Refused });
        self.fault = Some(recorded);
    }
}

/// Whether they differ in their counts alone.
fn is_alike(one: &Finding, other: &Finding) -> bool {
    (&one.detector, &one.form, &one.rule) == (&other.detector, &other.form, &other.rule)
        && (one.action, &one.asked) == (other.action, &other.asked)
}

/// `00-<trace>-<span>-<flags>`, as the vendor got it.
fn trace_context(trace: &Trace) -> TraceContext {
    let mut parts = trace.parent.split('-').skip(1).map(str::to_owned);
    TraceContext {
        trace_id: parts.next().unwrap_or_default(),
        span_id: parts.next().unwrap_or_default(),
        parent_span_id: trace.client_span.clone(),
        sampled: parts.next().is_some_and(|flags| flags.ends_with('1')),
    }
}
