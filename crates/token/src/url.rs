//! URLs from issuers.

use http::Uri;

/// The longest URL in bytes: as many as browsers and proxies accept.
const MAX_BYTES: usize = 2_048;

/// Whether keys may be fetched from a URL: `https`, or `http` from this machine; no user, no fragment.
pub(crate) fn is_fetchable(url: &str) -> bool {
    if url.len() > MAX_BYTES || url.contains('#') {
        return false;
    }
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let Some(authority) = uri.authority() else { return false };
    if authority.as_str().contains('@') || authority.host().is_empty() {
        return false;
    }
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => is_loopback(authority.host()),
        _ => false,
    }
}

fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "[::1]")
        || host.parse().is_ok_and(|address: std::net::Ipv4Addr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fetches_by_https_or_from_this_machine_only() {
        for url in [
            "https://login.example.com/keys?v=2",
            "https://10.0.0.1:8443/keys",
            "http://localhost:8080/keys",
            "http://127.0.0.2/keys",
            "http://[::1]:8080/keys",
        ] {
            assert!(is_fetchable(url), "{url}");
        }
        for url in [
            "http://login.example.com/keys",
            "http://localhost.example.com/keys",
            "http://127.0.0.1.example.com/keys",
            "https://user:password@login.example.com/keys",
            "https://login.example.com@evil.example/keys",
            "https://login.example.com/keys#a",
            "https:///keys",
            "https://",
            "/keys",
            "keys",
            "login.example.com",
            "file:///etc/passwd",
            "ftp://login.example.com/keys",
            "https://login.example.com/a b",
            "",
        ] {
            assert!(!is_fetchable(url), "{url}");
        }
        assert!(!is_fetchable(&format!("https://login.example.com/{}", "a".repeat(MAX_BYTES))));
    }
}
