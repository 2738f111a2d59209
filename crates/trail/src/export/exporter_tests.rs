//! A collector that takes, refuses, or is away.

use super::{Exporter, PostOutcome, STALE_AFTER_MS};
use crate::export::messages::{ExportMetricsServiceRequest, ExportTraceServiceRequest};
use crate::export::plan::{ExportPlan, Signal};
use crate::export::resource::Service;
use crate::record::{Record, TraceIds};
use crate::sample::record;
use prost::Message as _;

const OK: PostOutcome = PostOutcome::Answered { status: 200, retry_after_s: None };

fn status(status: u16) -> PostOutcome {
    PostOutcome::Answered { status, retry_after_s: None }
}

fn exporter(plan: ExportPlan) -> Exporter {
    let text = |text: &str| text.to_owned();
    let service = Service { name: text("postern"), version: text("1"), instance: text("a") };
    Exporter::new(plan, service, 1_000)
}

fn of(signals: &[Signal]) -> ExportPlan {
    ExportPlan { signals: signals.to_vec(), ..ExportPlan::default() }
}

fn records(count: usize) -> Vec<Record> {
    (0..count).map(|at| record(&format!("r-{at}"), 1_000)).collect()
}

#[test]
fn each_signal_is_a_message_of_all_records() {
    let mut exporter = exporter(ExportPlan::default());
    exporter.add(&records(3), 2_000);
    let due = exporter.due(2_000);
    let signals: Vec<_> = due.iter().map(|one| one.signal).collect();
    assert_eq!(signals, Signal::ALL);
    let traces = ExportTraceServiceRequest::decode(&*due[0].body).unwrap();
    assert_eq!(traces.resource_spans[0].scope_spans[0].spans.len(), 12);
    for one in due {
        exporter.done(one.id, OK, 2_100);
    }
    assert_eq!((exporter.bytes(), exporter.next_due_ms()), (0, None));
    assert!(exporter.due(2_100).is_empty());
}

#[test]
fn what_passes_is_tried_again_and_what_does_not_is_counted() {
    for (outcome, waits, refused) in [
        (status(429), true, 0),
        (status(500), true, 0),
        (status(503), true, 0),
        (PostOutcome::Unreachable, true, 0),
        (status(400), false, 2),
        (status(401), false, 2),
        (status(413), false, 2),
        (status(204), false, 0),
    ] {
        let mut exporter = exporter(of(&[Signal::Logs]));
        exporter.add(&records(2), 2_000);
        let due = exporter.due(2_000);
        exporter.done(due[0].id, outcome, 3_000);
        assert_eq!(exporter.next_due_ms().is_some(), waits, "{outcome:?}");
        assert_eq!(exporter.dropped(Signal::Logs).refused, refused, "{outcome:?}");
        assert_eq!(exporter.bytes() > 0, waits, "{outcome:?}");
    }
}

#[test]
fn waits_double_up_to_a_minute_and_a_collector_may_ask_for_more() {
    let mut exporter = exporter(of(&[Signal::Logs]));
    exporter.add(&records(1), 2_000);
    exporter.add(&records(1), 2_000);
    let (mut now, mut waits) = (2_000, Vec::new());
    for _ in 0..8 {
        let due = exporter.due(now);
        if waits.is_empty() {
            assert_eq!(due.len(), 2, "all at once while nothing has failed");
            exporter.done(due[1].id, OK, now);
        } else {
            assert_eq!(due.len(), 1);
        }
        exporter.done(due[0].id, status(503), now);
        assert!(exporter.due(now).is_empty(), "not before its time");
        let next = exporter.next_due_ms().unwrap();
        waits.push((next - now) / 1_000);
        now = next;
    }
    // Spread by up to a quarter.
    for (wait, expected) in waits.iter().zip([1, 2, 4, 8, 16, 32, 60, 60]) {
        assert!((expected..=expected * 5 / 4).contains(wait), "{waits:?}");
    }
    let due = exporter.due(now);
    let asked = PostOutcome::Answered { status: 429, retry_after_s: Some(120) };
    exporter.done(due[0].id, asked, now);
    assert_eq!(exporter.next_due_ms(), Some(now + 120_000));
    let due = exporter.due(now + 120_000);
    let asked = PostOutcome::Answered { status: 429, retry_after_s: Some(u32::MAX) };
    exporter.done(due[0].id, asked, now);
    assert_eq!(exporter.next_due_ms(), Some(now + 300_000));
}

