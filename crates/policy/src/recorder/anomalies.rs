//! `[anomalies]`: what is watched for the unusual.

use crate::reading::{Key, Report, Table, one_of};

const ENABLED: Key = Key::new("enabled", "enabled = true");
const BUCKET: Key = Key::new("bucket", r#"bucket = "hour""#);

const BUCKETS: &[(&str, u64)] = &[("hour", 3_600), ("quarter", 900)];

/// How series are watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anomalies {
    /// Whether they are.
    pub enabled: bool,
    /// The length of one value of a series, in seconds.
    pub bucket_s: u64,
}

impl Default for Anomalies {
    fn default() -> Self {
        Self { enabled: true, bucket_s: 3_600 }
    }
}

pub(super) fn read(report: &mut Report<'_>, table: &mut Table<'_>) -> Anomalies {
    let default = Anomalies::default();
    let enabled = table.optional::<bool>(report, ENABLED);
    let bucket = table.optional(report, BUCKET);
    let bucket = bucket.and_then(|word| one_of(report, table.label, BUCKET, &word, BUCKETS));
    Anomalies {
        enabled: enabled.map_or(default.enabled, |enabled| *enabled.get_ref()),
        bucket_s: bucket.unwrap_or(default.bucket_s),
    }
}
