//! From a `[[provider]]` as written to a [`Provider`].

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use toml::Spanned;

use super::written::{self, BETWEEN_BYTES_MS, CONNECT_MS, FIRST_BYTE_MS};
use super::{Deadlines, Provider, Transport};
use crate::base_url::BaseUrl;
use crate::closed::Dialect;
use crate::reading::{Key, Report, Seen, name, one_of, variable_name, whole_number};

/// A minute: who has not connected by then will not.
const CONNECT_BOUNDS_MS: RangeInclusive<u64> = 1..=60_000;
/// An hour: models that think before they answer take many minutes.
const ANSWER_BOUNDS_MS: RangeInclusive<u64> = 1..=3_600_000;

impl Default for Deadlines {
    fn default() -> Self {
        Self { connect_ms: 5_000, first_byte_ms: 60_000, between_bytes_ms: 30_000 }
    }
}

/// What `transport` can say.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Upstream,
    Sandbox,
}

const KINDS: &[(&str, Kind)] = &[("upstream", Kind::Upstream), ("sandbox", Kind::Sandbox)];

pub(super) fn check_all(
    report: &mut Report<'_>,
    written: &[written::Provider<'_>],
) -> BTreeMap<String, Option<Arc<Provider>>> {
    let mut providers = BTreeMap::new();
    let mut names = Seen::default();
    for provider in written {
        let checked = check(report, provider).map(Arc::new);
        if let Some(name) = &provider.name {
            names.note(report, provider.label, name, "a provider of this name", "rename or remove");
            providers.insert((*name.get_ref()).to_owned(), checked);
        }
    }
    providers
}

fn check(report: &mut Report<'_>, written: &written::Provider<'_>) -> Option<Provider> {
    let label = written.label;
    let name_key = written.name.as_ref();
    let checked_name = name_key.and_then(|value| name(report, label, written::NAME, value));
    let dialect = written.dialect.as_ref();
    let dialect =
        dialect.and_then(|value| one_of(report, label, written::DIALECT, value, Dialect::WORDS));
    let region = written.region.as_ref();
    let region = region.and_then(|value| name(report, label, written::REGION, value));
    let deadlines = deadlines(report, written.deadlines.as_ref());
    let transport = transport(report, written);
    Some(Provider {
        name: checked_name?,
        dialect: dialect?,
        transport: transport?,
        region,
        deadlines,
    })
}

fn transport(report: &mut Report<'_>, written: &written::Provider<'_>) -> Option<Transport> {
    let kind = match &written.transport {
        None => Kind::Upstream,
        Some(value) => one_of(report, written.label, written::TRANSPORT, value, KINDS)?,
    };
    match kind {
        Kind::Sandbox => {
            not_in_the_sandbox(report, written, written::BASE_URL, written.base_url.as_ref());
            not_in_the_sandbox(report, written, written::CREDENTIAL, written.credential.as_ref());
            Some(Transport::Sandbox)
        }
        Kind::Upstream => upstream(report, written),
    }
}

fn upstream(report: &mut Report<'_>, written: &written::Provider<'_>) -> Option<Transport> {
    let label = written.label;
    let credential = written.credential.as_ref();
    let credential =
        credential.and_then(|value| variable_name(report, label, written::CREDENTIAL, value));
    let Some(base_url) = &written.base_url else {
        let message = format!(
            "`base_url` is missing; write for example {}, or transport = \"sandbox\" to be answered without a vendor",
            written::BASE_URL.example
        );
        report.problem(label, written.span.clone(), message);
        return None;
    };
    match BaseUrl::parse(base_url.get_ref()) {
        Ok(base_url) => Some(Transport::Upstream { base_url, credential }),
        Err(error) => {
            report.problem(label, base_url.span(), format!("`base_url` cannot be used: {error}"));
            None
        }
    }
}

fn not_in_the_sandbox(
    report: &mut Report<'_>,
    written: &written::Provider<'_>,
    key: Key,
    value: Option<&Spanned<&str>>,
) {
    if let Some(value) = value {
        let message = format!(
            "`{}` has no use with transport = \"sandbox\", which reaches no network; remove one of the two",
            key.name
        );
        report.problem(written.label, value.span(), message);
    }
}

fn deadlines(report: &mut Report<'_>, written: Option<&written::Deadlines<'_>>) -> Deadlines {
    let default = Deadlines::default();
    let Some(written) = written else {
        return default;
    };
    let mut checked = |key, value: &Option<Spanned<i128>>, bounds, default| {
        let value = value.as_ref();
        value
            .and_then(|value| whole_number(report, written.label, key, value, bounds))
            .unwrap_or(default)
    };
    Deadlines {
        connect_ms: checked(CONNECT_MS, &written.connect_ms, CONNECT_BOUNDS_MS, default.connect_ms),
        first_byte_ms: checked(
            FIRST_BYTE_MS,
            &written.first_byte_ms,
            ANSWER_BOUNDS_MS,
            default.first_byte_ms,
        ),
        between_bytes_ms: checked(
            BETWEEN_BYTES_MS,
            &written.between_bytes_ms,
            ANSWER_BOUNDS_MS,
            default.between_bytes_ms,
        ),
    }
}