#[test]
fn a_collector_that_hangs_holds_no_more_than_the_bound() {
    let plan = ExportPlan { queue_bytes: 20_000, ..of(&[Signal::Logs]) };
    let mut exporter = exporter(plan);
    let (mut now, mut sent) = (2_000, 0);
    for _ in 0..500 {
        exporter.add(&records(4), now);
        // No one ever says how a post has ended.
        sent += exporter.due(now).len();
        assert!(exporter.bytes() <= 20_000, "{}", exporter.bytes());
        now += 1_000;
    }
    assert!((1..50).contains(&sent), "{sent}");
    let dropped = exporter.dropped(Signal::Logs);
    assert!(dropped.overflow > 1_900 && dropped.refused == 0, "{dropped:?}");
    // When it takes them again, it is told.
    let mut taken = 0;
    now += 1_000_000;
    exporter.add(&records(1), now);
    while let Some(at) = exporter.next_due_ms() {
        now = now.max(at);
        for due in exporter.due(now) {
            taken += 1;
            exporter.done(due.id, OK, now);
        }
    }
    assert!(taken >= 1 && exporter.bytes() == 0);
}

#[test]
fn what_is_old_is_not_sent() {
    let mut exporter = exporter(of(&[Signal::Logs]));
    exporter.add(&records(2), 2_000);
    assert!(exporter.due(2_001 + STALE_AFTER_MS).is_empty());
    assert_eq!(exporter.dropped(Signal::Logs).overflow, 2);
}

#[test]
fn messages_are_split_and_a_record_that_is_too_large_alone_is_counted() {
    let mut large = record("large", 1_000);
    large.losses = vec![crate::sample::name(&"x".repeat(100)); 100];
    let plan = ExportPlan { batch_bytes: 5_000, ..of(&[Signal::Logs]) };
    let mut exporter = exporter(plan);
    exporter.add(&[records(8), vec![large]].concat(), 2_000);
    assert_eq!(exporter.dropped(Signal::Logs).oversized, 1);
    let mut sent = 0;
    loop {
        let due = exporter.due(2_000);
        if due.is_empty() {
            break;
        }
        for one in due {
            assert!(one.body.len() <= 5_000);
            exporter.done(one.id, OK, 2_000);
            sent += 1;
        }
    }
    assert!((2..=8).contains(&sent), "{sent}");
}

#[test]
fn metrics_say_what_was_dropped_in_intervals_that_do_not_overlap() {
    let mut exporter = exporter(of(&[Signal::Metrics, Signal::Logs]));
    exporter.add(&records(2), 2_000);
    for due in exporter.due(2_000) {
        let outcome = if due.signal == Signal::Logs { status(400) } else { OK };
        exporter.done(due.id, outcome, 2_000);
    }
    // The clock may stand still, or go back.
    exporter.add(&records(1), 1_500);
    let due = exporter.due(2_000);
    let body = &due.iter().find(|one| one.signal == Signal::Metrics).unwrap().body;
    let sent = ExportMetricsServiceRequest::decode(&**body).unwrap();
    let text = format!("{sent:?}");
    assert!(text.contains("postern.telemetry.dropped") && text.contains("AsInt(2)"), "{text}");
    assert!(text.contains("start_time_unix_nano: 2000000000"), "{text}");
    assert!(text.contains("time_unix_nano: 2001000000"), "{text}");
}

#[test]
fn a_part_of_the_traces_that_begin_here_is_sent_and_every_error() {
    let plan = ExportPlan { sampled: 0.25, ..of(&[Signal::Traces]) };
    let with = |at: u64, change: fn(&mut Record)| {
        let mut record = record("r", 1_000);
        let mut id = [1; 16];
        id[8..].copy_from_slice(&at.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        record.trace = record.trace.map(|trace| TraceIds {
            trace_id: crate::record::TraceId::from_hex(&hex::encode(id)).unwrap(),
            ..trace
        });
        change(&mut record);
        record
    };
    let count =
        |change: fn(&mut Record)| (0..1_000).filter(|at| plan.samples(&with(*at, change))).count();
    assert!((200..300).contains(&count(|_| ())));
    let parent = |record: &mut Record| {
        let span = record.trace.map(|trace| trace.span_id);
        record.trace = record.trace.map(|trace| TraceIds { parent_span_id: span, ..trace });
    };
    assert_eq!(count(parent), 1_000);
    assert_eq!(count(|record| record.outcome = crate::record::RequestOutcome::Cut), 1_000);
    let unsampled = |record: &mut Record| {
        record.outcome = crate::record::RequestOutcome::Cut;
        record.trace = record.trace.map(|trace| TraceIds { sampled: false, ..trace });
    };
    assert_eq!(count(unsampled), 0);
}
