//! Where a request goes, and how long it may take.

use std::fmt;

const URL: &str = "x-postern-egress-url";
const CONNECT_MS: &str = "x-postern-egress-connect-ms";
const FIRST_BYTE_MS: &str = "x-postern-egress-first-byte-ms";
const BETWEEN_BYTES_MS: &str = "x-postern-egress-between-bytes-ms";

/// The last address that Spin names for a request of one component to another.
const NO_CLIENT: &str = "0.0.0.0:0";
const CLIENT: &str = "spin-client-addr";

/// A vendor's request, besides its headers and its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Whether the scheme is `https`.
    pub https: bool,
    /// Host and port.
    pub authority: String,
    /// Path and query.
    pub path: String,
    /// How long it may take.
    pub timeouts: Timeouts,
}

/// How long a vendor may take; `None`: as long as the host lets it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the connection is established.
    pub connect_ms: Option<u64>,
    /// From then to the answer's head.
    pub first_byte_ms: Option<u64>,
    /// Between two parts of the answer.
    pub between_bytes_ms: Option<u64>,
}

/// Why a request is not one of `upstream`'s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It came from a client.
    NotFromTheComposition,
    /// It has no URL, or several.
    NoUrl,
    /// Its URL is none that a vendor can be reached at.
    BadUrl,
    /// A deadline is no number.
    BadDeadline(&'static str),
}

impl Refusal {
    /// The status of the answer.
    pub fn status(self) -> u16 {
        match self {
            Self::NotFromTheComposition => 403,
            Self::NoUrl | Self::BadUrl | Self::BadDeadline(_) => 400,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFromTheComposition => formatter.write_str(
                "only components of this application may call egress: its trigger needs `route = { private = true }`",
            ),
            Self::NoUrl => write!(formatter, "exactly one header `{URL}` is needed"),
            Self::BadUrl => write!(
                formatter,
                "the header `{URL}` must be http:// or https://, a host, and a path"
            ),
            Self::BadDeadline(name) => {
                write!(formatter, "the header `{name}` must be one number of milliseconds")
            }
        }
    }
}

impl Call {
    /// The headers that say it.
    pub fn headers(&self) -> Vec<(String, String)> {
        let scheme = if self.https { "https" } else { "http" };
        let url = format!("{scheme}://{}{}", self.authority, self.path);
        let Timeouts { connect_ms, first_byte_ms, between_bytes_ms } = self.timeouts;
        let deadlines = [
            (CONNECT_MS, connect_ms),
            (FIRST_BYTE_MS, first_byte_ms),
            (BETWEEN_BYTES_MS, between_bytes_ms),
        ];
        let deadlines =
            deadlines.into_iter().filter_map(|(name, ms)| Some((name, ms?.to_string())));
        let all = std::iter::once((URL, url)).chain(deadlines);
        all.map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Reads them from the headers of a request.
    ///
    /// # Errors
    ///
    /// If they are not what [`Call::headers`] writes, or the request came from a client.
    pub fn read(headers: &[(String, Vec<u8>)]) -> Result<Self, Refusal> {
        // Spin appends its own after a client's.
        if values(headers, CLIENT).last().is_some_and(|address| address != NO_CLIENT.as_bytes()) {
            return Err(Refusal::NotFromTheComposition);
        }
        let mut urls = values(headers, URL);
        let (Some(url), None) = (urls.next(), urls.next()) else { return Err(Refusal::NoUrl) };
        let url = std::str::from_utf8(url).map_err(|_| Refusal::BadUrl)?;
        let (https, authority, path) = parts(url).ok_or(Refusal::BadUrl)?;
        Ok(Self {
            https,
            authority: authority.to_owned(),
            path: path.to_owned(),
            timeouts: Timeouts {
                connect_ms: deadline(headers, CONNECT_MS)?,
                first_byte_ms: deadline(headers, FIRST_BYTE_MS)?,
                between_bytes_ms: deadline(headers, BETWEEN_BYTES_MS)?,
            },
        })
    }
}

fn values<'h>(
    headers: &'h [(String, Vec<u8>)],
    name: &'static str,
) -> impl Iterator<Item = &'h [u8]> {
    let of_name = headers.iter().filter(move |(each, _)| each.eq_ignore_ascii_case(name));
    of_name.map(|(_, value)| value.as_slice())
}

