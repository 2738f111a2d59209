//! What records add to instruments.

use super::{Interval, otlp_metrics};
use crate::export::conventions::Conventions;
use crate::export::messages::{
    ExportMetricsServiceRequest, Metric, any_value, metric::Data, number_data_point::Value,
};
use crate::export::resource::Service;
use crate::record::Record;
use crate::sample::record;
use prost::Message as _;

fn metrics(records: &[Record], conventions: Conventions) -> Vec<Metric> {
    let text = |text: &str| text.to_owned();
    let service = Service { name: text("postern"), version: text("1"), instance: text("a") };
    let interval = Interval { start_unix_nano: 1, end_unix_nano: 9 };
    let sent = otlp_metrics(records, &[("traces", 3)], &service, conventions, interval);
    let read = ExportMetricsServiceRequest::decode(&*sent.encode_to_vec()).unwrap();
    assert_eq!(read, sent);
    read.resource_metrics[0].scope_metrics[0].metrics.clone()
}

/// The points of a metric: their labels, and the value of a sum or count and sum of a histogram.
fn points(metrics: &[Metric], name: &str) -> Vec<(String, f64, f64)> {
    let Some(metric) = metrics.iter().find(|metric| metric.name == name) else { return Vec::new() };
    let text = |attributes: &[crate::export::messages::KeyValue]| {
        let value = |one: &crate::export::messages::KeyValue| match &one.value {
            Some(value) => match &value.value {
                Some(any_value::Value::StringValue(text)) => format!("{}={text}", one.key),
                other => panic!("{other:?}"),
            },
            None => panic!("no value"),
        };
        attributes.iter().map(value).collect::<Vec<_>>().join(" ")
    };
    match metric.data.as_ref().unwrap() {
        Data::Sum(sum) => {
            assert!(sum.aggregation_temporality == 1 && sum.is_monotonic);
            let value = |value: &Option<Value>| match value {
                Some(Value::AsInt(number)) => *number as f64,
                None => panic!("no value"),
            };
            sum.data_points
                .iter()
                .map(|one| (text(&one.attributes), value(&one.value), 0.0))
                .collect()
        }
        Data::Histogram(histogram) => {
            assert_eq!(histogram.aggregation_temporality, 1);
            let point = |one: &crate::export::messages::HistogramDataPoint| {
                assert_eq!(one.bucket_counts.len(), one.explicit_bounds.len() + 1);
                assert_eq!(one.bucket_counts.iter().sum::<u64>(), one.count);
                assert_eq!((one.start_time_unix_nano, one.time_unix_nano), (1, 9));
                (text(&one.attributes), one.count as f64, one.sum.unwrap())
            };
            histogram.data_points.iter().map(point).collect()
        }
    }
}

const HAIKU: &str = "gen_ai.operation.name=chat gen_ai.provider.name=anthropic \
                     gen_ai.request.model=claude-haiku postern.route=default-chat";

#[test]
fn the_released_set_has_one_histogram_of_tokens_by_type() {
    let metrics = metrics(&[record("1", 0), record("2", 0)], Conventions::Released);
    let of = |name: &str| points(&metrics, name);
    assert_eq!(of("gen_ai.client.operation.duration"), [(HAIKU.to_owned(), 2.0, 0.19)]);
    assert_eq!(of("gen_ai.client.operation.time_to_first_chunk"), [(HAIKU.to_owned(), 2.0, 0.142)]);
    let input = format!("{HAIKU} gen_ai.token.type=input");
    let output = format!("{HAIKU} gen_ai.token.type=output");
    assert_eq!(of("gen_ai.client.token.usage"), [(input, 2.0, 240.0), (output, 2.0, 60.0)]);
    assert_eq!(of("postern.cost_nano_usd"), [(HAIKU.to_owned(), 540_000.0, 0.0)]);
    let complete = format!("{HAIKU} postern.outcome=complete");
    assert_eq!(of("postern.requests"), [(complete, 2.0, 0.0)]);
    assert_eq!(of("postern.telemetry.dropped"), [("postern.signal=traces".to_owned(), 3.0, 0.0)]);
    assert!(of("gen_ai.client.inference.usage.input_tokens").is_empty());
}

#[test]
fn the_newer_set_has_counters_by_kind_and_modality() {
    let mut spoken = record("1", 0);
    if let Some(attempt) = spoken.attempts.last_mut() {
        attempt.tokens = attempt.tokens.map(|tokens| crate::record::TokenCounts {
            audio_input: 50,
            reasoning: 7,
            ..tokens
        });
    }
    let metrics = metrics(&[spoken], Conventions::Newer);
    let of = |name: &str| points(&metrics, &format!("gen_ai.client.inference.{name}"));
    let audio = format!("{HAIKU} gen_ai.token.modality=audio");
    let unknown = format!("{HAIKU} gen_ai.token.modality=unknown");
    assert_eq!(of("usage.input_tokens"), [(audio, 50.0, 0.0), (unknown.clone(), 70.0, 0.0)]);
    assert_eq!(of("usage.cache_read.input_tokens"), [(unknown.clone(), 20.0, 0.0)]);
    assert_eq!(of("usage.reasoning.output_tokens"), [(unknown, 7.0, 0.0)]);
    assert_eq!(of("operation.input_tokens"), [(HAIKU.to_owned(), 1.0, 120.0)]);
    assert!(points(&metrics, "gen_ai.client.token.usage").is_empty());
}

#[test]
fn a_request_that_no_vendor_saw_is_the_gateways() {
    let mut refused = record("1", 0);
    (refused.attempts, refused.tokens, refused.stream) = (Vec::new(), None, false);
    refused.requested_model = Some(crate::sample::name("a-name-that-a-client-invented"));
    refused.route = None;
    let metrics = metrics(&[refused], Conventions::Released);
    let labels = "gen_ai.operation.name=chat gen_ai.provider.name=postern".to_owned();
    assert_eq!(points(&metrics, "gen_ai.client.operation.duration")[0].0, labels);
    // Of answers that are not streamed, the first part is the whole.
    assert!(points(&metrics, "gen_ai.client.operation.time_to_first_chunk").is_empty());
    assert!(points(&metrics, "gen_ai.client.token.usage").is_empty());
}
