//! `recorder.toml`: how records of requests are written, how long they are kept, and who is told of them.
//!
//! Each table of the file has a file of its own here.

mod anomalies;
mod audit;
mod calls;
mod endpoint;
mod header;
mod ledger;
mod opentelemetry;
mod postgres;
mod retention;
mod webhook;

pub use anomalies::Anomalies;
pub use audit::Audit;
pub use calls::ForeignCall;
pub use header::SentHeader;
pub use ledger::{Ledger, LedgerStore};
pub use opentelemetry::{OpenTelemetry, OtelConventions, OtelSignal};
pub use retention::Retention;
pub use webhook::{Webhook, WebhookFormat};

use crate::RECORDER_FILE;
use crate::problem::Problems;
use crate::reading::{Key, Report, Table};

const AUDIT: Key = Key::new("audit", "[audit]");
const LEDGER: Key = Key::new("ledger", "[ledger]");
const RETENTION: Key = Key::new("retention", "[retention]");
const OPENTELEMETRY: Key = Key::new("opentelemetry", "[opentelemetry]");
const ANOMALIES: Key = Key::new("anomalies", "[anomalies]");
const WEBHOOK: Key = Key::new("webhook", "[[webhook]]");

/// The settings of `recorder.toml`, with defaults for absent keys.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Recorder {
    /// How records are written.
    pub ledger: Ledger,
    /// How long they are kept.
    pub retention: Retention,
    /// The collector that they are sent to; none: nowhere.
    pub opentelemetry: Option<OpenTelemetry>,
    /// What is watched for the unusual.
    pub anomalies: Anomalies,
    /// Who is told of it.
    pub webhooks: Vec<Webhook>,
    /// How the audit chain is signed and kept.
    pub audit: Audit,
}

impl Recorder {
    /// Reads the text of `recorder.toml`; without the file the defaults apply.
    ///
    /// # Errors
    ///
    /// All problems of the file.
    pub fn from_toml(text: Option<&str>) -> Result<Self, Problems> {
        let Some(text) = text else {
            return Ok(Self::default());
        };
        let mut report = Report::new(RECORDER_FILE, text);
        let recorder = read(&mut report);
        report.into_problems().or(recorder)
    }
}

fn read(report: &mut Report<'_>) -> Recorder {
    let Some(document) = report.parse() else {
        return Recorder::default();
    };
    let mut root = Table::root(&document);
    let mut ledger = root.table(report, LEDGER, "[ledger]");
    let mut retention = root.table(report, RETENTION, "[retention]");
    let mut opentelemetry = root.table(report, OPENTELEMETRY, "[opentelemetry]");
    let mut anomalies = root.table(report, ANOMALIES, "[anomalies]");
    let webhooks = root.tables(report, WEBHOOK, "webhook", Some(webhook::NAME));
    let mut audit = root.table(report, AUDIT, "[audit]");
    let recorder = Recorder {
        ledger: ledger.as_mut().map(|table| ledger::read(report, table)).unwrap_or_default(),
        retention: retention
            .as_mut()
            .map(|table| retention::read(report, table))
            .unwrap_or_default(),
        opentelemetry: opentelemetry.as_mut().and_then(|table| opentelemetry::read(report, table)),
        anomalies: anomalies
            .as_mut()
            .map(|table| anomalies::read(report, table))
            .unwrap_or_default(),
        webhooks: webhook::read_all(report, webhooks),
        audit: audit.as_mut().map(|table| audit::read(report, table)).unwrap_or_default(),
    };
    for table in [ledger, retention, opentelemetry, anomalies, audit].into_iter().flatten() {
        table.finish(report);
    }
    root.finish(report);
    recorder
}
