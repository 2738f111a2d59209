//! From a `[[provider]]` as written to a [`Provider`].

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;

use super::{Provider, Transport, breaker, credential, quirks, written};
use crate::base_path::BasePath;
use crate::base_url::BaseUrl;
use crate::closed::{DIALECTS, DataClass};
use crate::reading::{Key, Report, Seen, name, one_of};
use postern_types::{Dialect, Quirks};

/// The values of `transport`.
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
        dialect.and_then(|value| one_of(report, label, written::DIALECT, value, &DIALECTS));
    let region = written.region.as_ref();
    let region = region.and_then(|value| name(report, label, written::REGION, value));
    let max_data_class = written.max_data_class.as_ref();
    let max_data_class = max_data_class
        .and_then(|value| one_of(report, label, written::MAX_DATA_CLASS, value, DataClass::WORDS));
    let breaker = breaker::check(report, written.breaker.as_ref());
    let quirks = quirks::check(report, written.quirks.as_ref(), &Quirks::default(), dialect);
    let transport = transport(report, written, dialect);
    Some(Provider {
        name: checked_name?,
        dialect: dialect?,
        transport: transport?,
        region,
        max_data_class,
        deadlines: written.deadlines,
        breaker,
        quirks,
    })
}

fn transport(
    report: &mut Report<'_>,
    written: &written::Provider<'_>,
    dialect: Option<Dialect>,
) -> Option<Transport> {
    let kind = match &written.transport {
        None => Kind::Upstream,
        Some(value) => one_of(report, written.label, written::TRANSPORT, value, KINDS)?,
    };
    match kind {
        Kind::Sandbox => {
            let base_url = written.base_url.as_ref().map(Spanned::span);
            let base_path = written.base_path.as_ref().map(Spanned::span);
            let credential = written.credential.as_ref().map(credential::Written::span);
            not_in_the_sandbox(report, written, written::BASE_URL, base_url);
            not_in_the_sandbox(report, written, written::BASE_PATH, base_path);
            not_in_the_sandbox(report, written, credential::CREDENTIAL, credential);
            Some(Transport::Sandbox)
        }
        Kind::Upstream => upstream(report, written, dialect),
    }
}

fn upstream(
    report: &mut Report<'_>,
    written: &written::Provider<'_>,
    dialect: Option<Dialect>,
) -> Option<Transport> {
    let label = written.label;
    let credential = written.credential.as_ref();
    let credential =
        credential.map(|credential| credential::check(report, label, credential, dialect));
    let base_path = written.base_path.as_ref().map(|base_path| {
        BasePath::parse(base_path.get_ref()).map_err(|error| {
            let message = format!("`base_path` cannot be used: {error}");
            report.problem(label, base_path.span(), message);
        })
    });
    let Some(base_url) = &written.base_url else {
        let message = format!(
            "`base_url` is missing; write for example {}, or transport = \"sandbox\" to be answered without a vendor",
            written::BASE_URL.example
        );
        report.problem(label, written.span.clone(), message);
        return None;
    };
    match BaseUrl::parse(base_url.get_ref()) {
        Ok(base_url) => Some(Transport::Upstream {
            base_url,
            // An invalid base path makes the provider invalid, rather than one without a base path.
            base_path: base_path.transpose().ok()?,
            credential: match credential {
                None => None,
                Some(credential) => Some(credential?),
            },
        }),
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
    span: Option<Range<usize>>,
) {
    if let Some(span) = span {
        let message = format!(
            "`{}` has no use with transport = \"sandbox\", which reaches no network; remove one of the two",
            key.name
        );
        report.problem(written.label, span, message);
    }
}
