//! What belongs to one request from its first byte to its last: its names, its clock, its record.

use crate::head;
use crate::memory::Held;
use crate::record::Record;
use crate::trace::{self, Trace};
use postern_contract::clock::unix_ms;
use postern_dialect::Wire;
use spin_sdk::wasip3::clocks::monotonic_clock::now;
use spin_sdk::wasip3::http::types::{Method, Request};
use std::future::Future;

const NS_PER_US: u64 = 1_000;

/// One request and its answer.
pub struct Exchange {
    /// Given back to the client as `x-request-id`, sent to the vendor, written in the record.
    pub request_id: String,
    /// The dialect in which the client is answered.
    pub client: Wire,
    /// The trace context for the vendor.
    pub trace: Trace,
    /// The web page that asks, as its browser says (RFC 6454, 7).
    pub origin: Option<String>,
    /// Only the head of the answer is wanted (RFC 9110, 9.3.2).
    pub is_head: bool,
    /// The client asked for `server-timing`.
    pub timing_asked: bool,
    /// What will be remembered of it.
    pub record: Record,
    /// What its whole bodies take of the instance's memory.
    pub held: Vec<Held>,
    started_ns: u64,
    stages: Vec<(&'static str, u64)>,
}

impl Exchange {
    /// Begin with what can be said of any request, however malformed.
    pub fn begin(request: &Request) -> Self {
        let headers = request.get_headers();
        let text = |name: &str| {
            let value = headers.get(name).into_iter().next_back()?;
            String::from_utf8(value).ok()
        };
        let path = request.get_path_with_query().unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default();
        Exchange {
            client: head::client_of(path, headers.has("anthropic-version")),
            request_id: trace::request_id(text("x-request-id").as_deref()),
            trace: Trace::continued(text("traceparent").as_deref(), text("tracestate")),
            origin: text("origin"),
            is_head: matches!(request.get_method(), Method::Head),
            timing_asked: text("x-postern-timing").is_some_and(|value| value == "true"),
            record: Record::default(),
            held: Vec::new(),
            started_ns: now(),
            stages: Vec::with_capacity(8),
        }
    }

    /// Run a stage that waits, and note what it took.
    pub async fn wait<T>(&mut self, stage: &'static str, work: impl Future<Output = T>) -> T {
        let before = now();
        let output = work.await;
        self.note(stage, before);
        output
    }

    /// Run a stage that does not wait, and note what it took.
    pub fn run<T>(&mut self, stage: &'static str, work: impl FnOnce() -> T) -> T {
        let before = now();
        let output = work();
        self.note(stage, before);
        output
    }

    /// Now, in seconds since 1970.
    pub fn unix_s(&self) -> u64 {
        unix_ms() / 1_000
    }

    /// The last byte is out, or nobody is there to take it: write the record.
    pub fn finish(mut self) {
        self.record.unix_ms = unix_ms();
        self.record.request_id = self.request_id;
        self.record.traceparent = self.trace.parent;
        self.record.duration_us = now().saturating_sub(self.started_ns) / NS_PER_US;
        if self.record.outcome.is_empty() {
            self.record.outcome = "complete";
        }
        self.record.write();
    }

    /// The stages so far, as `server-timing` says it (<https://www.w3.org/TR/server-timing/>): durations in
    /// milliseconds. A stage that ran more than once is summed.
    pub fn server_timing(&self) -> String {
        let total = ("total", now().saturating_sub(self.started_ns));
        let mut text = String::with_capacity(160);
        for (stage, ns) in self.stages.iter().chain([&total]) {
            if !text.is_empty() {
                text.push_str(", ");
            }
            let us = ns / NS_PER_US;
            text.push_str(&format!("{stage};dur={}.{:03}", us / 1_000, us % 1_000));
        }
        text
    }

    fn note(&mut self, stage: &'static str, before_ns: u64) {
        let ns = now().saturating_sub(before_ns);
        match self.stages.iter_mut().find(|(name, _)| *name == stage) {
            Some((_, sum)) => *sum = sum.saturating_add(ns),
            None => self.stages.push((stage, ns)),
        }
    }
}
