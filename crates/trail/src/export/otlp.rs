//! Records as traces and logs of OTLP.
//!
//! A request is a span of its gateway, with a child for each stage and each attempt. A record without trace ids is in no trace, and one
//! that its client did not sample is left out.

use super::attributes::Attributes;
use super::conventions::{Attribute, Conventions, operation, provider};
use super::messages::{
    AnyValue, ExportLogsServiceRequest, ExportTraceServiceRequest, KeyValue, LogRecord,
    ResourceLogs, ResourceSpans, ScopeLogs, ScopeSpans, Status, TraceSpan, any_value::Value,
};
use super::resource::{Service, resource, scope};
use crate::name::Name;
use crate::record::{AttemptEnd, AttemptRecord, FoundCategory, Record, TraceIds};
use sha2::{Digest, Sha256};

const INTERNAL: i32 = 1;
const SERVER: i32 = 2;
const CLIENT: i32 = 3;

/// The traces of records; encode it with `prost::Message::encode_to_vec`, and send it to `/v1/traces` as `application/x-protobuf`.
pub fn traces<'r>(
    records: impl IntoIterator<Item = &'r Record>,
    service: &Service,
    conventions: Conventions,
) -> ExportTraceServiceRequest {
    let sampled = |record: &'r Record| record.trace.filter(|trace| trace.sampled);
    let spans = records.into_iter().filter_map(|record| Some((record, sampled(record)?)));
    let spans = spans.flat_map(|(record, trace)| spans_of(record, trace, conventions)).collect();
    let scope_spans = vec![ScopeSpans { scope: Some(scope(service)), spans }];
    let resource_spans = vec![ResourceSpans { resource: Some(resource(service)), scope_spans }];
    ExportTraceServiceRequest { resource_spans }
}

/// The records as logs, each a line of JSON with its trace ids; for `/v1/logs`.
pub fn logs<'r>(
    records: impl IntoIterator<Item = &'r Record>,
    service: &Service,
) -> ExportLogsServiceRequest {
    let log_records = records.into_iter().map(log).collect();
    let scope_logs = vec![ScopeLogs { scope: Some(scope(service)), log_records }];
    let resource_logs = vec![ResourceLogs { resource: Some(resource(service)), scope_logs }];
    ExportLogsServiceRequest { resource_logs }
}

fn log(record: &Record) -> LogRecord {
    let ended = nanoseconds(record, record.duration_us);
    let severity_number = if record.is_error() {
        17
    } else if record.is_refusal() {
        13
    } else {
        9
    };
    LogRecord {
        time_unix_nano: ended,
        observed_time_unix_nano: ended,
        severity_number,
        body: Some(AnyValue { value: Some(Value::StringValue(record.to_json())) }),
        attributes: Vec::new(),
        flags: record.trace.map_or(0, |trace| u32::from(trace.sampled)),
        trace_id: record.trace.map(|trace| trace.trace_id.0.to_vec()).unwrap_or_default(),
        span_id: record.trace.map(|trace| trace.span_id.0.to_vec()).unwrap_or_default(),
    }
}

fn nanoseconds(record: &Record, after_us: u64) -> u64 {
    let start = record.started_unix_ms.saturating_mul(1_000_000);
    start.saturating_add(after_us.saturating_mul(1_000))
}

fn spans_of(record: &Record, trace: TraceIds, conventions: Conventions) -> Vec<TraceSpan> {
    let mut spans = vec![root(record, trace, conventions)];
    for (at, stage) in record.stages.iter().enumerate() {
        let times = (stage.started_us, stage.duration_us);
        let name = format!("stage {}", stage.stage);
        spans.push(child(record, trace, ("stage", at), times, name));
    }
    for (at, attempt) in record.attempts.iter().enumerate() {
        let times = (attempt.started_us, attempt.duration_us);
        let name = format!("{} {}", operation_of(record), attempt.model);
        let mut span = child(record, trace, ("attempt", at), times, name);
        span.kind = CLIENT;
        span.attributes = of_attempt(record, attempt, conventions);
        span.status = (attempt.outcome == AttemptEnd::Failed).then(failed);
        spans.push(span);
    }
    if conventions == Conventions::Newer {
        for (at, finding) in record.findings.iter().enumerate() {
            spans.push(guardrail(record, trace, at, finding, conventions));
        }
    }
    spans
}

fn operation_of(record: &Record) -> &str {
    operation(record.operation.as_ref().map_or("request", Name::as_str))
}

fn failed() -> Status {
    // No text: a fault's words may quote the request.
    Status { message: String::new(), code: 2 }
}

