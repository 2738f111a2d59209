//! What waits to be sent to a collector, and what becomes of it.
//!
//! The exporter has no clock and no network: it is told the time, says what is to be posted now, and is told how that ended. All that
//! it holds is bounded, in bytes; what is over it is dropped, oldest first, and counted. A collector that fails is asked less
//! and less often, with one batch at a time, until it takes one.

use super::batch::{Batch, batches};
use super::plan::{ExportPlan, Signal};
use super::resource::Service;
use crate::record::Record;
use std::collections::{BTreeMap, VecDeque};

/// So many posts at once while the collector takes them.
const AT_ONCE: usize = 4;

/// The first wait after a failure; each further one is twice as long.
const FIRST_WAIT_MS: u64 = 1_000;

/// The longest wait that we choose.
const LONGEST_WAIT_MS: u64 = 60_000;

/// The longest wait that a collector may ask for.
const LONGEST_RETRY_AFTER_S: u32 = 300;

/// A post whose end is not reported is taken for failed so long after its deadline: the task that made it has gone.
const FORGOTTEN_AFTER_MS: u64 = 30_000;

/// A batch that was not taken for so long is dropped: what a collector shows of ten minutes ago is of no use now.
const STALE_AFTER_MS: u64 = 600_000;

/// A batch to post now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// It names the batch in [`Exporter::done`].
    pub id: u64,
    /// What it is.
    pub signal: Signal,
    /// `application/x-protobuf`.
    pub body: Vec<u8>,
}

/// How a post ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PostOutcome {
    /// The collector answered.
    Answered {
        /// With this status.
        status: u16,
        /// Of `retry-after`, if it is a number of seconds.
        retry_after_s: Option<u32>,
    },
    /// No answer in time, or no connection.
    Unreachable,
}

/// Records that a collector did not take, by why.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dropped {
    /// There was no room for them, or they waited for too long.
    pub overflow: u64,
    /// The collector refused them for good.
    pub refused: u64,
    /// One record alone was larger than a batch may be.
    pub oversized: u64,
}

impl Dropped {
    /// All of them.
    pub fn all(self) -> u64 {
        self.overflow.saturating_add(self.refused).saturating_add(self.oversized)
    }
}

/// The queue to one collector, in one instance.
#[derive(Debug)]
pub struct Exporter {
    plan: ExportPlan,
    service: Service,
    waiting: VecDeque<Batch>,
    /// Posts under way, and when they are taken for failed.
    sent: BTreeMap<u64, (Batch, u64)>,
    bytes: usize,
    next_id: u64,
    /// Failures since the last success.
    failures: u32,
    paused_until_ms: u64,
    /// The end of the last interval of measurements.
    measured_until_ms: u64,
    dropped: BTreeMap<Signal, Dropped>,
    /// What of it the collector has been told.
    told: BTreeMap<Signal, u64>,
}

impl Exporter {
    /// An empty queue.
    pub fn new(plan: ExportPlan, service: Service, now_ms: u64) -> Self {
        Exporter {
            plan,
            service,
            waiting: VecDeque::new(),
            sent: BTreeMap::new(),
            bytes: 0,
            next_id: 0,
            failures: 0,
            paused_until_ms: 0,
            measured_until_ms: now_ms,
            dropped: BTreeMap::new(),
            told: BTreeMap::new(),
        }
    }

    /// Takes in records: they wait as messages of each signal of the plan.
    pub fn add(&mut self, records: &[Record], now_ms: u64) {
        if records.is_empty() {
            return;
        }
        let untold = self.untold();
        // An interval has a length, and does not begin before the last one ends.
        let until_ms = now_ms.max(self.measured_until_ms.saturating_add(1));
        let interval_ms = (self.measured_until_ms, until_ms);
        for signal in self.plan.signals.clone() {
            let (made, oversized) =
                batches(&self.plan, signal, records, &untold, &self.service, interval_ms, now_ms);
            self.dropped_of(signal).oversized += oversized;
            for batch in made {
                self.bytes = self.bytes.saturating_add(batch.body.len());
                self.waiting.push_back(batch);
            }
        }
        self.measured_until_ms = until_ms;
        self.make_room(now_ms);
    }

    /// What is to be posted now.
    pub fn due(&mut self, now_ms: u64) -> Vec<Due> {
        self.forget_lost(now_ms);
        self.make_room(now_ms);
        let at_once = if self.failures == 0 { AT_ONCE } else { 1 };
        let mut due = Vec::new();
        while now_ms >= self.paused_until_ms && self.sent.len() < at_once {
            let Some(batch) = self.waiting.pop_front() else { break };
            self.next_id = self.next_id.saturating_add(1);
            due.push(Due { id: self.next_id, signal: batch.signal, body: batch.body.clone() });
            let lost_at_ms = now_ms.saturating_add(self.plan.timeout_ms + FORGOTTEN_AFTER_MS);
            self.sent.insert(self.next_id, (batch, lost_at_ms));
        }
        due
    }

