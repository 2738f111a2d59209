//! How it is known that a token is its issuer's: by public keys, a shared secret, or by asking.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;

use super::check::url;
use super::written::{
    DISCOVERY, INTROSPECTION, Issuer, JWKS_URL, KEY_SET, Number, SHARED_SECRET, Text,
};
use super::{Guesses, IssuerKeys, KeySetTimes};
use crate::base_url::BaseUrl;
use crate::reading::{Key, Label, Report, Table, shown, variable_name, whole_number};
use crate::web_url::Query;

/// A minute, so that issuers are not asked all the time; a day, within which a key that leaked should be gone.
const TTL_BOUNDS_S: RangeInclusive<u64> = 60..=86_400;
/// A week: an issuer that is away for longer is not coming back by itself.
const STALE_BOUNDS_S: RangeInclusive<u64> = 0..=604_800;
/// Tokens with invented keys cause at most a fetch in ten seconds; a new key is known within an hour.
const REFRESH_BOUNDS_S: RangeInclusive<u64> = 10..=3_600;
/// Less is no time for TLS, and nobody waits longer for the first byte.
const TIMEOUT_BOUNDS_MS: RangeInclusive<u64> = 100..=10_000;
/// An hour: a token that was revoked is let in for as long as the answer about it is kept.
const CACHE_BOUNDS_S: RangeInclusive<u64> = 0..=3_600;
const DEFAULT_CACHE_S: u64 = 60;
/// RFC 6749 has no limit on client ids; vendors' have up to a hundred characters.
const MAX_CLIENT_ID_LENGTH: usize = 256;

