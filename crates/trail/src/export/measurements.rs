//! Records as metrics of OTLP.
//!
//! Each message says what its records add, with *delta* temporality. An instance of a component lives for
//! minutes, so that sums since its start would be as many series as there have been instances; deltas can be added up by their
//! receiver (Datadog does; the processor `deltatocumulative` of a collector does it for Prometheus). Sums over all instances and
//! restarts are at `/metrics`.

use super::attributes::pair;
use super::conventions::{Attribute, Conventions, operation, provider};
use super::instruments::{Instrument, Kind};
use super::messages::{
    ExportMetricsServiceRequest, Histogram, HistogramDataPoint, KeyValue, Metric, NumberDataPoint,
    ResourceMetrics, ScopeMetrics, Sum, any_value, metric::Data, number_data_point::Value,
};
use super::resource::{Service, resource, scope};
use crate::name::Name;
use crate::record::{AttemptRecord, Record, TokenCounts};
use std::collections::BTreeMap;

const DELTA: i32 = 1;

/// Who answers a request that reaches no vendor.
const GATEWAY: &str = "postern";

/// A time that measurements are of, in nanoseconds since 1970. Those of one instance do not overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// Its beginning.
    pub start_unix_nano: u64,
    /// Its end.
    pub end_unix_nano: u64,
}

type Labels = Vec<(Attribute, String)>;

/// What an instrument has added up for some labels.
#[derive(Debug, Clone, Default)]
struct Sums {
    count: u64,
    sum: u64,
    total: f64,
    buckets: Vec<u64>,
}

/// What records add to each instrument, by labels.
struct Measured {
    conventions: Conventions,
    all: BTreeMap<Instrument, BTreeMap<Labels, Sums>>,
}

/// What the records add to all instruments; for `/v1/metrics`. `dropped` has records that a collector did not take since the
/// last message, by signal.
pub fn otlp_metrics<'r>(
    records: impl IntoIterator<Item = &'r Record>,
    dropped: &[(&str, u64)],
    service: &Service,
    conventions: Conventions,
    interval: Interval,
) -> ExportMetricsServiceRequest {
    let mut measured = Measured { conventions, all: BTreeMap::new() };
    for record in records {
        measured.add_request(record);
        measured.add_usage(record);
    }
    for (signal, records) in dropped.iter().filter(|(_, records)| *records > 0) {
        let labels = vec![(Attribute::Signal, (*signal).to_owned())];
        measured.count(Instrument::Dropped, labels, *records);
    }
    let metrics = measured.into_metrics(interval);
    let scope_metrics = vec![ScopeMetrics { scope: Some(scope(service)), metrics }];
    let resource_metrics =
        vec![ResourceMetrics { resource: Some(resource(service)), scope_metrics }];
    ExportMetricsServiceRequest { resource_metrics }
}

impl Measured {
    fn add_request(&mut self, record: &Record) {
        let mut labels = labels(record, record.served_by());
        let mut outcomes = labels.clone();
        outcomes.push((Attribute::Outcome, record.outcome.as_str().to_owned()));
        self.count(Instrument::Requests, outcomes, 1);
        if record.stream
            && let Some(first_token_us) = record.first_token_us
        {
            self.duration(Instrument::TimeToFirstChunk, labels.clone(), first_token_us);
        }
        if let Some(fault) = &record.fault {
            labels.push((Attribute::ErrorType, fault.kind.as_str().to_owned()));
        }
        self.duration(Instrument::Duration, labels, record.duration_us);
    }

    /// Each attempt's own usage where it is known, so that it is summed at the vendor who asks money for it.
    fn add_usage(&mut self, record: &Record) {
        let used: Vec<_> =
            record.attempts.iter().filter(|attempt| attempt.tokens.is_some()).collect();
        for attempt in &used {
            let labels = labels(record, Some(attempt));
            self.add_tokens(&labels, attempt.tokens.unwrap_or_default());
            self.count(Instrument::Cost, labels, attempt.cost_nano_usd.unwrap_or(0));
        }
        if used.is_empty()
            && let Some(tokens) = record.tokens
        {
            let labels = labels(record, record.served_by());
            self.add_tokens(&labels, tokens);
            self.count(Instrument::Cost, labels, record.cost_nano_usd.unwrap_or(0));
        }
    }

    fn add_tokens(&mut self, labels: &Labels, tokens: TokenCounts) {
        for instrument in Instrument::of_tokens(self.conventions) {
            let (all, audio) = match instrument {
                Instrument::InputTokens => (tokens.input, tokens.audio_input),
                Instrument::OutputTokens => (tokens.output, tokens.audio_output),
                Instrument::CacheReadTokens => (tokens.cached_input, 0),
                Instrument::CacheWriteTokens => (tokens.cache_write, 0),
                Instrument::ReasoningTokens => (tokens.reasoning, 0),
                Instrument::InputTokensEach => (tokens.input, 0),
                Instrument::OutputTokensEach => (tokens.output, 0),
                _ => {
                    self.add_types(labels, tokens);
                    continue;
                }
            };
            if matches!(instrument.description().2, Kind::Histogram(_)) {
                self.tokens(*instrument, labels.clone(), all);
                continue;
            }
            // Of images and files a vendor reports no tokens of their own.
            for (modality, count) in [("unknown", all.saturating_sub(audio)), ("audio", audio)] {
                let mut labels = labels.clone();
                labels.push((Attribute::TokenModality, modality.to_owned()));
                self.count(*instrument, labels, count);
            }
        }
    }

