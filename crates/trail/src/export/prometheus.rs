//! Metrics in Prometheus' text format 0.0.4, from the sums of all time: right over all instances and restarts.

use crate::ledger::{
    LATENCY_BOUNDS_US, LatencyMetric, LedgerError, Row, SUMS, Store, integer, text,
};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The value of `content-type`.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A metric's name, what it is, and the sums that it shows, each with its value of the label `type`; an empty one: no label.
type Counter = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const COUNTERS: [Counter; 6] = [
    ("postern_requests_total", "Requests.", &[("requests", "")]),
    (
        "postern_request_failures_total",
        "Requests that failed, were refused, or whose client left.",
        &[("errors", "error"), ("refusals", "refusal"), ("client_gone", "client_gone")],
    ),
    (
        "postern_attempts_total",
        "Tries at deployments.",
        &[("attempts", "all"), ("failed_attempts", "failed")],
    ),
    ("postern_cache_hits_total", "Requests that the cache answered.", &[("cache_hits", "")]),
    (
        "gen_ai_client_token_usage_total",
        "Tokens, by kind; kinds of input are parts of input, reasoning is a part of output.",
        &[
            ("input_tokens", "input"),
            ("output_tokens", "output"),
            ("cached_input_tokens", "cached_input"),
            ("cache_write_tokens", "cache_write"),
            ("reasoning_tokens", "reasoning"),
        ],
    ),
    (
        "postern_cost_nano_usd_total",
        "Cost at the catalogue's prices, in 10^-9 US dollars.",
        &[("cost_nano_usd", "")],
    ),
];

/// Histograms by the names of OpenTelemetry.
const HISTOGRAMS: [(LatencyMetric, &str, &str); 2] = [
    (
        LatencyMetric::Duration,
        "gen_ai_client_operation_duration_seconds",
        "From the head of a request to the last byte of its answer.",
    ),
    (
        LatencyMetric::FirstToken,
        "gen_ai_client_operation_time_to_first_chunk_seconds",
        "From the head of a request to the first part of its answer.",
    ),
];

/// The names of all series, as queries name them: a histogram has three.
pub fn metric_names() -> Vec<String> {
    let counters = COUNTERS.iter().map(|(name, ..)| (*name).to_owned());
    let parts = ["_bucket", "_sum", "_count"];
    let histograms = HISTOGRAMS
        .iter()
        .flat_map(|(_, name, _)| parts.iter().map(move |part| format!("{name}{part}")));
    counters.chain(histograms).collect()
}

/// All metrics, as they are scraped.
///
/// # Errors
///
/// The ledger cannot be read.
pub async fn metrics(store: &mut impl Store) -> Result<String, LedgerError> {
    let sums = SUMS.join(", ");
    let statement = format!(
        "SELECT model, provider, route, {sums} FROM usage_series ORDER BY model, provider, route"
    );
    let usage = store.query(&statement, &[]).await?;
    let latency = store
        .query(
            "SELECT metric, model, provider, route, le_us, requests, sum_us FROM usage_latency",
            &[],
        )
        .await?;
    let mut out = String::new();
    for (name, help, sums) in COUNTERS {
        counter(&mut out, name, help, sums, &usage)?;
    }
    for (metric, name, help) in HISTOGRAMS {
        histogram(&mut out, metric, name, help, &latency)?;
    }
    Ok(out)
}

fn counter(
    out: &mut String,
    name: &str,
    help: &str,
    sums: &[(&str, &str)],
    usage: &[Row],
) -> Result<(), LedgerError> {
    header(out, name, help, "counter");
    for row in usage {
        let labels = labels(text(row, 0)?, text(row, 1)?, text(row, 2)?);
        for (sum, kind) in sums {
            let Some(at) = SUMS.iter().position(|known| known == sum) else { continue };
            let value = integer(row, at + 3)?;
            let kind = if kind.is_empty() { String::new() } else { format!(",type=\"{kind}\"") };
            // Writing to memory does not fail.
            let _ = writeln!(out, "{name}{{{labels}{kind}}} {value}");
        }
    }
    Ok(())
}

/// The requests and microseconds of one series, by bound.
type Series = BTreeMap<i64, (i64, i64)>;

fn histogram(
    out: &mut String,
    metric: LatencyMetric,
    name: &str,
    help: &str,
    latency: &[Row],
) -> Result<(), LedgerError> {
    header(out, name, help, "histogram");
    let mut all: BTreeMap<String, Series> = BTreeMap::new();
    for row in latency {
        if text(row, 0)? == metric.as_str() {
            let labels = labels(text(row, 1)?, text(row, 2)?, text(row, 3)?);
            let series = all.entry(labels).or_default();
            series.insert(integer(row, 4)?, (integer(row, 5)?, integer(row, 6)?));
        }
    }
    for (labels, series) in &all {
        let mut requests = 0i64;
        for bound in LATENCY_BOUNDS_US {
            requests = requests.saturating_add(series.get(&bound).map_or(0, |one| one.0));
            let _ = writeln!(out, "{name}_bucket{{{labels},le=\"{}\"}} {requests}", seconds(bound));
        }
        let all = series.values().fold((0i64, 0i64), |sum, one| {
            (sum.0.saturating_add(one.0), sum.1.saturating_add(one.1))
        });
        let _ = writeln!(out, "{name}_bucket{{{labels},le=\"+Inf\"}} {}", all.0);
        let _ = writeln!(out, "{name}_sum{{{labels}}} {}", seconds(all.1));
        let _ = writeln!(out, "{name}_count{{{labels}}} {}", all.0);
    }
    Ok(())
}

fn header(out: &mut String, name: &str, help: &str, kind: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn labels(model: &str, provider: &str, route: &str) -> String {
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!(
        "model=\"{}\",provider=\"{}\",route=\"{}\"",
        escaped(model),
        escaped(provider),
        escaped(route)
    )
}

/// Microseconds as exact seconds.
fn seconds(microseconds: i64) -> String {
    let text = format!("{}.{:06}", microseconds / 1_000_000, microseconds.rem_euclid(1_000_000));
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
