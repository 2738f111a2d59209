//! The state of one request from its first byte to its last: its ids, its clock, its record.

use crate::asked::Asked;
use crate::attempt::early::Early;
use crate::endpoint;
use crate::explain;
use crate::found::{self, Direction};
use crate::http::RequestHead;
use crate::in_flight::InFlightPlace;
use crate::left::LeftLeases;
use crate::memory::MemoryPermit;
use crate::observations::Observing;
use crate::record::{Event, Record};
use crate::recorded::{Ended, Recorded};
use crate::recorder;
use crate::stages::Stages;
use crate::timings::Timings;
use crate::trace::{self, Trace};
use postern_dialect::Dialect;
use postern_fault::Fault;
use postern_types::guardrail::Finding;
use postern_types::recorder::RequestRecord;
use postern_types::router::{self, Observations};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;

const NS_PER_US: u64 = 1_000;

/// One request and its answer. Its record is written once, at its end: when it is finished, or when it is dropped
/// because the client has left.
pub struct Exchange<S: Stages> {
    /// The stages and the platform.
    pub stages: S,
    /// Returned to the client as `x-request-id`, sent to the vendor, written in the record.
    pub request_id: String,
    /// The dialect of the answer.
    pub client: Dialect,
    /// The trace context for the vendor.
    pub trace: Trace,
    /// The origin of a web page, from the browser (RFC 6454, 7).
    pub origin: Option<String>,
    /// Only the head of the answer is sent (RFC 9110, 9.3.2).
    pub is_head: bool,
    /// The model of a request for a stream, as the client wrote it.
    pub streamed_model: Option<String>,
    /// The client asked for `server-timing`.
    pub timing_asked: bool,
    record: Record,
    recorded: Recorded,
    /// Names its record, if the request id may not.
    record_id: Option<String>,
    /// The record of the request that it is a copy of.
    shadow_of: Option<String>,
    /// The recorder has its record.
    is_recorded: bool,
    /// The candidate that its route has.
    pub candidate: Option<router::Shadow>,
    /// What is done when the answer has ended, and no one waits.
    pub afterwards: Option<Pin<Box<dyn Future<Output = ()>>>>,
    /// It is a part of another exchange, whose record has it.
    is_fork: bool,
    /// What the router is told of it.
    pub observing: Observing,
    /// The decisions, if they are to be told to the client.
    decisions: Option<Vec<String>>,
    /// What its whole bodies take of the instance's memory.
    pub memory: Vec<MemoryPermit>,
    /// Its places among what is in flight.
    pub places: Vec<InFlightPlace>,
    /// Whether its head may leave before its answer, if policy lets it.
    pub early: Option<Early>,
    /// Headers that tell the client of the model that it asked for.
    pub notices: Vec<(String, String)>,
    /// What the guardrail has found before the head of the answer left.
    findings: Vec<(Finding, Direction)>,
    /// The leases of questions whose answer is not waited for any more.
    pub questions_left: LeftLeases<S>,
    /// When the request has arrived.
    pub started_ns: u64,
    timings: Timings,
    /// When it has ended; none if it was dropped.
    ended_unix_ms: Option<u64>,
}

/// What a copy of a request has of the request.
pub struct Origin {
    client: Dialect,
    request_id: String,
    record_id: Option<String>,
    trace: Trace,
}

impl<S: Stages> Exchange<S> {
    /// Begins with what is known of any request, however malformed.
    pub fn begin(stages: S, request: &RequestHead) -> Self {
        let (path, _) = request.path_and_query();
        let state = request.last("tracestate").map(str::to_owned);
        let client = endpoint::client_of(path, request.has("anthropic-version"));
        let request_id = trace::request_id(request.last("x-request-id"), &stages);
        let record_id = (request.last("x-request-id") == Some(request_id.as_str()))
            .then(|| trace::record_id(&request_id, &stages));
        let trace = Trace::continued(request.last("traceparent"), state, &stages);
        let early_head = stages.policy().ok().and_then(|policy| policy.early_head_after_ms);
        let mut exchange = Exchange::new(stages, client, request_id, trace);
        exchange.record_id = record_id;
        exchange.origin = request.last("origin").map(str::to_owned);
        exchange.is_head = request.method == "HEAD";
        exchange.timing_asked = request.last("x-postern-timing") == Some("true");
        exchange.early = early_head.map(|_| Early::default());
        exchange
    }

