//! `recorder.toml`: how records of requests are written, and how long they are kept.
//!
//! Each table of the file has a file of its own here.

mod audit;
mod ledger;
mod postgres;
mod retention;

pub use audit::Audit;
pub use ledger::{Ledger, LedgerStore};
pub use retention::Retention;

use crate::RECORDER_FILE;
use crate::problem::Problems;
use crate::reading::{Key, Report, Table};

const AUDIT: Key = Key::new("audit", "[audit]");
const LEDGER: Key = Key::new("ledger", "[ledger]");
const RETENTION: Key = Key::new("retention", "[retention]");

/// The settings of `recorder.toml`, with defaults for absent keys.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Recorder {
    /// How records are written.
    pub ledger: Ledger,
    /// How long they are kept.
    pub retention: Retention,
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
    let mut audit = root.table(report, AUDIT, "[audit]");
    let recorder = Recorder {
        ledger: ledger.as_mut().map(|table| ledger::read(report, table)).unwrap_or_default(),
        retention: retention
            .as_mut()
            .map(|table| retention::read(report, table))
            .unwrap_or_default(),
        audit: audit.as_mut().map(|table| audit::read(report, table)).unwrap_or_default(),
    };
    for table in [ledger, retention, audit].into_iter().flatten() {
        table.finish(report);
    }
    root.finish(report);
    recorder
}
