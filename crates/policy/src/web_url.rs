//! The URL of an issuer or of this gateway: without variables, and over TLS.

use std::net::IpAddr;

use http::uri::Authority;

use crate::base_url::checked_authority;
use crate::reading::shown;
use crate::url::Parts;

/// The longest URL: no issuer's comes near it, and it bounds what is compared or written into a header.
const MAX_URL_BYTES: usize = 1024;

/// Whether a URL may have a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Query {
    Allowed,
    Refused,
}

/// Why a URL cannot be used.
///
/// Never repeats a part that may be a credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WebUrlError {
    /// It is too long.
    #[error("it has {0} bytes; shorten it to at most {MAX_URL_BYTES}")]
    TooLong(usize),
    /// It does not begin with `https://`.
    #[error("it does not begin with https://; write for example https://login.example.com")]
    Scheme,
    /// Plain HTTP to another machine.
    #[error(
        "it is http:// and its host is not this machine, so anybody on the way could answer in its place; write https://"
    )]
    Plain,
    /// A user or password before the host.
    #[error("it has a user or password before the host (not shown); remove it")]
    UserInfo,
    /// A query where none is allowed.
    #[error("it has a query (not shown); end it with the path")]
    Query,
    /// A fragment.
    #[error("it has a fragment (not shown); end it before the `#`")]
    Fragment,
    /// The host or port is invalid.
    #[error("{} is not a host with an optional port; write for example login.example.com or 127.0.0.1:8080", shown(.0))]
    Authority(String),
    /// The path cannot be used.
    #[error(
        "its path has characters that a URL cannot have (RFC 3986, 2); write them as %20 and the like"
    )]
    Path,
    /// A variable where none is allowed.
    #[error("it has a variable, which has no meaning here; write the URL as it is")]
    Variable,
}

/// Checks a URL: `https`, or `http` to this machine; no user, no fragment.
pub(crate) fn check(url: &str, query: Query) -> Result<(), WebUrlError> {
    if url.len() > MAX_URL_BYTES {
        return Err(WebUrlError::TooLong(url.len()));
    }
    if url.contains("{{") {
        return Err(WebUrlError::Variable);
    }
    let Parts { https, authority, rest: path } = Parts::of(url).ok_or(WebUrlError::Scheme)?;
    if authority.contains('@') {
        return Err(WebUrlError::UserInfo);
    }
    if path.contains('#') {
        return Err(WebUrlError::Fragment);
    }
    if query == Query::Refused && path.contains('?') {
        return Err(WebUrlError::Query);
    }
    let wrong = |_| WebUrlError::Authority(authority.to_owned());
    let checked = checked_authority(authority).map_err(wrong)?;
    if !https && !is_loopback(&checked) {
        return Err(WebUrlError::Plain);
    }
    let right = path.bytes().all(is_path_byte);
    if right { Ok(()) } else { Err(WebUrlError::Path) }
}

/// Whether a byte may be in a path or query unescaped (RFC 3986, 3.3 and 3.4).
fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%/?".contains(&byte)
}

/// Whether a host with an optional port is this machine (RFC 6761, 6.3; RFC 1122, 3.2.1.3; RFC 4291, 2.5.3).
fn is_loopback(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else { return false };
    let host = authority.host();
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_tls_and_what_stays_on_this_machine() {
        for url in [
            "https://login.example.com",
            "https://login.example.com:8443/realms/acme/",
            "http://127.0.0.1:8080/a",
            "http://127.8.9.10",
            "http://[::1]:8080",
            "http://localhost:1",
        ] {
            assert_eq!(check(url, Query::Refused), Ok(()), "{url}");
        }
        assert_eq!(check("https://a.example/keys?v=2", Query::Allowed), Ok(()));
    }

    #[test]
    fn refuses_what_could_be_answered_by_others_or_read_in_two_ways() {
        let authority = |text: &str| WebUrlError::Authority(text.to_owned());
        for (url, error) in [
            ("http://login.example.com", WebUrlError::Plain),
            ("http://localhost.example.com", WebUrlError::Plain),
            ("http://10.0.0.1", WebUrlError::Plain),
            ("ftp://a.example", WebUrlError::Scheme),
            ("HTTPS://a.example", WebUrlError::Scheme),
            ("login.example.com", WebUrlError::Scheme),
            ("https://me:Hunter2@a.example", WebUrlError::UserInfo),
            ("https://a.example/#x", WebUrlError::Fragment),
            ("https://a.example/?x", WebUrlError::Query),
            ("https://a.example?x", WebUrlError::Query),
            ("https://", authority("")),
            ("https://a.example:0", authority("a.example:0")),
            ("https://a.example/with space", WebUrlError::Path),
            ("https://a.example/{realm}", WebUrlError::Path),
            ("https://a.example/\"\\", WebUrlError::Path),
            ("https://a.example/{{ realm }}", WebUrlError::Variable),
        ] {
            assert_eq!(check(url, Query::Refused), Err(error), "{url}");
        }
        let long = format!("https://a.example/{}", "x".repeat(1024));
        assert_eq!(check(&long, Query::Refused), Err(WebUrlError::TooLong(1042)));
    }
}
