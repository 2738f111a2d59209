//! `[cors]`: which web pages may call (<https://fetch.spec.whatwg.org/#http-cors-protocol>).

use std::ops::RangeInclusive;

use http::uri::Authority;
use toml::Spanned;

use super::headers;
use crate::reading::{Key, Report, Seen, Table, at_least_one, shown, whole_number};

const ORIGINS: Key = Key::new("origins", r#"origins = ["https://app.example.com"]"#);
const HEADERS: Key = Key::new("headers", r#"headers = ["x-my-header"]"#);
const CREDENTIALS: Key = Key::new("credentials", "credentials = false");
const MAX_AGE_S: Key = Key::new("max_age_s", "max_age_s = 600");

/// Up to a day, the longest time that a browser caches a preflight (Firefox; Chromium: two hours).
const MAX_AGE_SECONDS: RangeInclusive<u64> = 0..=86_400;

/// Ten minutes: few requests need a preflight, and a change of policy soon takes effect.
const DEFAULT_MAX_AGE_S: u64 = 600;

/// Longest origin: a host has at most 253 characters.
const MAX_ORIGIN_LENGTH: usize = 270;

/// The headers that official SDKs send from a browser, the gateway's own, and those of tracing. The SDKs also send names that
/// begin with `x-stainless-`.
const USUAL_HEADERS: [&str; 21] = [
    "accept",
    "anthropic-beta",
    "anthropic-dangerous-direct-browser-access",
    "anthropic-version",
    "api-key",
    "authorization",
    "content-type",
    "idempotency-key",
    "openai-beta",
    "openai-organization",
    "openai-project",
    "traceparent",
    "tracestate",
    "user-agent",
    "x-api-key",
    "x-client-request-id",
    "x-postern-conversation",
    "x-postern-explain",
    "x-postern-strict",
    "x-postern-timing",
    "x-request-id",
];

/// Which web pages may call, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    /// The origins of the pages; `None` means every origin.
    origins: Option<Vec<String>>,
    headers: Vec<String>,
    /// Whether a page may send the browser's credentials for the gateway: cookies of a proxy in front, client certificates.
    pub credentials: bool,
    /// How long a browser may cache the answer to a preflight, in seconds.
    pub max_age_s: u64,
}

impl Cors {
    /// The value of `access-control-allow-origin` for a page of this origin; `None` if it may not call.
    #[must_use]
    pub fn allowed_origin<'o>(&self, origin: &'o str) -> Option<&'o str> {
        match &self.origins {
            None => Some("*"),
            Some(origins) => origins.iter().any(|each| each == origin).then_some(origin),
        }
    }

    /// Whether the answer depends on the origin, so that caches need `vary`.
    #[must_use]
    pub fn depends_on_origin(&self) -> bool {
        self.origins.is_some()
    }

    /// Whether a page may send this header; `name` is in lower case.
    #[must_use]
    pub fn allows_header(&self, name: &str) -> bool {
        USUAL_HEADERS.contains(&name)
            || name.starts_with("x-stainless-")
            || self.headers.iter().any(|each| each == name)
    }
}

pub(super) fn read(report: &mut Report<'_>, table: &mut Table<'_>) -> Option<Cors> {
    let origins = origins(report, table);
    let headers = headers::names(report, table, HEADERS).into_iter();
    let headers = headers.map(|name| (*name.get_ref()).to_owned()).collect();
    let credentials = table.optional::<bool>(report, CREDENTIALS);
    let max_age_s = table.optional(report, MAX_AGE_S);
    let max_age_s = max_age_s.map_or(Some(DEFAULT_MAX_AGE_S), |written| {
        whole_number(report, table.label, MAX_AGE_S, &written, MAX_AGE_SECONDS)
    });
    let origins = origins?;
    if let Some(written) = credentials.as_ref().filter(|written| *written.get_ref())
        && origins.is_none()
    {
        let message = "`credentials` is true for every origin: any web page could call with what its visitor's \
                       browser has of this gateway; name the origins, or remove `credentials`";
        report.problem(table.label, written.span(), message);
    }
    let credentials = credentials.is_some_and(|written| *written.get_ref());
    Some(Cors { origins, headers, credentials, max_age_s: max_age_s? })
}

