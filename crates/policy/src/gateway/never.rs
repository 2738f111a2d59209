//! Headers that no policy can let pass, and why.

/// The direction of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Vendors,
    Router,
    Clients,
}

/// Names, or prefixes of names followed by `*`, that share a reason.
type Rule = (&'static [&'static str], &'static str);

/// Headers that pass in neither direction.
const EITHER_WAY: [Rule; 6] = [
    (
        // RFC 9110, 7.6.1 and 8; RFC 9113, 8.2.2.
        &[
            "connection",
            "content-*",
            "expect",
            "host",
            "http2-settings",
            "keep-alive",
            "proxy-*",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
        ],
        "it belongs to one connection or one message, which each side has for itself",
    ),
    (
        &["spin-*", "x-postern-*", "x-request-id", "request-id", "traceparent", "tracestate"],
        "the gateway and its host say it themselves",
    ),
    (
        &[
            "cf-connecting-*",
            "cf-ipcountry",
            "fastly-client-ip",
            "forwarded",
            "true-client-ip",
            "via",
            "x-client-ip",
            "x-cluster-client-ip",
            "x-envoy-*",
            "x-forwarded-*",
            "x-original-*",
            "x-real-ip",
        ],
        "it says where a client is and how it came, which is for proxies to say",
    ),
    (
        &["api-key", "authorization", "cookie*", "set-cookie*", "x-api-key", "x-goog-api-key"],
        "it holds a credential",
    ),
    (
        // Identity-aware proxies and load balancers describe the signed-in person in these.
        &[
            "cf-access-*",
            "oidc-*",
            "remote-*",
            "tailscale-user-*",
            "x-amzn-oidc-*",
            "x-auth-*",
            "x-authentik-*",
            "x-goog-authenticated-user-*",
            "x-goog-iap-*",
            "x-ms-client-principal*",
            "x-ms-token-*",
            "x-pomerium-*",
            "x-remote-*",
            "x-vouch-*",
            "x-webauth-*",
        ],
        "a proxy says in it who is signed in, or with which token",
    ),
    (
        // RFC 9440, and the headers of load balancers before it.
        &[
            "client-cert*",
            "ssl-client-*",
            "x-amzn-mtls-*",
            "x-arr-clientcert",
            "x-client-cert*",
            "x-ssl-*",
            "x-tls-*",
        ],
        "it holds a client's certificate",
    ),
];

const TO_VENDORS: [Rule; 2] = [
    (
        &[
            "anthropic-organization-id",
            "openai-organization",
            "openai-project",
            "x-amz-*",
            "x-amzn-*",
            "x-goog-user-project",
        ],
        "it selects an account with the vendor, which is the gateway's",
    ),
    (
        &["accept-encoding", "if-*", "origin", "range", "sec-*"],
        "it is about the answer of the gateway itself, or for browsers only",
    ),
];

const TO_CLIENTS: [Rule; 3] = [
    (
        &[
            "access-control-*",
            "alt-svc",
            "clear-site-data",
            "cross-origin-*",
            "location",
            "nel",
            "permissions-policy",
            "public-key-pins*",
            "referrer-policy",
            "refresh",
            "report-to",
            "reporting-endpoints",
            "service-worker-allowed",
            "sourcemap",
            "strict-transport-security",
            "www-authenticate",
            "x-sourcemap",
        ],
        "with it a vendor would steer the client, or the browser that it runs in",
    ),
    (
        &["x-accel-*", "x-lighttpd-*", "x-litespeed-*", "x-reproxy-*", "x-sendfile*"],
        "with it a vendor would steer a proxy in front of the gateway",
    ),
    (
        &[
            "allow",
            "anthropic-organization-id",
            "anthropic-ratelimit-*",
            "openai-organization",
            "openai-project",
            "retry-after",
            "retry-after-ms",
            "server-timing",
            "vary",
            "x-ratelimit-*",
        ],
        "the vendor says in it how the gateway's own account stands; clients get the gateway's",
    ),
];

/// Parts of names that only secret headers have.
const SECRET_WORDS: [&str; 11] = [
    "apikey",
    "assertion",
    "authorization",
    "cookie",
    "credential",
    "credentials",
    "jwt",
    "password",
    "secret",
    "signature",
    "token",
];

/// Why a header may never pass in this direction; `None` if it may.
pub(super) fn reason(direction: Direction, name: &str) -> Option<&'static str> {
    let of_way: &[Rule] = match direction {
        Direction::Vendors => &TO_VENDORS,
        Direction::Router => &[],
        Direction::Clients => &TO_CLIENTS,
    };
    let is_secret = name.split(['-', '_']).any(|word| SECRET_WORDS.contains(&word));
    EITHER_WAY
        .iter()
        .chain(of_way)
        .find(|(names, _)| names.iter().any(|rule| matches(rule, name)))
        .map(|(_, reason)| *reason)
        .or(is_secret.then_some("it is named like a credential"))
}

fn matches(rule: &str, name: &str) -> bool {
    match rule.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == rule,
    }
}
