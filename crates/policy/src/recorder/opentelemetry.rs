//! `[opentelemetry]`: the collector that records are sent to.

use std::ops::RangeInclusive;

use super::endpoint;
use super::header::{self, SentHeader};
use crate::base_url::BaseUrl;
use crate::reading::{Key, Report, Seen, Table, at_least_one, name, one_of, whole_number};
use toml::Spanned;

const ENDPOINT: Key = Key::new("endpoint", r#"endpoint = "http://127.0.0.1:4318""#);
const SIGNALS: Key = Key::new("signals", r#"signals = ["traces", "metrics", "logs"]"#);
const CONVENTIONS: Key = Key::new("conventions", r#"conventions = "released""#);
const SERVICE: Key = Key::new("service", r#"service = "postern""#);
const SAMPLED_PERCENT: Key = Key::new("sampled_percent", "sampled_percent = 100");
const TIMEOUT_MS: Key = Key::new("timeout_ms", "timeout_ms = 10_000");
const BATCH_BYTES: Key = Key::new("batch_bytes", "batch_bytes = 1_048_576");
const QUEUE_BYTES: Key = Key::new("queue_bytes", "queue_bytes = 4_194_304");
const HEADER: Key = Key::new("header", r#"[[opentelemetry.header]] name = "dd-api-key""#);

const SIGNAL_WORDS: &[(&str, OtelSignal)] =
    &[("traces", OtelSignal::Traces), ("metrics", OtelSignal::Metrics), ("logs", OtelSignal::Logs)];
const CONVENTION_WORDS: &[(&str, OtelConventions)] =
    &[("released", OtelConventions::Released), ("newer", OtelConventions::Newer)];

const PERCENT: RangeInclusive<u64> = 0..=100;
/// To a minute: a post that takes longer holds up those behind it.
const TIMEOUT: RangeInclusive<u64> = 100..=60_000;
/// To what collectors take by default (OpenTelemetry's: 20 MiB; rotel's: 4 MiB).
const BATCH: RangeInclusive<u64> = 16_384..=4_194_304;
/// To an eighth of the memory of an instance.
const QUEUE: RangeInclusive<u64> = 65_536..=134_217_728;

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtelSignal {
    /// A trace a request.
    Traces,
    /// Durations, tokens, cost.
    Metrics,
    /// A line a request.
    Logs,
}

/// The set of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OtelConventions {
    /// The last released set of OpenTelemetry's conventions for generative AI.
    #[default]
    Released,
    /// What will follow it.
    Newer,
}

/// The collector, and what it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTelemetry {
    /// The paths of the signals come behind it: `/v1/traces`.
    pub endpoint: BaseUrl,
    /// What is sent.
    pub signals: Vec<OtelSignal>,
    /// By which names.
    pub conventions: OtelConventions,
    /// `service.name`.
    pub service: String,
    /// How many of a hundred traces that begin here are sent.
    pub sampled_percent: u64,
    /// Until the complete answer of the collector.
    pub timeout_ms: u64,
    /// The most bytes of a message.
    pub batch_bytes: u64,
    /// The most bytes that wait in an instance.
    pub queue_bytes: u64,
    /// Headers of every post.
    pub headers: Vec<SentHeader>,
}

pub(super) fn read(report: &mut Report<'_>, table: &mut Table<'_>) -> Option<OpenTelemetry> {
    let label = table.label;
    let written = table.required::<&str>(report, ENDPOINT);
    let endpoint = written.and_then(|url| endpoint::read(report, label, ENDPOINT, &url));
    let signals = signals(report, table);
    let conventions = table.optional(report, CONVENTIONS);
    let conventions =
        conventions.and_then(|word| one_of(report, label, CONVENTIONS, &word, CONVENTION_WORDS));
    let service = table.optional(report, SERVICE);
    let service = service.and_then(|text| name(report, label, SERVICE, &text));
    let mut number = |key, bounds, default| {
        let written = table.optional(report, key);
        let number = written.and_then(|it| whole_number(report, label, key, &it, bounds));
        number.unwrap_or(default)
    };
    let sampled_percent = number(SAMPLED_PERCENT, PERCENT, 100);
    let timeout_ms = number(TIMEOUT_MS, TIMEOUT, 10_000);
    let batch_bytes = number(BATCH_BYTES, BATCH, 1_048_576);
    let queue_bytes = number(QUEUE_BYTES, QUEUE, 4_194_304);
    let headers = table.tables(report, HEADER, "header", Some(header::NAME));
    let headers = header::read_all(report, headers);
    Some(OpenTelemetry {
        endpoint: endpoint?,
        signals,
        conventions: conventions.unwrap_or_default(),
        service: service.unwrap_or_else(|| "postern".to_owned()),
        sampled_percent,
        timeout_ms,
        batch_bytes,
        queue_bytes,
        headers,
    })
}

fn signals(report: &mut Report<'_>, table: &mut Table<'_>) -> Vec<OtelSignal> {
    let Some(list) = table.optional::<Vec<Spanned<&str>>>(report, SIGNALS) else {
        return SIGNAL_WORDS.iter().map(|(_, signal)| *signal).collect();
    };
    at_least_one(report, table.label, SIGNALS, &list);
    let (mut seen, mut signals) = (Seen::default(), Vec::new());
    for word in list.get_ref() {
        seen.note(report, table.label, word, &format!("{:?}", word.get_ref()), "remove");
        signals.extend(one_of(report, table.label, SIGNALS, word, SIGNAL_WORDS));
    }
    signals
}
