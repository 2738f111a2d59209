//! Refuses ambiguous or invalid request heads, before anything reads them.

use http::header::{HOST, HeaderMap, TRANSFER_ENCODING};
use http::{Request, StatusCode, Version};

/// All headers of a request together; a component cannot accept more either.
pub const MAX_HEADER_BYTES: usize = 128 * 1024;
/// The most headers of a request, as hyper sets it for HTTP/1.1.
pub const MAX_HEADERS: usize = 100;

/// Why a head is refused.
pub type Refusal = (StatusCode, &'static str);

/// Checks the host of a request, and the encoding of its body.
///
/// # Errors
/// The response to the head.
pub fn check<B>(request: &Request<B>) -> Result<(), Refusal> {
    check_host(request).map_err(|problem| (StatusCode::BAD_REQUEST, problem))?;
    check_transfer_encoding(request.headers())
}

/// RFC 9112, 3.2: a request without a host, with two, or with an invalid one gets 400. The host of the request target
/// and of HTTP/2's `:authority` may have no user info either (RFC 9110, 4.2.4; RFC 9113, 8.3.1).
fn check_host<B>(request: &Request<B>) -> Result<(), &'static str> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let (first, second) = (hosts.next(), hosts.next());
    if second.is_some() {
        return Err("the header `host` is there twice");
    }
    if first.is_some_and(|host| !is_host(host.as_bytes())) {
        return Err("the header `host` is no host");
    }
    let authority = request.uri().authority();
    if authority.is_some_and(|authority| !is_host(authority.as_str().as_bytes())) {
        return Err("the host of the request is no host");
    }
    // HTTP/1.0 has no hosts.
    if first.is_none() && authority.is_none() && request.version() != Version::HTTP_10 {
        return Err("the header `host` is missing");
    }
    Ok(())
}

/// `uri-host [ ":" port ]` (RFC 9110, 7.2), with characters of names and addresses only: user info, escapes and the
/// like are refused, because two readers may take them for different hosts.
fn is_host(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let (host, port) = match text.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(Some((address, port))) if address.parse::<std::net::Ipv6Addr>().is_ok() => {
            ("v6", port)
        }
        Some(_) => return false,
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_port = |port: &str| {
        port.bytes().all(|byte| byte.is_ascii_digit())
            && (port.is_empty() || port.parse::<u16>().is_ok())
    };
    !host.is_empty()
        && host.bytes().all(name)
        && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

/// RFC 9112, 6.1: an unknown coding gets 501, and `chunked` is applied once. hyper refuses a coding that does not end
/// in `chunked` before, with the 400 of RFC 9112, 6.3: the length of such a body is unknown.
fn check_transfer_encoding(headers: &HeaderMap) -> Result<(), Refusal> {
    let codings: Vec<&str> = headers
        .get_all(TRANSFER_ENCODING)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or("?").split(','))
        .map(str::trim)
        .filter(|coding| !coding.is_empty())
        .collect();
    if codings.iter().any(|coding| !coding.eq_ignore_ascii_case("chunked")) {
        return Err((
            StatusCode::NOT_IMPLEMENTED,
            "the header `transfer-encoding` has another coding than chunked",
        ));
    }
    if codings.len() > 1 {
        return Err((StatusCode::BAD_REQUEST, "the header `transfer-encoding` has chunked twice"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_and_perhaps_a_port() {
        for host in [
            "a",
            "a.example",
            "A-1.example.",
            "a:80",
            "a:",
            "a:65535",
            "127.0.0.1",
            "[::1]",
            "[::1]:80",
            "a_b",
        ] {
            assert!(is_host(host.as_bytes()), "{host}");
        }
        for host in [
            "",
            ":80",
            "a b",
            "user@a",
            "user:password@a",
            "@a",
            "a@",
            "a:b",
            "a:80:80",
            "a:65536",
            "a:+1",
            "a,b",
            "a/b",
            "a?b",
            "a#b",
            "http://a",
            "[::1",
            "[a]",
            "[]",
            "[::1]x",
            "[::1%25eth0]",
            "::1",
            "a%2eb",
            "a\\b",
            "a;b",
            "\u{e9}",
            "a\tb",
            "*",
        ] {
            assert!(!is_host(host.as_bytes()), "{host}");
        }
        assert!(!is_host(b"\xff"));
    }

    #[test]
    fn a_head_says_one_host_and_one_coding() {
        let status = |version, uri: &str, headers: &[(&str, &str)]| {
            let mut request = Request::builder().version(version).uri(uri);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            check(&request.body(()).unwrap()).err().map(|(status, _)| status.as_u16())
        };
        let host = ("host", "a");
        let http11 = |headers: &[(&str, &str)]| status(Version::HTTP_11, "/", headers);
        assert_eq!(http11(&[host]), None);
        assert_eq!(http11(&[]), Some(400));
        assert_eq!(http11(&[host, host]), Some(400), "also when they are the same");
        assert_eq!(http11(&[("host", "u@a")]), Some(400));
        assert_eq!(status(Version::HTTP_10, "/", &[]), None);
        assert_eq!(status(Version::HTTP_10, "/", &[("host", "")]), Some(400));
        assert_eq!(status(Version::HTTP_11, "http://u@a/", &[host]), Some(400));
        assert_eq!(status(Version::HTTP_2, "http://a/", &[]), None);
        assert_eq!(status(Version::HTTP_2, "http://u@a/", &[]), Some(400));
        assert_eq!(status(Version::HTTP_2, "/", &[]), Some(400));
        let coded = |codings: &[&str]| {
            let mut headers = vec![host];
            headers.extend(codings.iter().map(|coding| ("transfer-encoding", *coding)));
            http11(&headers)
        };
        assert_eq!(coded(&["chunked"]), None);
        assert_eq!(coded(&["Chunked"]), None);
        assert_eq!(coded(&["gzip, chunked"]), Some(501));
        assert_eq!(coded(&["gzip", "chunked"]), Some(501));
        assert_eq!(coded(&["identity, chunked"]), Some(501));
        assert_eq!(coded(&["xchunked"]), Some(501));
        assert_eq!(coded(&["chunked;a=b"]), Some(501));
        assert_eq!(coded(&["chunked, chunked"]), Some(400));
        assert_eq!(coded(&["chunked", "chunked"]), Some(400));
    }
}
