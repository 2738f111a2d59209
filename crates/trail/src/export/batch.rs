//! Records as messages that are not too large.

use super::measurements::{Interval, otlp_metrics};
use super::otlp::{logs, traces};
use super::plan::{ExportPlan, Signal};
use super::resource::Service;
use crate::record::Record;
use prost::Message as _;

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) signal: Signal,
    pub(super) body: Vec<u8>,
    /// The number of records in it.
    pub(super) records: u64,
    pub(super) made_ms: u64,
}

/// The messages of a signal, each within the plan's bound, and the number of records that are too large alone.
pub(super) fn batches(
    plan: &ExportPlan,
    signal: Signal,
    records: &[Record],
    dropped: &[(&str, u64)],
    service: &Service,
    interval_ms: (u64, u64),
    made_ms: u64,
) -> (Vec<Batch>, u64) {
    let nanoseconds = |ms: u64| ms.saturating_mul(1_000_000);
    let encode = |records: &[&Record]| match signal {
        Signal::Traces => {
            traces(records.iter().copied(), service, plan.conventions).encode_to_vec()
        }
        Signal::Logs => logs(records.iter().copied(), service).encode_to_vec(),
        Signal::Metrics => {
            let interval = Interval {
                start_unix_nano: nanoseconds(interval_ms.0),
                end_unix_nano: nanoseconds(interval_ms.1),
            };
            let records = records.iter().copied();
            otlp_metrics(records, dropped, service, plan.conventions, interval).encode_to_vec()
        }
    };
    let is_sent = |record: &&Record| signal != Signal::Traces || plan.samples(record);
    let mut parts: Vec<Vec<&Record>> = vec![records.iter().filter(is_sent).collect()];
    let (mut made, mut oversized) = (Vec::new(), 0);
    while let Some(mut part) = parts.pop() {
        if part.is_empty() {
            continue;
        }
        let body = encode(&part);
        if body.len() <= plan.batch_bytes {
            made.push(Batch { signal, body, records: part.len() as u64, made_ms });
        } else if part.len() == 1 {
            oversized += 1;
        } else {
            // The first half is made first.
            let half = part.split_off(part.len() / 2);
            parts.extend([half, part]);
        }
    }
    (made, oversized)
}
