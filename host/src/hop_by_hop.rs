//! Headers that a message declares as its connection's own.

use http::header::{CONNECTION, HeaderMap, HeaderName};

/// Headers for all recipients, which may not be named (RFC 9110, 7.6.1), and headers that proxies write about a client
/// and that policies decide by. A client that could remove them would choose what policies see.
const END_TO_END: [&str; 61] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "accept-ranges",
    "age",
    "allow",
    "api-key",
    "authorization",
    "baggage",
    "cache-control",
    "cookie",
    "content-digest",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-range",
    "content-type",
    "date",
    "dpop",
    "etag",
    "expect",
    "expires",
    "forwarded",
    "from",
    "host",
    "idempotency-key",
    "last-modified",
    "link",
    "location",
    "max-forwards",
    "origin",
    "pragma",
    "priority",
    "proxy-authorization",
    "range",
    "referer",
    "remote-user",
    "request-id",
    "retry-after",
    "server",
    "server-timing",
    "set-cookie",
    "signature",
    "signature-input",
    "strict-transport-security",
    "b3",
    "tracestate",
    "traceparent",
    "true-client-ip",
    "user-agent",
    "vary",
    "via",
    "warning",
    "www-authenticate",
    "x-api-key",
    "x-client-ip",
    "x-real-ip",
    "x-request-id",
];

/// Prefixes of such names: those of the host, of the gateway, of proxies and of vendors.
const END_TO_END_BEGINNINGS: [&str; 23] = [
    "access-control-",
    "anthropic-",
    "cf-",
    "client-",
    "cloudfront-",
    "fastly-",
    "fly-",
    "if-",
    "openai-",
    "sec-",
    "spin-",
    "ssl-client",
    "x-amz",
    "x-auth-",
    "x-azure-",
    "x-b3-",
    "x-client-",
    "x-cloud-",
    "x-envoy-",
    "x-forwarded",
    "x-goog-",
    "x-original-",
    "x-postern-",
];

/// Removes the headers that `Connection` names (RFC 9110, 7.6.1). The host does it because a component never sees that
/// header, and so cannot know which others end with this connection.
pub fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
        .filter(|name| !is_end_to_end(name.as_str()))
        .collect();
    for name in named {
        headers.remove(name);
    }
}

fn is_end_to_end(name: &str) -> bool {
    END_TO_END.contains(&name)
        || END_TO_END_BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
        || name.contains("ratelimit-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn drops_what_connection_names_and_nothing_else() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Hop"),
            ("x-hop", "1"),
            ("x-end-to-end", "1"),
            ("connection", "te"),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        strip(&mut headers);
        assert!(!headers.contains_key("x-hop"));
        assert!(headers.contains_key("x-end-to-end"));
    }

    #[test]
    fn what_others_rely_on_stays_whatever_connection_names() {
        for name in [
            "X-Forwarded-For",
            "x-forwarded-proto",
            "X-Forwarded",
            "forwarded",
            "spin-client-addr",
            "x-postern-strict",
            "AUTHORIZATION",
            "api-key",
            "x-api-key",
            "Content-Length",
            "content-type",
            "traceparent",
            "tracestate",
            "x-real-ip",
            "cf-connecting-ip",
            "true-client-ip",
            "x-amzn-oidc-accesstoken",
            "x-client-cert",
            "via",
            "x-envoy-external-address",
            "x-original-forwarded-for",
            "host",
            "cookie",
            "x-request-id",
            "baggage",
            "anthropic-version",
            "openai-organization",
            "x-ratelimit-limit-requests",
            "idempotency-key",
            "user-agent",
        ] {
            for connection in
                [name.to_owned(), format!("close, {name} , x-hop"), format!("\t{name},,")]
            {
                let mut headers = HeaderMap::new();
                let header = HeaderName::try_from(name).unwrap();
                headers.insert(&header, HeaderValue::from_static("1"));
                headers.insert(CONNECTION, HeaderValue::try_from(&connection).unwrap());
                strip(&mut headers);
                assert!(headers.contains_key(&header), "{connection}");
            }
        }
    }

    #[test]
    fn bytes_that_are_no_text_do_not_hide_a_name() {
        let mut headers = HeaderMap::new();
        headers.insert("x-hop", HeaderValue::from_static("1"));
        headers.insert(CONNECTION, HeaderValue::from_bytes(b"\xff, x-hop").unwrap());
        strip(&mut headers);
        assert!(!headers.contains_key("x-hop"));
    }
}
