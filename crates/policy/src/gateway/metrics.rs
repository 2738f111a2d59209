//! `[metrics]`: who may read `/metrics` without a credential.

use crate::grants;
use crate::ip_range::IpRange;
use crate::reading::{Key, Report, Table};

const METRICS: Key = Key::new("metrics", "[metrics]");
const ADDRESSES: Key = Key::new("addresses", r#"addresses = ["10.0.0.0/8"]"#);

/// The addresses; none: only callers that may do `admin`.
pub(super) fn addresses(report: &mut Report<'_>, root: &mut Table<'_>) -> Vec<IpRange> {
    let Some(mut table) = root.table(report, METRICS, "[metrics]") else { return Vec::new() };
    let list = table.optional(report, ADDRESSES);
    let addresses = grants::ip_ranges(report, table.label, ADDRESSES, &list);
    table.finish(report);
    addresses
}