    fn add_types(&mut self, labels: &Labels, tokens: TokenCounts) {
        for (kind, count) in [("input", tokens.input), ("output", tokens.output)] {
            let mut labels = labels.clone();
            labels.push((Attribute::TokenType, kind.to_owned()));
            self.tokens(Instrument::TokenUsage, labels, count);
        }
    }

    fn count(&mut self, instrument: Instrument, labels: Labels, by: u64) {
        if by > 0 {
            let sums = self.all.entry(instrument).or_default().entry(labels).or_default();
            sums.sum = sums.sum.saturating_add(by);
        }
    }

    fn duration(&mut self, instrument: Instrument, labels: Labels, duration_us: u64) {
        self.histogram(instrument, labels, duration_us as f64 / 1e6);
    }

    fn tokens(&mut self, instrument: Instrument, labels: Labels, tokens: u64) {
        self.histogram(instrument, labels, tokens as f64);
    }

    fn histogram(&mut self, instrument: Instrument, labels: Labels, value: f64) {
        let Kind::Histogram(bounds) = instrument.description().2 else { return };
        let sums = self.all.entry(instrument).or_default().entry(labels).or_default();
        sums.count = sums.count.saturating_add(1);
        sums.total += value;
        sums.buckets.resize(bounds.len() + 1, 0);
        let at = bounds.iter().position(|bound| value <= *bound).unwrap_or(bounds.len());
        if let Some(bucket) = sums.buckets.get_mut(at) {
            *bucket = bucket.saturating_add(1);
        }
    }

    fn into_metrics(self, interval: Interval) -> Vec<Metric> {
        let conventions = self.conventions;
        let metric = |(instrument, points): (Instrument, BTreeMap<Labels, Sums>)| {
            let (name, unit, kind, description) = instrument.description();
            let points = points.into_iter();
            let data = match kind {
                Kind::Counter => Data::Sum(Sum {
                    data_points: points.map(|point| number(point, interval, conventions)).collect(),
                    aggregation_temporality: DELTA,
                    is_monotonic: true,
                }),
                Kind::Histogram(bounds) => Data::Histogram(Histogram {
                    data_points: points
                        .map(|point| distribution(point, bounds, interval, conventions))
                        .collect(),
                    aggregation_temporality: DELTA,
                }),
            };
            let (name, unit) = (name.to_owned(), unit.to_owned());
            Metric { name, unit, description: description.to_owned(), data: Some(data) }
        };
        self.all.into_iter().map(metric).collect()
    }
}

fn labels(record: &Record, attempt: Option<&AttemptRecord>) -> Labels {
    let ours = operation(record.operation.as_ref().map_or("request", Name::as_str));
    let vendor = attempt.map_or(GATEWAY, |attempt| provider(attempt.provider.as_str()));
    let mut labels =
        vec![(Attribute::Operation, ours.to_owned()), (Attribute::Provider, vendor.to_owned())];
    if let Some(attempt) = attempt {
        // The catalogue's name: names that clients invent would each be a series.
        labels.push((Attribute::RequestModel, attempt.model.as_str().to_owned()));
    }
    if let Some(route) = &record.route {
        labels.push((Attribute::Route, route.as_str().to_owned()));
    }
    labels
}

fn key_values(labels: Labels, conventions: Conventions) -> Vec<KeyValue> {
    let text = any_value::Value::StringValue;
    labels.into_iter().map(|(one, value)| pair(one.name(conventions), text(value))).collect()
}

fn number((labels, sums): (Labels, Sums), at: Interval, of: Conventions) -> NumberDataPoint {
    NumberDataPoint {
        start_time_unix_nano: at.start_unix_nano,
        time_unix_nano: at.end_unix_nano,
        value: Some(Value::AsInt(i64::try_from(sums.sum).unwrap_or(i64::MAX))),
        attributes: key_values(labels, of),
    }
}

fn distribution(
    (labels, sums): (Labels, Sums),
    bounds: &[f64],
    at: Interval,
    of: Conventions,
) -> HistogramDataPoint {
    HistogramDataPoint {
        start_time_unix_nano: at.start_unix_nano,
        time_unix_nano: at.end_unix_nano,
        count: sums.count,
        sum: Some(sums.total),
        bucket_counts: sums.buckets,
        explicit_bounds: bounds.to_vec(),
        attributes: key_values(labels, of),
    }
}

#[cfg(test)]
#[path = "measurements_tests.rs"]
mod tests;