    fn new(stages: S, client: Dialect, request_id: String, trace: Trace) -> Self {
        Exchange {
            client,
            request_id,
            trace,
            origin: None,
            is_head: false,
            streamed_model: None,
            timing_asked: false,
            record: Record::default(),
            recorded: Recorded::default(),
            record_id: None,
            shadow_of: None,
            is_recorded: false,
            candidate: None,
            afterwards: None,
            is_fork: false,
            observing: Observing::default(),
            decisions: None,
            memory: Vec::new(),
            places: Vec::new(),
            early: None,
            notices: Vec::new(),
            findings: Vec::new(),
            questions_left: LeftLeases::new(stages.clone()),
            started_ns: stages.now_ns(),
            timings: Timings::default(),
            ended_unix_ms: None,
            stages,
        }
    }

    /// What a copy for a candidate has of it.
    pub fn origin(&self) -> Origin {
        Origin {
            client: self.client,
            request_id: self.request_id.clone(),
            record_id: self.record_id.clone(),
            trace: self.trace.clone(),
        }
    }

    /// The exchange with a candidate, which has a record of its own.
    pub fn of_shadow(stages: S, origin: &Origin) -> Self {
        let Origin { client, request_id, record_id, trace } = origin;
        let id = trace::record_id(request_id, &stages);
        let trace = trace.below(&stages);
        let mut exchange = Exchange::new(stages, *client, request_id.clone(), trace);
        exchange.record.on(Event::Shadow);
        exchange.record_id = Some(id);
        exchange.shadow_of = Some(record_id.as_ref().unwrap_or(request_id).clone());
        exchange
    }

    /// Records an event. The clock is a call of the host: it is read once, and only for an event whose time counts.
    pub fn observe(&mut self, event: Event<'_>) {
        let read = Cell::new(None);
        let now_ns = || {
            let now_ns = read.get().unwrap_or_else(|| self.stages.now_ns());
            read.set(Some(now_ns));
            now_ns
        };
        if event.is_of_attempt() {
            self.record.at(now_ns().saturating_sub(self.started_ns) / NS_PER_US);
        }
        if let (Event::Routed(decision), Some(decisions)) = (&event, &mut self.decisions) {
            decisions.push((*decision).to_owned());
        }
        self.observing.on(&event, now_ns);
        let started_ns = self.started_ns;
        self.recorded.on(&event, || now_ns().saturating_sub(started_ns) / NS_PER_US);
        self.record.on(event);
    }

    /// The first token of a stream is there.
    pub fn first_token(&mut self) {
        let now_ns = self.stages.now_ns();
        self.observing.first_token(now_ns);
        self.recorded.first_token(now_ns.saturating_sub(self.started_ns) / NS_PER_US);
    }

    /// The client may know how it is decided, and asks.
    pub fn explain(&mut self) {
        self.decisions.get_or_insert_default();
    }

    /// The header that says how it was decided, if the client asked.
    pub fn explanation(&self) -> Option<String> {
        let decisions = self.decisions.as_ref()?;
        Some(explain::header(decisions, &self.observing.tried(self.stages.now_ns())))
    }

    /// The attempts that failed before the answer that has begun.
    pub fn failures(&mut self) -> Option<Observations> {
        self.observing.failures(|| self.stages.unix_ms())
    }

    /// Writes the record, and tells the router what is left to tell.
    pub async fn end(mut self) {
        let (stages, unix_ms) = (self.stages.clone(), self.stages.unix_ms());
        self.ended_unix_ms = Some(unix_ms);
        let observations = self.observing.finish(unix_ms);
        drop(self);
        if let Some(observations) = observations {
            stages.observe(observations).await;
        }
    }

    /// An exchange for an attempt that runs beside another one, until it is merged.
    pub fn fork(&self) -> Self {
        let (stages, request_id) = (self.stages.clone(), self.request_id.clone());
        let mut fork = Exchange::new(stages, self.client, request_id, self.trace.clone());
        fork.is_head = self.is_head;
        fork.timing_asked = self.timing_asked;
        fork.streamed_model.clone_from(&self.streamed_model);
        fork.early.clone_from(&self.early);
        fork.questions_left = self.questions_left.clone();
        fork.started_ns = self.started_ns;
        fork.is_fork = true;
        fork
    }

    /// Adds what was observed in a fork, whose attempt has answered or not.
    pub fn merge(&mut self, mut fork: Self, is_answer: bool) {
        self.record.absorb(std::mem::take(&mut fork.record), is_answer);
        self.recorded.absorb(std::mem::take(&mut fork.recorded), is_answer);
        self.observing.absorb(std::mem::take(&mut fork.observing));
        self.timings.absorb(&fork.timings);
        if is_answer {
            self.memory.append(&mut fork.memory);
            self.findings.append(&mut fork.findings);
        }
    }

