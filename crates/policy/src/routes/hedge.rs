//! `hedge = { ... }`: when another deployment is asked beside one that is slow to begin.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;

use postern_types::router::Hedge;

use crate::reading::{Key, Label, Report, Table, one_of, whole_number};

const HEDGE: Key = Key::new("hedge", "hedge = { after_ms = 2_000 }");
const AFTER_MS: Key = Key::new("after_ms", "after_ms = 2_000");
const AFTER: Key = Key::new("after", r#"after = "p95""#);

/// Fewer milliseconds than 50 ask two deployments nearly always; more than ten minutes are no help.
const AFTER_BOUNDS_MS: RangeInclusive<u64> = 50..=600_000;

const AFTERS: &[(&str, bool)] = &[("p95", true)];

/// The table as written.
pub(super) struct Written<'t> {
    label: Label<'t>,
    span: Range<usize>,
    after_ms: Option<Spanned<i128>>,
    after: Option<Spanned<&'t str>>,
}

impl<'t> Written<'t> {
    pub(super) fn read(report: &mut Report<'_>, above: &mut Table<'t>) -> Option<Self> {
        let mut table = above.table(report, HEDGE, "hedge of route")?;
        let written = Self {
            label: table.label,
            span: table.span.clone(),
            after_ms: table.required(report, AFTER_MS),
            after: table.optional(report, AFTER),
        };
        table.finish(report);
        Some(written)
    }
}

/// The hedge, and its place.
pub(super) fn check(
    report: &mut Report<'_>,
    written: &Written<'_>,
) -> Option<(Hedge, Range<usize>)> {
    let after = written.after.as_ref();
    let by_p95 = after.map(|value| one_of(report, written.label, AFTER, value, AFTERS));
    let after_ms = written.after_ms.as_ref()?;
    let after_ms = whole_number(report, written.label, AFTER_MS, after_ms, AFTER_BOUNDS_MS)?;
    let after_ms = u32::try_from(after_ms).ok()?;
    let by_p95 = by_p95.flatten().unwrap_or(false);
    Some((Hedge { after_ms, by_p95 }, written.span.clone()))
}
