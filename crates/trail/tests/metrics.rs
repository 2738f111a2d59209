//! Metrics of a ledger in Prometheus' text format.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod support;

use postern_trail::export::metrics;
use postern_trail::ledger::write;
use support::{ledger, name, now, record, refused};

#[test]
fn metrics_are_the_sums_of_all_time() {
    let mut store = ledger();
    let mut quoted = record("3", 2_000, "shop", "a\"b\\c");
    quoted.duration_us = 90_000_000;
    quoted.route = Some(name("default"));
    let records =
        [record("1", 1_000, "shop", "gpt-4o"), record("2", 9_000_000, "desk", "gpt-4o"), quoted];
    now(write(&mut store, &records)).unwrap();
    now(write(&mut store, &[refused("4", 1_000, "shop")])).unwrap();
    let text = now(metrics(&mut store)).unwrap();
    for line in [
        "# TYPE postern_requests_total counter",
        "postern_requests_total{model=\"gpt-4o\",provider=\"openai\",route=\"\"} 2",
        "postern_requests_total{model=\"a\\\"b\\\\c\",provider=\"openai\",route=\"default\"} 1",
        "postern_request_failures_total{model=\"\",provider=\"\",route=\"\",type=\"refusal\"} 1",
        "gen_ai_client_token_usage_total{model=\"gpt-4o\",provider=\"openai\",route=\"\",type=\"input\"} 200",
        "postern_cost_nano_usd_total{model=\"gpt-4o\",provider=\"openai\",route=\"\"} 14000",
        "gen_ai_client_operation_duration_seconds_bucket{model=\"gpt-4o\",provider=\"openai\",route=\"\",le=\"0.08\"} 0",
        "gen_ai_client_operation_duration_seconds_bucket{model=\"gpt-4o\",provider=\"openai\",route=\"\",le=\"0.16\"} 2",
        "gen_ai_client_operation_duration_seconds_bucket{model=\"a\\\"b\\\\c\",provider=\"openai\",route=\"default\",le=\"81.92\"} 0",
        "gen_ai_client_operation_duration_seconds_bucket{model=\"a\\\"b\\\\c\",provider=\"openai\",route=\"default\",le=\"+Inf\"} 1",
        "gen_ai_client_operation_duration_seconds_sum{model=\"gpt-4o\",provider=\"openai\",route=\"\"} 0.19",
        "gen_ai_client_operation_duration_seconds_count{model=\"gpt-4o\",provider=\"openai\",route=\"\"} 2",
        "gen_ai_client_operation_time_to_first_chunk_seconds_sum{model=\"gpt-4o\",provider=\"openai\",route=\"\"} 0.062",
    ] {
        assert!(text.lines().any(|each| each == line), "{line}\n{text}");
    }
    // Each name has its help and type once, before its values.
    let names: Vec<_> = text.lines().filter(|line| line.starts_with("# TYPE")).collect();
    assert_eq!(names.len(), 8);
    assert!(text.ends_with('\n'));
}