    /// The guardrail has found something.
    pub fn found(&mut self, findings: Vec<Finding>, direction: Direction) {
        self.observe(Event::Found(&findings, direction));
        self.findings.extend(findings.into_iter().map(|finding| (finding, direction)));
    }

    /// Models were asked about a text that goes this way.
    pub fn asked(&mut self, asked: &[Asked], direction: Direction) {
        self.observe(Event::AskedModels(asked, direction));
    }

    /// The header that says what was found.
    pub fn findings(&self) -> Option<String> {
        found::header(self.findings.iter().map(|(finding, direction)| (finding, *direction)))
    }

    /// Runs a stage that waits, and notes its time, which its record has.
    pub async fn wait<T>(&mut self, stage: &'static str, work: impl Future<Output = T>) -> T {
        let before = self.stages.now_ns();
        let output = work.await;
        self.note(stage, before);
        output
    }

    /// Runs a stage that does not wait, and notes its time.
    pub fn run<T>(&mut self, stage: &'static str, work: impl FnOnce(&S) -> T) -> T {
        let before = self.stages.now_ns();
        let output = work(&self.stages);
        self.note(stage, before);
        output
    }

    /// Now, in seconds since 1970.
    pub fn unix_s(&self) -> u64 {
        self.stages.unix_ms() / 1_000
    }

    /// The stages so far, in the form of `server-timing`.
    pub fn server_timing(&self) -> String {
        self.timings.header(self.stages.now_ns().saturating_sub(self.started_ns))
    }

    /// Its record as it is now, with what is known of its end; none if the recorder has it, or is to have none.
    fn take_record(&mut self, duration_us: u64) -> Option<RequestRecord> {
        if self.is_fork || std::mem::replace(&mut self.is_recorded, true) {
            return None;
        }
        let id = self.record_id.take().unwrap_or_else(|| self.request_id.clone());
        std::mem::take(&mut self.recorded).end(Ended {
            id,
            shadow_of: self.shadow_of.take(),
            unix_ms: self.ended_unix_ms.unwrap_or_else(|| self.stages.unix_ms()),
            duration_us,
            trace: &self.trace,
            stages: self.timings.recorded(self.started_ns),
        })
    }

    /// Writes its record before it has ended, as if the client had all of the answer, if policy wants that.
    ///
    /// # Errors
    ///
    /// It cannot be written, and policy refuses.
    pub async fn write_record(&mut self, events: &[Event<'_>]) -> Result<(), Fault> {
        if self.is_recorded
            || self.recorded.is_probe()
            || !self.stages.recording_plan()?.synchronous
        {
            return Ok(());
        }
        let duration_us = self.elapsed_us();
        let before = (self.recorded.clone(), self.record_id.clone(), self.shadow_of.clone());
        for event in events.iter().chain([&Event::Completed]) {
            self.recorded.on(event, || duration_us);
        }
        let Some(record) = self.take_record(duration_us) else { return Ok(()) };
        let written = recorder::write(&self.stages, record).await;
        if written.is_err() {
            // The recorder has not kept it. What the client gets now is recorded at the end.
            (self.recorded, self.record_id, self.shadow_of) = before;
            self.is_recorded = false;
        }
        written.map_err(Fault::from)
    }

    /// Whether the head of its answer has left early.
    pub fn is_head_gone(&self) -> bool {
        self.early.as_ref().is_some_and(Early::has_left)
    }

    fn elapsed_us(&self) -> u64 {
        self.stages.now_ns().saturating_sub(self.started_ns) / NS_PER_US
    }

    fn note(&mut self, stage: &'static str, before_ns: u64) {
        self.timings.add(stage, before_ns, self.stages.now_ns());
    }
}

impl<S: Stages> Drop for Exchange<S> {
    /// The last byte was sent, or the client has left.
    fn drop(&mut self) {
        if self.is_fork {
            return;
        }
        let duration_us = self.elapsed_us();
        if self.is_head_gone() {
            self.record.on(Event::HeadLeftEarly);
            self.recorded.on(&Event::HeadLeftEarly, || duration_us);
        }
        let record = self.take_record(duration_us);
        self.record.end(
            self.ended_unix_ms.unwrap_or_else(|| self.stages.unix_ms()),
            std::mem::take(&mut self.request_id),
            std::mem::take(&mut self.trace.parent),
            duration_us,
        );
        self.stages.record(&self.record);
        if let Some(record) = record {
            self.stages.afterwards(Box::pin(recorder::hand_over(self.stages.clone(), record)));
        }
    }
}
