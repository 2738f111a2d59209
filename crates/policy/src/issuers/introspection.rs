//! `introspection` of an issuer: its endpoint for opaque tokens, the gateway's client there, and how often it is asked.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;

use super::key_set::{TIMEOUT_BOUNDS_MS, TIMEOUT_MS};
use super::values::{Number, Text, url, within};
use super::{Guesses, IssuerKeys, KeySetTimes};
use crate::base_url::BaseUrl;
use crate::reading::{Key, Label, Report, Table, shown, variable_name};
use crate::web_url::Query;

/// Up to an hour: a revoked token is accepted for as long as the answer about it is cached.
const CACHE_BOUNDS_S: RangeInclusive<u64> = 0..=3_600;
const DEFAULT_CACHE_S: u64 = 60;
/// RFC 6749 does not limit client ids; those of vendors have up to a hundred characters.
const MAX_CLIENT_ID_LENGTH: usize = 256;

const URL: Key = Key::new("url", r#"url = "https://login.example.com/introspect""#);
const CLIENT_ID: Key = Key::new("client_id", r#"client_id = "postern""#);
const CLIENT_SECRET: Key =
    Key::new("client_secret", r#"client_secret = "corporate_client_secret""#);
const CACHE_S: Key = Key::new("cache_s", "cache_s = 60");
const INACTIVE_CACHE_S: Key = Key::new("inactive_cache_s", "inactive_cache_s = 60");
const GUESSES_BY_ADDRESS: Key =
    Key::new("guesses_per_minute_by_address", "guesses_per_minute_by_address = 60");
const GUESSES: Key = Key::new("guesses_per_minute", "guesses_per_minute = 600");
/// Zero would refuse every caller; no issuer answers more than a million a minute.
const GUESSES_BOUNDS: RangeInclusive<u64> = 1..=1_000_000;
const DEFAULT_GUESSES: Guesses =
    Guesses { cache_s: 60, per_minute_by_address: 60, per_minute: 600 };

/// `introspection = { ... }` as written.
pub(super) struct Introspection<'t> {
    label: Label<'t>,
    pub(super) span: Range<usize>,
    url: Text<'t>,
    client_id: Text<'t>,
    client_secret: Text<'t>,
    cache_s: Number,
    timeout_ms: Number,
    inactive_cache_s: Number,
    guesses_by_address: Number,
    guesses: Number,
}

impl<'t> Introspection<'t> {
    pub(super) fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let introspection = Self {
            label: table.label,
            span: table.span.clone(),
            url: table.required(report, URL),
            client_id: table.required(report, CLIENT_ID),
            client_secret: table.required(report, CLIENT_SECRET),
            cache_s: table.optional(report, CACHE_S),
            timeout_ms: table.optional(report, TIMEOUT_MS),
            inactive_cache_s: table.optional(report, INACTIVE_CACHE_S),
            guesses_by_address: table.optional(report, GUESSES_BY_ADDRESS),
            guesses: table.optional(report, GUESSES),
        };
        table.finish(report);
        introspection
    }

    pub(super) fn check(&self, report: &mut Report<'_>) -> Option<IssuerKeys> {
        let label = self.label;
        let url = self.url.as_ref().and_then(|value| variable_url(report, label, value));
        let client_id = self.client_id.as_ref().and_then(|value| client_id(report, label, value));
        let client_secret = self.client_secret.as_ref();
        let client_secret =
            client_secret.and_then(|value| variable_name(report, label, CLIENT_SECRET, value));
        let cache_s =
            within(report, label, CACHE_S, &self.cache_s, CACHE_BOUNDS_S, DEFAULT_CACHE_S);
        let default = KeySetTimes::default().timeout_ms;
        let timeout_ms =
            within(report, label, TIMEOUT_MS, &self.timeout_ms, TIMEOUT_BOUNDS_MS, default);
        Some(IssuerKeys::Introspection {
            url: url?,
            client_id: client_id?,
            client_secret: client_secret?,
            cache_s,
            timeout_ms,
            guesses: self.guesses(report),
        })
    }
}

impl Introspection<'_> {
    fn guesses(&self, report: &mut Report<'_>) -> Guesses {
        let default = DEFAULT_GUESSES;
        let mut within = |key, value: &Number, bounds, default| {
            within(report, self.label, key, value, bounds, default)
        };
        let cached = &self.inactive_cache_s;
        let by_address = &self.guesses_by_address;
        Guesses {
            cache_s: within(INACTIVE_CACHE_S, cached, CACHE_BOUNDS_S, default.cache_s),
            per_minute_by_address: within(
                GUESSES_BY_ADDRESS,
                by_address,
                GUESSES_BOUNDS,
                default.per_minute_by_address,
            ),
            per_minute: within(GUESSES, &self.guesses, GUESSES_BOUNDS, default.per_minute),
        }
    }
}

/// A URL that may begin with a variable for its origin.
fn variable_url(
    report: &mut Report<'_>,
    label: Label<'_>,
    value: &Spanned<&str>,
) -> Option<String> {
    let text = *value.get_ref();
    if !text.starts_with("{{") {
        if text.contains("{{") {
            let message = "`url` has a variable that is not its beginning; write {{ name }} for scheme, host and port, for example url = \"{{ corporate_url }}/introspect\"";
            report.problem(label, value.span(), message);
            return None;
        }
        return url(report, label, URL, value, Query::Allowed);
    }
    match BaseUrl::parse(text) {
        Ok(base_url) => Some(base_url.to_string()),
        Err(error) => {
            report.problem(label, value.span(), format!("`url` cannot be used: {error}"));
            None
        }
    }
}

/// RFC 6749, appendix A.1: printable ASCII.
fn client_id(report: &mut Report<'_>, label: Label<'_>, value: &Spanned<&str>) -> Option<String> {
    let text = *value.get_ref();
    let right = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if right && (1..=MAX_CLIENT_ID_LENGTH).contains(&text.len()) {
        return Some(text.to_owned());
    }
    let message = format!(
        "`client_id` has {}; write 1 to {MAX_CLIENT_ID_LENGTH} characters of printable ASCII, for example {}",
        shown(text),
        CLIENT_ID.example
    );
    report.problem(label, value.span(), message);
    None
}