fn root(record: &Record, trace: TraceIds, conventions: Conventions) -> TraceSpan {
    let model = record.requested_model.as_ref().map(|model| format!(" {model}"));
    TraceSpan {
        trace_id: trace.trace_id.0.to_vec(),
        span_id: trace.span_id.0.to_vec(),
        parent_span_id: trace.parent_span_id.map(|id| id.0.to_vec()).unwrap_or_default(),
        name: format!("{}{}", operation_of(record), model.unwrap_or_default()),
        kind: SERVER,
        start_time_unix_nano: nanoseconds(record, 0),
        end_time_unix_nano: nanoseconds(record, record.duration_us),
        attributes: of_request(record, conventions),
        status: record.is_error().then(failed),
        flags: u32::from(trace.sampled),
    }
}

/// A span below the request's. Its id is made of the request's, so that a record that is sent twice is the same trace.
fn child(
    record: &Record,
    trace: TraceIds,
    (kind, at): (&str, usize),
    (started_us, duration_us): (u64, u64),
    name: String,
) -> TraceSpan {
    let mut id =
        Sha256::digest([&trace.span_id.0[..], format!("{kind} {at}").as_bytes()].concat()).to_vec();
    id.truncate(8);
    TraceSpan {
        trace_id: trace.trace_id.0.to_vec(),
        span_id: id,
        parent_span_id: trace.span_id.0.to_vec(),
        name,
        kind: INTERNAL,
        start_time_unix_nano: nanoseconds(record, started_us),
        end_time_unix_nano: nanoseconds(record, started_us.saturating_add(duration_us)),
        attributes: Vec::new(),
        status: None,
        flags: u32::from(trace.sampled),
    }
}

fn guardrail(
    record: &Record,
    trace: TraceIds,
    at: usize,
    finding: &FoundCategory,
    conventions: Conventions,
) -> TraceSpan {
    let name = format!("apply_guardrail {}", finding.rule);
    let mut span = child(record, trace, ("guardrail", at), (0, 0), name);
    let mut attributes = Attributes::new(conventions);
    attributes.text(Attribute::Operation, "apply_guardrail");
    attributes.name(Attribute::GuardrailName, Some(&finding.rule));
    attributes.integer(Attribute::GuardrailFindings, Some(u64::from(finding.count)));
    span.attributes = attributes.all;
    span
}

fn of_request(record: &Record, conventions: Conventions) -> Vec<KeyValue> {
    let mut attributes = Attributes::new(conventions);
    attributes.text(Attribute::Operation, operation_of(record));
    let served = record.served_by();
    if let Some(attempt) = served {
        attributes.text(Attribute::Provider, provider(attempt.provider.as_str()));
    }
    attributes.name(Attribute::RequestModel, record.requested_model.as_ref());
    attributes.name(Attribute::ResponseModel, served.map(|attempt| &attempt.model));
    if record.stream {
        attributes.push(Attribute::Stream, Value::BoolValue(true));
    }
    attributes.seconds(Attribute::TimeToFirstChunk, record.first_token_us);
    attributes.tokens(record.tokens);
    attributes.integer(Attribute::CostNanoUsd, record.cost_nano_usd);
    attributes.name(Attribute::ErrorType, record.fault.as_ref().map(|fault| &fault.kind));
    attributes.integer(Attribute::HttpStatus, record.status.map(u64::from));
    attributes.name(Attribute::RequestId, Some(&record.request_id));
    let caller = record.caller.as_ref();
    attributes.name(Attribute::Consumer, caller.map(|caller| &caller.consumer));
    attributes.name(Attribute::Team, caller.and_then(|caller| caller.team.as_ref()));
    attributes.name(Attribute::Tenant, caller.and_then(|caller| caller.tenant.as_ref()));
    attributes.name(Attribute::Route, record.route.as_ref());
    attributes.text(Attribute::Outcome, record.outcome.as_str());
    if let Some(cache) = record.cache {
        attributes.text(Attribute::Cache, cache.as_str());
    }
    attributes.all
}

