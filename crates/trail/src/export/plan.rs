//! What policy says of a collector.

use super::conventions::Conventions;
use crate::record::Record;

/// What is sent, each to a path of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// A trace a request.
    Traces,
    /// Sums and histograms.
    Metrics,
    /// A line a request.
    Logs,
}

impl Signal {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Traces, Self::Metrics, Self::Logs];

    /// The word in policies and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Signal::Traces => "traces",
            Signal::Metrics => "metrics",
            Signal::Logs => "logs",
        }
    }

    /// Below the endpoint of a collector, by OTLP over HTTP.
    pub fn path(self) -> &'static str {
        match self {
            Signal::Traces => "/v1/traces",
            Signal::Metrics => "/v1/metrics",
            Signal::Logs => "/v1/logs",
        }
    }
}

/// How records are sent.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportPlan {
    /// What is sent.
    pub signals: Vec<Signal>,
    /// By which names.
    pub conventions: Conventions,
    /// The part of traces that begin here which is sent, from 0 to 1. What a client has sampled is sent, and errors are.
    pub sampled: f64,
    /// The most bytes of a message.
    pub batch_bytes: usize,
    /// The most bytes that wait or are under way.
    pub queue_bytes: usize,
    /// Until the complete answer of the collector.
    pub timeout_ms: u64,
}

impl Default for ExportPlan {
    fn default() -> Self {
        ExportPlan {
            signals: Signal::ALL.to_vec(),
            conventions: Conventions::default(),
            sampled: 1.0,
            batch_bytes: 1_048_576,
            queue_bytes: 4_194_304,
            timeout_ms: 10_000,
        }
    }
}

impl ExportPlan {
    /// Whether the trace of a record is sent. A part of the traces is the same in every program that goes by their ids.
    pub(super) fn samples(&self, record: &Record) -> bool {
        let Some(trace) = record.trace.filter(|trace| trace.sampled) else { return false };
        if trace.parent_span_id.is_some() || record.is_error() || self.sampled >= 1.0 {
            return true;
        }
        // The last seven bytes are random (W3C Trace Context, level 2).
        let random =
            trace.trace_id.0.iter().skip(9).fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
        (random as f64) < self.sampled * (1u64 << 56) as f64
    }
}