/// Scheme, authority and path: what `upstream` writes, so nothing else is understood (user info, fragments).
fn parts(url: &str) -> Option<(bool, &str, &str)> {
    let (https, rest) = match url.strip_prefix("https://") {
        Some(rest) => (true, rest),
        None => (false, url.strip_prefix("http://")?),
    };
    let (authority, path) = rest.split_at(rest.find('/')?);
    let is_wrong = |byte: u8| !byte.is_ascii_graphic() || matches!(byte, b'#' | b'\\');
    let fits = !authority.is_empty()
        && !authority.bytes().any(|byte| matches!(byte, b'@' | b'?'))
        && !url.bytes().any(is_wrong);
    fits.then_some((https, authority, path))
}

fn deadline(headers: &[(String, Vec<u8>)], name: &'static str) -> Result<Option<u64>, Refusal> {
    let mut found = values(headers, name);
    let (Some(value), more) = (found.next(), found.next()) else { return Ok(None) };
    let text = std::str::from_utf8(value).ok().filter(|_| more.is_none());
    let digits = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let ms = digits.and_then(|digits| digits.parse().ok());
    ms.map(Some).ok_or(Refusal::BadDeadline(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> Call {
        Call {
            https: true,
            authority: "api.example:8443".to_owned(),
            path: "/v1/chat?a=b".to_owned(),
            timeouts: Timeouts {
                connect_ms: Some(5_000),
                first_byte_ms: Some(60_000),
                between_bytes_ms: None,
            },
        }
    }

    fn bytes(headers: Vec<(String, String)>) -> Vec<(String, Vec<u8>)> {
        headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect()
    }

    fn with(name: &str, value: &str) -> Vec<(String, Vec<u8>)> {
        let mut headers = bytes(call().headers());
        headers.retain(|(each, _)| each != name);
        headers.push((name.to_owned(), value.as_bytes().to_vec()));
        headers
    }

    #[test]
    fn what_is_written_is_read() {
        let bare =
            Call { https: false, path: "/".to_owned(), timeouts: Timeouts::default(), ..call() };
        for call in [call(), bare] {
            let mut headers = bytes(call.headers());
            headers.push(("authorization".to_owned(), b"Bearer a".to_vec()));
            headers.push((CLIENT.to_owned(), NO_CLIENT.as_bytes().to_vec()));
            assert_eq!(Call::read(&headers), Ok(call));
        }
        let ipv6 = Call::read(&with(URL, "http://[::1]:80/a")).unwrap();
        assert_eq!((ipv6.authority.as_str(), ipv6.https), ("[::1]:80", false));
    }

    #[test]
    fn a_url_that_upstream_does_not_write_is_refused() {
        for url in [
            "",
            "/v1",
            "api.example/v1",
            "ftp://a.example/",
            "HTTPS://a.example/",
            "https://a.example",
            "https:///v1",
            "https://user@a.example/",
            "https://a.example/#b",
            "https://a.example/ b",
            "https://a.example\\@b.example/",
            "https://a.example?b=/",
            "https://a.example/\u{e9}",
        ] {
            assert_eq!(Call::read(&with(URL, url)), Err(Refusal::BadUrl), "{url:?}");
        }
    }

    #[test]
    fn no_url_and_two_of_them_are_refused() {
        let mut headers = bytes(call().headers());
        headers.push((URL.to_ascii_uppercase(), b"https://b.example/".to_vec()));
        assert_eq!(Call::read(&headers), Err(Refusal::NoUrl));
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case(URL));
        assert_eq!(Call::read(&headers), Err(Refusal::NoUrl));
    }

    #[test]
    fn a_deadline_that_is_no_number_is_refused() {
        for name in [CONNECT_MS, FIRST_BYTE_MS, BETWEEN_BYTES_MS] {
            for value in ["", "-1", "+1", "1.5", "1 s", "18446744073709551616"] {
                let read = Call::read(&with(name, value));
                assert_eq!(read, Err(Refusal::BadDeadline(name)), "{name}: {value:?}");
            }
            let mut twice = with(name, "1");
            twice.push((name.to_owned(), b"2".to_vec()));
            assert_eq!(Call::read(&twice), Err(Refusal::BadDeadline(name)));
        }
    }

    #[test]
    fn a_clients_request_is_refused_whatever_the_client_says() {
        let mut headers = with(CLIENT, NO_CLIENT);
        headers.push((CLIENT.to_owned(), b"203.0.113.7:4711".to_vec()));
        assert_eq!(Call::read(&headers), Err(Refusal::NotFromTheComposition));
        assert_eq!(Refusal::NotFromTheComposition.status(), 403);
    }
}