fn of_attempt(record: &Record, attempt: &AttemptRecord, conventions: Conventions) -> Vec<KeyValue> {
    let mut attributes = Attributes::new(conventions);
    attributes.text(Attribute::Operation, operation_of(record));
    attributes.text(Attribute::Provider, provider(attempt.provider.as_str()));
    attributes.name(Attribute::RequestModel, Some(&attempt.model));
    attributes.name(Attribute::Deployment, Some(&attempt.deployment));
    attributes.name(Attribute::Region, attempt.region.as_ref());
    attributes.seconds(Attribute::TimeToFirstChunk, attempt.first_token_us);
    attributes.tokens(attempt.tokens);
    attributes.integer(Attribute::CostNanoUsd, attempt.cost_nano_usd);
    attributes.name(Attribute::ErrorType, attempt.fault.as_ref().map(|fault| &fault.kind));
    attributes.integer(Attribute::HttpStatus, attempt.status.map(u64::from));
    attributes.text(Attribute::Outcome, attempt.outcome.as_str());
    attributes.all
}

#[cfg(test)]
mod tests {
    use super::{Service, logs, traces};
    use crate::export::conventions::{Attribute, Conventions};
    use crate::export::messages::{ExportTraceServiceRequest, TraceSpan, any_value::Value};
    use crate::sample::record;
    use prost::Message as _;

    fn service() -> Service {
        let text = |text: &str| text.to_owned();
        Service { name: text("postern"), version: text("1"), instance: text("a") }
    }

    fn spans(conventions: Conventions) -> Vec<TraceSpan> {
        let record = record("r-1", 1_767_225_600_000);
        let bytes = traces([&record], &service(), conventions).encode_to_vec();
        let read = ExportTraceServiceRequest::decode(&*bytes).unwrap();
        read.resource_spans[0].scope_spans[0].spans.clone()
    }

    fn value(span: &TraceSpan, name: &str) -> Option<Value> {
        span.attributes.iter().find(|one| one.key == name)?.value.clone()?.value
    }

    #[test]
    fn a_request_is_a_trace_with_stages_and_attempts() {
        let spans = spans(Conventions::Released);
        let names: Vec<_> = spans.iter().map(|span| span.name.as_str()).collect();
        assert_eq!(
            names,
            ["chat default-chat", "stage auth", "chat gpt-4o-mini", "chat claude-haiku"]
        );
        assert_eq!(spans.iter().map(|span| span.kind).collect::<Vec<_>>(), [2, 1, 3, 3]);
        let root = &spans[0];
        assert_eq!(hex::encode(&root.span_id), "00f067aa0ba902b7");
        assert_eq!(root.end_time_unix_nano - root.start_time_unix_nano, 95_000_000);
        for child in &spans[1..] {
            assert_eq!((&child.parent_span_id, &child.trace_id), (&root.span_id, &root.trace_id));
            assert_eq!(child.span_id.len(), 8);
        }
        let failed: Vec<_> = spans.iter().map(|span| span.status.is_some()).collect();
        assert_eq!(failed, [false, false, true, false]);
        assert_eq!(value(root, "gen_ai.usage.input_tokens"), Some(Value::IntValue(120)));
        assert_eq!(
            value(root, "gen_ai.response.time_to_first_chunk"),
            Some(Value::DoubleValue(0.071))
        );
        let error = Some(Value::StringValue("overloaded".to_owned()));
        assert_eq!(value(&spans[2], "error.type"), error);
    }

    #[test]
    fn guardrails_have_spans_in_the_newer_conventions_only() {
        let count = |conventions| {
            let of = |span: &&TraceSpan| span.name.starts_with("apply_guardrail");
            spans(conventions).iter().filter(of).count()
        };
        assert_eq!((count(Conventions::Released), count(Conventions::Newer)), (0, 1));
        let name = Attribute::CacheWriteTokens.name(Conventions::Newer);
        assert_eq!(name, "gen_ai.usage.cache_write.input_tokens");
    }

    #[test]
    fn what_is_not_sampled_is_in_no_trace_and_in_the_log() {
        let mut record = record("r-1", 0);
        record.trace = record.trace.map(|trace| super::TraceIds { sampled: false, ..trace });
        let traces = traces([&record], &service(), Conventions::Released);
        assert!(traces.resource_spans[0].scope_spans[0].spans.is_empty());
        let logs = logs([&record], &service());
        let log = &logs.resource_logs[0].scope_logs[0].log_records[0];
        assert_eq!((log.trace_id.len(), log.severity_number), (16, 9));
    }

    /// The bytes of a span of known fields, by the encoding of protocol buffers: tag 7 is a fixed64, tag 6 a varint.
    #[test]
    fn the_wire_has_the_numbers_of_the_protocol() {
        let span = TraceSpan { kind: 3, start_time_unix_nano: 1, ..TraceSpan::default() };
        assert_eq!(span.encode_to_vec(), [0x30, 3, 0x39, 1, 0, 0, 0, 0, 0, 0, 0]);
    }
}
