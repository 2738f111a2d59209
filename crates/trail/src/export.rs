//! What others' tools read: OpenTelemetry's protocol from records, Prometheus' text format from the ledger.
//!
//! Names are those of OpenTelemetry's semantic conventions for generative AI, from one table ([`Attribute`]).

mod attributes;
mod batch;
mod conventions;
mod exporter;
mod instruments;
mod measurements;
mod messages;
mod otlp;
mod plan;
mod prometheus;
mod resource;

pub use conventions::{Attribute, Conventions};
pub use exporter::{Dropped, Due, Exporter, PostOutcome};
pub use measurements::{Interval, otlp_metrics};
pub use messages::{
    AnyValue, ExportLogsServiceRequest, ExportMetricsServiceRequest, ExportTraceServiceRequest,
    KeyValue, LogRecord, TraceSpan, any_value,
};
pub use otlp::{logs, traces};
pub use plan::{ExportPlan, Signal};
pub use prometheus::{CONTENT_TYPE, metric_names, metrics};
pub use resource::Service;