    /// Whether a batch with this id is under way.
    pub fn has(&self, id: u64) -> bool {
        self.sent.contains_key(&id)
    }

    /// How a post has ended. An id that is not under way says nothing.
    pub fn done(&mut self, id: u64, outcome: PostOutcome, now_ms: u64) {
        let Some((batch, _)) = self.sent.remove(&id) else { return };
        match verdict(outcome) {
            Verdict::Taken => {
                self.bytes = self.bytes.saturating_sub(batch.body.len());
                self.failures = 0;
            }
            Verdict::Refused => {
                self.bytes = self.bytes.saturating_sub(batch.body.len());
                // It answers: the next batch may be to its liking.
                self.failures = 0;
                self.dropped_of(batch.signal).refused += batch.records;
            }
            Verdict::Later { after_s } => {
                self.pause(id, after_s, now_ms);
                self.waiting.push_front(batch);
                self.make_room(now_ms);
            }
        }
    }

    /// When something is to be posted, if nothing else happens before.
    pub fn next_due_ms(&self) -> Option<u64> {
        let lost = self.sent.values().map(|(_, lost_at_ms)| *lost_at_ms).min();
        let paused = (!self.waiting.is_empty()).then_some(self.paused_until_ms);
        if self.sent.is_empty() { paused } else { lost }
    }

    /// The bytes that wait or are under way.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The records that were not taken, of a signal.
    pub fn dropped(&self, signal: Signal) -> Dropped {
        self.dropped.get(&signal).copied().unwrap_or_default()
    }

    fn dropped_of(&mut self, signal: Signal) -> &mut Dropped {
        self.dropped.entry(signal).or_default()
    }

    /// The records of each signal that were dropped since this was last said.
    fn untold(&mut self) -> Vec<(&'static str, u64)> {
        let mut untold = Vec::new();
        if !self.plan.signals.contains(&Signal::Metrics) {
            return untold;
        }
        for (signal, dropped) in &self.dropped {
            let told = self.told.insert(*signal, dropped.all()).unwrap_or(0);
            untold.push((signal.as_str(), dropped.all().saturating_sub(told)));
        }
        untold
    }

    fn pause(&mut self, id: u64, after_s: Option<u32>, now_ms: u64) {
        let doubled = FIRST_WAIT_MS << self.failures.min(6);
        let wait_ms = doubled.min(LONGEST_WAIT_MS);
        // Up to a quarter more, so that instances do not come back at once.
        let spread = wait_ms / 4 * (id.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) / 256;
        let asked_ms = u64::from(after_s.unwrap_or(0).min(LONGEST_RETRY_AFTER_S)) * 1_000;
        self.failures = self.failures.saturating_add(1);
        self.paused_until_ms = now_ms.saturating_add(asked_ms.max(wait_ms + spread));
    }

    /// Posts whose end is not reported have failed.
    fn forget_lost(&mut self, now_ms: u64) {
        let is_lost = |(_, (_, lost_at_ms)): &(&u64, &(Batch, u64))| now_ms >= *lost_at_ms;
        let lost: Vec<u64> = self.sent.iter().filter(is_lost).map(|(id, _)| *id).collect();
        for id in lost {
            self.done(id, PostOutcome::Unreachable, now_ms);
        }
    }

    /// Drops what is too old, and the oldest of what is over the bound. What is under way stays.
    fn make_room(&mut self, now_ms: u64) {
        let is_stale = |batch: &Batch| now_ms.saturating_sub(batch.made_ms) > STALE_AFTER_MS;
        while self.bytes > self.plan.queue_bytes || self.waiting.front().is_some_and(is_stale) {
            let Some(batch) = self.waiting.pop_front() else { return };
            self.bytes = self.bytes.saturating_sub(batch.body.len());
            self.dropped_of(batch.signal).overflow += batch.records;
        }
    }
}

enum Verdict {
    Taken,
    Refused,
    Later { after_s: Option<u32> },
}

/// By the rules of OTLP over HTTP, which names 429, 502, 503 and 504. 500 and 408 are of proxies between: they pass as well.
fn verdict(outcome: PostOutcome) -> Verdict {
    match outcome {
        PostOutcome::Answered { status: 200..=299, .. } => Verdict::Taken,
        PostOutcome::Answered { status: 408 | 429 | 500 | 502 | 503 | 504, retry_after_s } => {
            Verdict::Later { after_s: retry_after_s }
        }
        PostOutcome::Answered { .. } => Verdict::Refused,
        PostOutcome::Unreachable => Verdict::Later { after_s: None },
    }
}

#[cfg(test)]
#[path = "exporter_tests.rs"]
mod tests;
