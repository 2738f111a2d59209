//! `[audit]`: how the audit chain is signed, and how long its links are kept.

use std::ops::RangeInclusive;

use crate::reading::{Key, Report, Table, variable_name, whole_number};

const KEY_VARIABLE: Key = Key::new("key_variable", r#"key_variable = "audit_key""#);
const CHECKPOINT_LINKS: Key = Key::new("checkpoint_links", "checkpoint_links = 1_000");
const CHECKPOINT_S: Key = Key::new("checkpoint_s", "checkpoint_s = 60");
const DECISIONS_DAYS: Key = Key::new("decisions_days", "decisions_days = 366");

/// To what a verifier remembers: a checkpoint can sign no older link.
const LINKS: RangeInclusive<u64> = 1..=65_536;
/// To a day: what is younger than the last checkpoint can be rewritten without the key.
const SECONDS: RangeInclusive<u64> = 1..=86_400;
/// A century is for ever.
const DAYS: RangeInclusive<u64> = 1..=36_525;

/// How the audit chain is signed and kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// The variable with the private key; none: links are chained and not signed.
    pub key_variable: Option<String>,
    /// A checkpoint follows so many links.
    pub checkpoint_links: u64,
    /// Or comes when the oldest link without a signature is so old.
    pub checkpoint_s: u64,
    /// How long decisions about requests are kept. Changes are kept for ever.
    pub decisions_days: u64,
}

impl Default for Audit {
    /// A year of decisions, which auditors ask for.
    fn default() -> Self {
        Self { key_variable: None, checkpoint_links: 1_000, checkpoint_s: 60, decisions_days: 366 }
    }
}

pub(super) fn read(report: &mut Report<'_>, table: &mut Table<'_>) -> Audit {
    let default = Audit::default();
    let label = table.label;
    let named = table.optional(report, KEY_VARIABLE);
    let key_variable = named.and_then(|named| variable_name(report, label, KEY_VARIABLE, &named));
    let mut number = |key, bounds, default| {
        let written = table.optional(report, key);
        let number = written.and_then(|it| whole_number(report, label, key, &it, bounds));
        number.unwrap_or(default)
    };
    Audit {
        key_variable,
        checkpoint_links: number(CHECKPOINT_LINKS, LINKS, default.checkpoint_links),
        checkpoint_s: number(CHECKPOINT_S, SECONDS, default.checkpoint_s),
        decisions_days: number(DECISIONS_DAYS, DAYS, default.decisions_days),
    }
}