const URL: Key = Key::new("url", r#"url = "https://login.example.com/introspect""#);
const CLIENT_ID: Key = Key::new("client_id", r#"client_id = "postern""#);
const CLIENT_SECRET: Key =
    Key::new("client_secret", r#"client_secret = "corporate_client_secret""#);
const CACHE_S: Key = Key::new("cache_s", "cache_s = 60");
const TTL_S: Key = Key::new("ttl_s", "ttl_s = 3_600");
const STALE_S: Key = Key::new("stale_s", "stale_s = 86_400");
const REFRESH_S: Key = Key::new("refresh_s", "refresh_s = 60");
const INACTIVE_CACHE_S: Key = Key::new("inactive_cache_s", "inactive_cache_s = 60");
const GUESSES_BY_ADDRESS: Key =
    Key::new("guesses_per_minute_by_address", "guesses_per_minute_by_address = 60");
const GUESSES: Key = Key::new("guesses_per_minute", "guesses_per_minute = 600");
/// None at all would let nobody in; a million a minute is more than any issuer answers.
const GUESSES_BOUNDS: RangeInclusive<u64> = 1..=1_000_000;
const DEFAULT_GUESSES: Guesses =
    Guesses { cache_s: 60, per_minute_by_address: 60, per_minute: 600 };
const TIMEOUT_MS: Key = Key::new("timeout_ms", "timeout_ms = 3_000");

impl Default for KeySetTimes {
    fn default() -> Self {
        Self { ttl_s: 3_600, stale_s: 86_400, refresh_s: 60, timeout_ms: 3_000 }
    }
}

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

/// `key_set = { ... }` as written.
pub(super) struct KeySet<'t> {
    label: Label<'t>,
    span: Range<usize>,
    ttl_s: Number,
    stale_s: Number,
    refresh_s: Number,
    timeout_ms: Number,
}

/// Which of the four ways an issuer's tokens are checked in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Discovery,
    Jwks,
    SharedSecret,
    Introspection,
}

impl Kind {
    /// The key that says it.
    pub(super) fn key(self) -> Key {
        match self {
            Self::Discovery => DISCOVERY,
            Self::Jwks => JWKS_URL,
            Self::SharedSecret => SHARED_SECRET,
            Self::Introspection => INTROSPECTION,
        }
    }

    /// The one way that is written; none or several are a problem.
    pub(super) fn of(report: &mut Report<'_>, issuer: &Issuer<'_>) -> Option<Self> {
        let discovery = issuer.discovery.as_ref().filter(|discovery| *discovery.get_ref());
        let written = [
            (Self::Discovery, discovery.map(Spanned::span)),
            (Self::Jwks, issuer.jwks_url.as_ref().map(Spanned::span)),
            (Self::SharedSecret, issuer.shared_secret.as_ref().map(Spanned::span)),
            (Self::Introspection, issuer.introspection.as_ref().map(|table| table.span.clone())),
        ];
        let mut written = written.into_iter().filter_map(|(kind, span)| Some((kind, span?)));
        let Some((kind, _)) = written.next() else {
            if issuer.kinds_are_right {
                let message = format!(
                    "nothing says how its tokens are checked; write {}, or `jwks_url`, `shared_secret` or `introspection`",
                    DISCOVERY.example
                );
                report.problem(issuer.label, issuer.span.clone(), message);
            }
            return None;
        };
        let mut is_one = true;
        for (other, span) in written {
            is_one = false;
            let message = format!(
                "`{}` and `{}` both say how its tokens are checked; remove one of the two",
                kind.key().name,
                other.key().name
            );
            report.problem(issuer.label, span, message);
        }
        is_one.then_some(kind)
    }
}

pub(super) fn check(
    report: &mut Report<'_>,
    issuer: &Issuer<'_>,
    kind: Kind,
) -> Option<IssuerKeys> {
    let label = issuer.label;
    match kind {
        Kind::Discovery => Some(IssuerKeys::Discovery(times(report, issuer))),
        Kind::Jwks => {
            let times = times(report, issuer);
            let url = url(report, label, JWKS_URL, issuer.jwks_url.as_ref()?, Query::Allowed)?;
            Some(IssuerKeys::Jwks { url, times })
        }
        Kind::SharedSecret => {
            no_key_set(report, issuer, kind);
            let variable = issuer.shared_secret.as_ref()?;
            let variable = variable_name(report, label, SHARED_SECRET, variable)?;
            Some(IssuerKeys::SharedSecret { variable })
        }
        Kind::Introspection => {
            no_key_set(report, issuer, kind);
            issuer.introspection.as_ref()?.check(report)
        }
    }
}

fn times(report: &mut Report<'_>, issuer: &Issuer<'_>) -> KeySetTimes {
    let times = issuer.key_set.as_ref().map(|key_set| key_set.check(report));
    times.unwrap_or_default()
}

fn no_key_set(report: &mut Report<'_>, issuer: &Issuer<'_>, kind: Kind) {
    if let Some(key_set) = &issuer.key_set {
        let message = format!(
            "`{}` has no use with `{}`, which fetches no keys; remove it",
            KEY_SET.name,
            kind.key().name
        );
        report.problem(issuer.label, key_set.span.clone(), message);
    }
}

impl<'t> KeySet<'t> {
    pub(super) fn of(report: &mut Report<'_>, issuer: &mut Table<'t>, key: Key) -> Option<Self> {
        let mut table = issuer.table(report, key, "key_set of issuer")?;
        let key_set = Self {
            label: table.label,
            span: table.span.clone(),
            ttl_s: table.optional(report, TTL_S),
            stale_s: table.optional(report, STALE_S),
            refresh_s: table.optional(report, REFRESH_S),
            timeout_ms: table.optional(report, TIMEOUT_MS),
        };
        table.finish(report);
        Some(key_set)
    }

    fn check(&self, report: &mut Report<'_>) -> KeySetTimes {
        let default = KeySetTimes::default();
        let mut within = |key, value: &Number, bounds, default| {
            within(report, self.label, key, value, bounds, default)
        };
        KeySetTimes {
            ttl_s: within(TTL_S, &self.ttl_s, TTL_BOUNDS_S, default.ttl_s),
            stale_s: within(STALE_S, &self.stale_s, STALE_BOUNDS_S, default.stale_s),
            refresh_s: within(REFRESH_S, &self.refresh_s, REFRESH_BOUNDS_S, default.refresh_s),
            timeout_ms: within(TIMEOUT_MS, &self.timeout_ms, TIMEOUT_BOUNDS_MS, default.timeout_ms),
        }
    }
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

    fn check(&self, report: &mut Report<'_>) -> Option<IssuerKeys> {
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

/// A URL, which may begin with a variable that holds an origin.
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

pub(super) fn within(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    value: &Number,
    bounds: RangeInclusive<u64>,
    default: u64,
) -> u64 {
    let value = value.as_ref();
    value.and_then(|value| whole_number(report, label, key, value, bounds)).unwrap_or(default)
}