/// The origins; `Some(None)` for all of them.
fn origins(report: &mut Report<'_>, table: &mut Table<'_>) -> Option<Option<Vec<String>>> {
    let list = table.required_texts(report, ORIGINS)?;
    at_least_one(report, table.label, ORIGINS, &list);
    if let [only] = list.get_ref().as_slice()
        && *only.get_ref() == "*"
    {
        return Some(None);
    }
    let mut seen = Seen::default();
    let mut origins = Vec::with_capacity(list.get_ref().len());
    for origin in list.get_ref() {
        let text = *origin.get_ref();
        seen.note(report, table.label, origin, &format!("the origin {}", shown(text)), "remove");
        match wrong(text) {
            None => origins.push(text.to_owned()),
            Some(wrong) => problem(report, table, origin, wrong),
        }
    }
    Some(Some(origins))
}

fn problem(report: &mut Report<'_>, table: &Table<'_>, origin: &Spanned<&str>, wrong: &str) {
    let message = format!(
        "`origins` has {}, {wrong}; write scheme, host and port as browsers do, for example {}",
        shown(origin.get_ref()),
        ORIGINS.example
    );
    report.problem(table.label, origin.span(), message);
}

/// Why a text is not a value that a browser sends as `Origin` (RFC 6454, 6.2); `None` if it is.
fn wrong(text: &str) -> Option<&'static str> {
    let secure = text.strip_prefix("https://");
    let Some(authority) = secure.or_else(|| text.strip_prefix("http://")) else {
        return Some(match text {
            "*" => "which is every origin, beside others",
            "null" => "which every sandboxed or local page is",
            _ => "which does not begin with https:// or http://",
        });
    };
    let default_port = if secure.is_some() { ":443" } else { ":80" };
    let is_name = |host: &str| {
        let right = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_');
        !host.is_empty() && host.bytes().all(right)
    };
    let is_ipv6 = |host: &str| {
        let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        address.is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok())
    };
    // No user before the host, and no port that is empty, zero or has leading zeros.
    let is_right = |parsed: Authority| {
        let host = parsed.host();
        let port = parsed.port_u16().filter(|port| *port > 0);
        let written = port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        (is_name(host) || is_ipv6(host)) && written == authority
    };
    if text.len() > MAX_ORIGIN_LENGTH || !authority.parse().is_ok_and(is_right) {
        return Some(match text {
            _ if text.contains('*') => "in which a `*` stands for nothing",
            _ if authority.contains(['/', '?', '#', '@']) => "which has more than host and port",
            _ if text.contains(|c: char| c.is_ascii_uppercase()) => "which has capitals",
            _ => "which has no right host or port",
        });
    }
    authority.ends_with(default_port).then_some("which names the port that browsers leave out")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_browsers_send_as_an_origin() {
        for origin in [
            "https://app.example.com",
            "https://app.example.com:8443",
            "http://localhost:3000",
            "http://127.0.0.1:80800".trim_end_matches('0'),
            "http://[::1]:3000",
            "https://[2001:db8::1]",
        ] {
            assert_eq!(wrong(origin), None, "{origin}");
        }
    }

    #[test]
    fn refuses_what_would_never_be_equal_to_one() {
        for origin in [
            "",
            "*",
            "null",
            "app.example.com",
            "https://",
            "https://app.example.com/",
            "https://app.example.com/path",
            "https://*.example.com",
            "https://App.example.com",
            "https://app.example.com:443",
            "http://app.example.com:80",
            "https://app.example.com:0",
            "https://app.example.com:99999",
            "https://app.example.com:",
            "https://app.example.com:08",
            "https://app.example.com:+8",
            "https://[::1]x",
            "https://user@app.example.com",
            "file:///index.html",
            "chrome-extension://abc",
            "https://[::1",
        ] {
            assert!(wrong(origin).is_some(), "{origin}");
        }
    }
}
