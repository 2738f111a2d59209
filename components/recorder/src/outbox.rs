//! What leaves this instance: batches for a collector, and messages for webhooks. No request waits for it.

use crate::report;
use crate::watch;
use postern_contract::clock::unix_ms;
use postern_contract::types::recorder::{RecorderCall, RecorderResult};
use postern_policy::{
    OpenTelemetry, OtelConventions, OtelSignal, Recorder, Webhook, WebhookFormat,
};
use postern_trail::Record;
use postern_trail::export::{Conventions, ExportPlan, Service, Signal};
use postern_trail::telemetry::{CollectorTarget, Telemetry, WebhookTarget};
use postern_trail::webhook;
use spin_sdk::wasip3::clocks::monotonic_clock::wait_for;
use std::cell::{Cell, RefCell};

const NS_PER_MS: u64 = 1_000_000;

/// So many records are made a batch at once.
const FULL: usize = 512;

/// A collector that asks for a longer wait is asked again when the next request has ended.
const LONGEST_WAIT_MS: u64 = 10_000;

thread_local! {
    /// One instance has one thread.
    static OUTBOX: Outbox = const { Outbox::new() };
}

struct Outbox {
    telemetry: RefCell<Option<Telemetry>>,
    /// Records that are in no batch yet.
    waiting: RefCell<Vec<Record>>,
    has_leader: Cell<bool>,
    /// A call waits for the collector.
    waits: Cell<bool>,
    /// The dropped records that were reported.
    reported: Cell<u64>,
}

impl Outbox {
    const fn new() -> Self {
        Outbox {
            telemetry: RefCell::new(None),
            waiting: RefCell::new(Vec::new()),
            has_leader: Cell::new(false),
            waits: Cell::new(false),
            reported: Cell::new(0),
        }
    }
}

/// Does this with what waits, which is made at the first use.
pub fn with<T>(policy: &Recorder, work: impl FnOnce(&mut Telemetry) -> T) -> T {
    OUTBOX.with(|outbox| {
        let mut telemetry = outbox.telemetry.borrow_mut();
        work(telemetry.get_or_insert_with(|| telemetry_of(policy)))
    })
}

/// Takes in a record.
pub fn take_in(record: &Record, policy: &Recorder) {
    if policy.opentelemetry.is_some() {
        OUTBOX.with(|outbox| outbox.waiting.borrow_mut().push(record.clone()));
    }
}

/// What is to be called for when a record is written. One call of a group waits until its time is over; for the others there is
/// nothing, unless the batch is full.
pub async fn due(policy: &Recorder) -> Vec<RecorderCall> {
    if OUTBOX.with(|outbox| outbox.has_leader.replace(true)) {
        let is_full = OUTBOX.with(|outbox| outbox.waiting.borrow().len() >= FULL);
        return if is_full { flush(policy) } else { Vec::new() };
    }
    wait_for(policy.ledger.group_ms.saturating_mul(NS_PER_MS)).await;
    OUTBOX.with(|outbox| outbox.has_leader.set(false));
    let mut calls = flush(policy);
    let notices = watch::messages(policy).await;
    if !notices.is_empty() {
        let (messages, refused) = with(policy, |telemetry| telemetry.messages(notices, unix_ms()));
        watch::settle(refused).await;
        calls.extend(messages);
    }
    calls
}

/// Takes results, and returns further calls. While a collector is away, one call waits for it.
pub async fn done(results: Vec<RecorderResult>, policy: &Recorder) -> Vec<RecorderCall> {
    let now_ms = unix_ms();
    let (mut calls, deliveries) = with(policy, |telemetry| telemetry.done(results, now_ms));
    watch::settle(deliveries).await;
    report_dropped(policy);
    if calls.is_empty() {
        wait(policy).await;
        calls = with(policy, |telemetry| telemetry.batches(unix_ms()));
    }
    calls
}

/// The records that were not taken by the collector.
pub fn dropped(policy: &Recorder) -> u64 {
    with(policy, |telemetry| telemetry.dropped())
}

async fn wait(policy: &Recorder) {
    let now_ms = unix_ms();
    let due_ms = with(policy, |telemetry| telemetry.next_due_ms());
    let wait_ms = due_ms.map_or(0, |due_ms| due_ms.saturating_sub(now_ms));
    if wait_ms == 0 || wait_ms > LONGEST_WAIT_MS || OUTBOX.with(|outbox| outbox.waits.replace(true))
    {
        return;
    }
    wait_for(wait_ms.saturating_mul(NS_PER_MS)).await;
    OUTBOX.with(|outbox| outbox.waits.set(false));
}

fn flush(policy: &Recorder) -> Vec<RecorderCall> {
    let records = OUTBOX.with(|outbox| std::mem::take(&mut *outbox.waiting.borrow_mut()));
    let now_ms = unix_ms();
    let calls = with(policy, |telemetry| {
        telemetry.add(&records, now_ms);
        telemetry.batches(now_ms)
    });
    report_dropped(policy);
    calls
}

/// The first dropped record is logged, and then each time that their number has doubled.
fn report_dropped(policy: &Recorder) {
    let dropped = dropped(policy);
    OUTBOX.with(|outbox| {
        if dropped >= outbox.reported.get().saturating_mul(2).max(1) {
            outbox.reported.set(dropped);
            report::not_exported(dropped);
        }
    });
}

fn telemetry_of(policy: &Recorder) -> Telemetry {
    let service = Service {
        name: policy.opentelemetry.as_ref().map_or("postern", |one| &one.service).to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        instance: report::new_name(),
    };
    let collector = policy.opentelemetry.as_ref().map(collector);
    let webhooks = policy.webhooks.iter().map(target).collect();
    Telemetry::new(collector, webhooks, service, unix_ms())
}

fn collector(written: &OpenTelemetry) -> (CollectorTarget, ExportPlan) {
    let (secret, plain): (Vec<_>, Vec<_>) =
        written.headers.iter().cloned().partition(|header| header.variable.is_some());
    let credentials = secret.into_iter();
    let target = CollectorTarget {
        url: written.endpoint.to_string(),
        headers: plain.into_iter().map(|header| (header.name, header.text)).collect(),
        credentials: credentials
            .map(|header| (header.name, header.text, header.variable.unwrap_or_default()))
            .collect(),
    };
    let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    let signal = |signal: &OtelSignal| match signal {
        OtelSignal::Traces => Signal::Traces,
        OtelSignal::Metrics => Signal::Metrics,
        OtelSignal::Logs => Signal::Logs,
    };
    let plan = ExportPlan {
        signals: written.signals.iter().map(signal).collect(),
        conventions: match written.conventions {
            OtelConventions::Released => Conventions::Released,
            OtelConventions::Newer => Conventions::Newer,
        },
        sampled: written.sampled_percent as f64 / 100.0,
        batch_bytes: size(written.batch_bytes),
        queue_bytes: size(written.queue_bytes),
        timeout_ms: written.timeout_ms,
    };
    (target, plan)
}

fn target(written: &Webhook) -> WebhookTarget {
    WebhookTarget {
        name: written.name.clone(),
        url: written.url.to_string(),
        format: match written.format {
            WebhookFormat::Json => webhook::WebhookFormat::Json,
            WebhookFormat::Slack => webhook::WebhookFormat::Slack,
        },
        signing_key: written.signing_key.clone(),
    }
}
