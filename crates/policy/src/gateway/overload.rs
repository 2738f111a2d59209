//! `[overload]`: how much one instance of the gateway takes on at once. What is over it is refused before memory is at risk.

use std::ops::RangeInclusive;

use toml::Spanned;

use crate::reading::{Key, Report, Table, whole_number};

pub(super) const OVERLOAD: Key = Key::new("overload", "[overload]");
const MAX_REQUESTS: Key = Key::new("max_requests", "max_requests = 512");
const MAX_STREAMS: Key = Key::new("max_streams", "max_streams = 256");
const MAX_HELD_BYTES: Key = Key::new("max_held_bytes", "max_held_bytes = 268_435_456");
const RETRY_AFTER_MS: Key = Key::new("retry_after_ms", "retry_after_ms = 1_000");

/// An instance has one thread: more would only wait for each other.
const COUNT: RangeInclusive<u64> = 1..=100_000;

/// To 1 GiB, the most memory that hosts allow an instance.
const HELD_BYTES: RangeInclusive<u64> = 1_024..=1_073_741_824;

/// Up to five minutes: official SDKs wait no longer than one, and then retry by their own schedule.
const RETRY_AFTER: RangeInclusive<u64> = 1..=300_000;

/// What one instance takes on at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overload {
    /// Requests for vendors, from their head to the last byte of their answer.
    pub max_requests: u64,
    /// Of these, those that are answered as a stream.
    pub max_streams: u64,
    /// The bytes of their buffered bodies and answers.
    pub max_held_bytes: u64,
    /// The wait that a refused client is asked for.
    pub retry_after_ms: u64,
}

impl Default for Overload {
    fn default() -> Self {
        Self {
            // Four times what Spin and the host hand an instance in its life by default, so that their bounds decide first.
            max_requests: 512,
            // A stream takes about half a MiB of the instance while its vendor is read, and lasts for minutes.
            max_streams: 256,
            // Translation uses up to three times as much for a moment: together below the 1 GiB of an instance.
            max_held_bytes: 256 * 1024 * 1024,
            retry_after_ms: 1_000,
        }
    }
}

/// Reads the table. `largest_body_bytes` is the largest body that another key lets in.
pub(super) fn read(
    report: &mut Report<'_>,
    table: &mut Table<'_>,
    largest_body_bytes: u64,
) -> Overload {
    let default = Overload::default();
    let mut number = |key, bounds| {
        let written: Spanned<i128> = table.optional(report, key)?;
        let value = whole_number(report, table.label, key, &written, bounds)?;
        Some((value, written.span()))
    };
    let requests = number(MAX_REQUESTS, COUNT);
    let streams = number(MAX_STREAMS, COUNT);
    let held = number(MAX_HELD_BYTES, HELD_BYTES);
    let retry_after = number(RETRY_AFTER_MS, RETRY_AFTER);
    if let (Some((requests, _)), Some((streams, span))) = (&requests, &streams)
        && streams > requests
    {
        let message = format!(
            "`max_streams` is {streams}, over the {requests} of `max_requests`, in which streams are counted too; write at most {requests}"
        );
        report.problem(table.label, span.clone(), message);
    }
    if let Some((held, span)) = &held
        && *held < largest_body_bytes
    {
        let message = format!(
            "`max_held_bytes` is {held}, and a body may have {largest_body_bytes} bytes, which would never fit; write at least {largest_body_bytes}, or lower `max_body_bytes` and `max_binary_body_bytes` of [request] and `max_body_bytes` of [response]"
        );
        report.problem(table.label, span.clone(), message);
    }
    let value = |read: Option<(u64, _)>, default| read.map_or(default, |(value, _)| value);
    Overload {
        max_requests: value(requests, default.max_requests),
        max_streams: value(streams, default.max_streams),
        max_held_bytes: value(held, default.max_held_bytes),
        retry_after_ms: value(retry_after, default.retry_after_ms),
    }
}
