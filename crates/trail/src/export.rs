//! What others' tools read: OpenTelemetry's protocol from records, Prometheus' text format from the ledger.
//!
//! Names are those of OpenTelemetry's semantic conventions for generative AI, from one table ([`Attribute`]).

mod conventions;
mod messages;
mod otlp;
mod prometheus;

pub use conventions::{Attribute, Conventions};
pub use messages::{
    AnyValue, ExportLogsServiceRequest, ExportTraceServiceRequest, KeyValue, LogRecord, TraceSpan,
    any_value,
};
pub use otlp::{Service, logs, traces};
pub use prometheus::{CONTENT_TYPE, metrics};
