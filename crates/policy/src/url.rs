//! Splits a URL into parts, so that each can be checked and named separately.
//!
//! `http::Uri` does not tell which part of a URL is wrong, and drops a fragment silently; it is used for valid URLs only.

use http::Uri;

/// The parts of an `http` or `https` URL (RFC 3986, 3).
pub(crate) struct Parts<'t> {
    /// Whether the scheme is `https`; otherwise it is `http`.
    pub(crate) https: bool,
    /// User, host and port.
    pub(crate) authority: &'t str,
    /// Path, query and fragment.
    pub(crate) rest: &'t str,
}

impl<'t> Parts<'t> {
    /// Splits a URL; `None` for another scheme.
    pub(crate) fn of(url: &'t str) -> Option<Self> {
        let (https, rest) = match url.split_once("://")? {
            ("https", rest) => (true, rest),
            ("http", rest) => (false, rest),
            _ => return None,
        };
        // RFC 3986, 3.2: the authority ends at the next slash, question mark or number sign.
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
        Some(Self { https, authority, rest })
    }
}

/// Scheme, host and port of a checked URL, as `allowed_outbound_hosts` must name them.
pub(crate) fn origin(url: &str) -> String {
    let uri: Uri = url.parse().unwrap_or_default();
    let (scheme, authority) = (uri.scheme_str(), uri.authority());
    format!("{}://{}", scheme.unwrap_or_default(), authority.map_or("", |it| it.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_what_must_be_allowed() {
        assert_eq!(origin("https://a.example:8443/keys?v=2"), "https://a.example:8443");
        assert_eq!(origin("https://a.example?v=2"), "https://a.example");
        assert_eq!(origin("http://[::1]:8080"), "http://[::1]:8080");
    }
}
