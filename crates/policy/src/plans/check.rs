//! From `plans.toml` as written to [`Plans`].

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use jiff::tz::TimeZoneDatabase;
use toml::Spanned;

use super::written::{
    self, ANSWER_TOKENS, IPV6_PREFIX_BITS, REDIS_URL, TIME_ZONE, WHEN_STORE_IS_DOWN, Written,
};
use super::{DEFAULT_IPV6_PREFIX_BITS, Limit, Plan, Plans, Scope, conflicts, limit, redis};
use crate::grants::Said;
use crate::reading::{
    Label, Report, Seen, Table, name, nearest, nearest_or_list, one_of, shown, whole_number,
};

/// The same bounds as a model's `max_output_tokens`.
const ANSWER_TOKENS_BOUNDS: RangeInclusive<u64> = 1..=100_000_000;

/// From the prefix of an internet provider to a single address.
const IPV6_PREFIX_BOUNDS: RangeInclusive<u64> = 32..=128;

/// Whether requests are admitted while the counters are unavailable.
const WHEN_STORE_IS_DOWN_WORDS: &[(&str, bool)] = &[("refuse", false), ("admit", true)];

/// The contents of the file: its valid plans, the scopes of all plans, and its references to other files.
#[derive(Default)]
pub(crate) struct Read {
    pub(crate) plans: Plans,
    /// The names of all plans, including invalid ones, each with the scopes of its limits.
    pub(crate) scopes: BTreeMap<String, BTreeSet<Scope>>,
    pub(crate) said: Vec<Said>,
}

impl Read {
    /// The plan of callers without a plan.
    pub(crate) fn default_plan(&self) -> Option<&str> {
        self.plans.default_plan.as_deref()
    }
}

/// Reads the file and notes its problems in the report; invalid plans are left out. `None` if the file is not TOML.
pub(crate) fn read(report: &mut Report<'_>) -> Option<Read> {
    let document = report.parse()?;
    let written = Written::read(report, Table::root(&document));
    let mut read = Read::default();
    if let Some(zone) = &written.time_zone
        && let Some(zone) = time_zone(report, zone)
    {
        read.plans.time_zone = zone;
    }
    if let Some(bits) = &written.ipv6_prefix_bits
        && let Some(bits) = whole_number(report, TOP, IPV6_PREFIX_BITS, bits, IPV6_PREFIX_BOUNDS)
    {
        read.plans.ipv6_prefix_bits = u8::try_from(bits).unwrap_or(DEFAULT_IPV6_PREFIX_BITS);
    }
    if let Some(counters) = &written.counters {
        read.plans.redis_url = redis_url(report, counters);
    }
    read.plans.limits_for_all = limits(report, &written.limits, &mut read.said);
    let mut names = Seen::default();
    for plan in &written.plans {
        if let Some(name) = &plan.name {
            names.note(report, plan.label, name, "a plan of this name", "rename or remove");
        }
        add(report, plan, &mut read);
    }
    let default_plan = written.default_plan.as_ref();
    read.plans.default_plan = default_plan.and_then(|name| default(report, name, &read));
    Some(read)
}

fn add(report: &mut Report<'_>, written: &written::Plan<'_>, read: &mut Read) {
    let label = written.label;
    let limits = limits(report, &written.limits, &mut read.said);
    let when_down = written.when_store_is_down.as_ref();
    let admits_without_store = when_down
        .and_then(|word| one_of(report, label, WHEN_STORE_IS_DOWN, word, WHEN_STORE_IS_DOWN_WORDS));
    let answer_tokens = written
        .answer_tokens
        .as_ref()
        .and_then(|value| whole_number(report, label, ANSWER_TOKENS, value, ANSWER_TOKENS_BOUNDS));
    let Some(written) = &written.name else { return };
    let scopes = limits.iter().flat_map(|limit| limit.scopes.iter().cloned()).collect();
    read.scopes.insert((*written.get_ref()).to_owned(), scopes);
    let Some(name) = name(report, label, written::NAME, written) else { return };
    let plan = Plan {
        name: name.clone(),
        limits,
        admits_without_store: admits_without_store.unwrap_or(false),
        answer_tokens,
    };
    read.plans.by_name.insert(name, plan);
}

/// The valid limits of a list.
fn limits(
    report: &mut Report<'_>,
    written: &[written::Limit<'_>],
    said: &mut Vec<Said>,
) -> Vec<Limit> {
    let checked: Vec<_> = written.iter().map(|one| limit::check(report, one, said)).collect();
    let pairs: Vec<_> = written
        .iter()
        .zip(&checked)
        .filter_map(|(one, limit)| Some((one, limit.as_ref()?)))
        .collect();
    conflicts::check(report, &pairs);
    checked.into_iter().flatten().collect()
}

/// The name of the time zone as the database spells it.
fn time_zone(report: &mut Report<'_>, value: &Spanned<&str>) -> Option<String> {
    let wanted = *value.get_ref();
    let zones = TimeZoneDatabase::bundled();
    if let Ok(zone) = zones.get(wanted) {
        return zone.iana_name().map(str::to_owned);
    }
    let names: Vec<String> = zones.available().map(|name| name.to_string()).collect();
    let advice = match nearest(wanted, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("write a name of the IANA database, for example {}", TIME_ZONE.example),
    };
    let message = format!("`time_zone` is {}, which is no time zone; {advice}", shown(wanted));
    report.problem(TOP, value.span(), message);
    None
}

/// The top of the file.
const TOP: Label<'_> = Label { what: "", name: None };

fn redis_url(report: &mut Report<'_>, counters: &written::Counters<'_>) -> Option<String> {
    let value = counters.redis_url.as_ref()?;
    match redis::check(value.get_ref()) {
        Ok(()) => Some((*value.get_ref()).to_owned()),
        Err(wrong) => {
            let message =
                format!("`{}` (not shown, it may have a password) {wrong}", REDIS_URL.name);
            report.problem(counters.label, value.span(), message);
            None
        }
    }
}

/// The name of the default plan, if that plan exists.
fn default(report: &mut Report<'_>, value: &Spanned<&str>, read: &Read) -> Option<String> {
    let wanted = *value.get_ref();
    if read.scopes.contains_key(wanted) {
        return Some(wanted.to_owned());
    }
    let names = read.scopes.keys().map(String::as_str);
    let advice = nearest_or_list(wanted, names, "the plans are");
    let message = format!("`default_plan` names {}, which is no [[plan]]; {advice}", shown(wanted));
    report.problem(TOP, value.span(), message);
    None
}
