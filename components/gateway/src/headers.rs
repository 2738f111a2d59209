//! Which headers pass, either way.
//!
//! End-to-end headers pass, as a proxy lets them (RFC 9110, 7.6.1); what follows does not.

/// Hop-by-hop (RFC 9110, 7.6.1) and message framing: each side's own business. What else a `Connection` header names is
/// for the host to drop: it hides that header from components.
const HOP_BY_HOP: [&str; 12] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Where a client may present its credential, `api-key` as clients of Azure do; read by `auth`, seen by nobody else.
const CREDENTIALS: [&str; 3] = ["api-key", "authorization", "x-api-key"];

/// What the client's side says about itself, or the gateway says anew to the vendor. `accept-encoding` goes because the
/// answer must be readable here; `openai-organization` and `openai-project` select an account, and it is the gateway's.
const NOT_FOR_VENDORS: [&str; 15] = [
    "accept-encoding",
    "content-encoding",
    "content-type",
    "cookie",
    "forwarded",
    "openai-organization",
    "openai-project",
    "origin",
    "referer",
    "traceparent",
    "tracestate",
    "via",
    "x-goog-api-key",
    "x-real-ip",
    "x-request-id",
];

/// What a vendor says to its customer, which is the gateway: its cookies, its limits on our account, its own request id.
const NOT_FOR_CLIENTS: [&str; 13] = [
    "alt-svc",
    "anthropic-organization-id",
    "apim-request-id",
    "cf-ray",
    "content-type",
    "openai-organization",
    "openai-project",
    "request-id",
    "retry-after",
    "set-cookie",
    "server",
    "strict-transport-security",
    "x-request-id",
];

/// Beginnings of names that only the gateway and its host may use.
const RESERVED: [&str; 5] =
    ["x-postern-", "x-ratelimit-", "anthropic-ratelimit-", "x-forwarded-", "spin-"];

/// Beginnings of the names by which a client asks something of its own vendor: of no use to another one. Amazon's select
/// credentials (`x-amz-security-token`) and guardrails, which are the gateway's.
const OF_A_DIALECT: [&str; 5] = ["openai-", "anthropic-", "x-goog-", "x-amz-", "x-amzn-"];

/// Does this header hold a client's credential?
pub fn is_credential(name: &str) -> bool {
    CREDENTIALS.contains(&name)
}

/// May a client's header go on to the vendor?
pub fn passes_to_vendor(name: &str) -> bool {
    passes(name) && !is_credential(name) && !NOT_FOR_VENDORS.contains(&name)
}

/// Does a client's header speak to its own vendor only?
pub fn is_of_a_dialect(name: &str) -> bool {
    OF_A_DIALECT.iter().any(|beginning| name.starts_with(beginning))
}

/// May a vendor's header go on to the client?
pub fn passes_to_client(name: &str) -> bool {
    passes(name) && !NOT_FOR_CLIENTS.contains(&name)
}

fn passes(name: &str) -> bool {
    !HOP_BY_HOP.contains(&name)
        && !name.starts_with("proxy-")
        && !RESERVED.iter().any(|reserved| name.starts_with(reserved))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lets_end_to_end_headers_pass() {
        for name in ["openai-beta", "user-agent", "x-stainless-lang", "idempotency-key"] {
            assert!(passes_to_vendor(name), "{name}");
        }
        for name in ["openai-processing-ms", "openai-version", "cache-control", "date"] {
            assert!(passes_to_client(name), "{name}");
        }
    }

    #[test]
    fn keeps_credentials_cookies_and_reserved_names_from_vendors() {
        for name in [
            "authorization",
            "x-api-key",
            "api-key",
            "cookie",
            "x-postern-strict",
            "x-forwarded-for",
            "connection",
        ] {
            assert!(!passes_to_vendor(name), "{name}");
        }
    }

    #[test]
    fn keeps_what_speaks_to_one_vendor_from_all_others() {
        for name in ["openai-beta", "anthropic-beta", "x-goog-user-project"] {
            assert!(is_of_a_dialect(name), "{name}");
        }
        for name in ["x-amz-security-token", "x-amz-date", "x-amzn-bedrock-guardrailidentifier"] {
            assert!(is_of_a_dialect(name), "{name}");
        }
        assert!(!is_of_a_dialect("idempotency-key"));
    }

    #[test]
    fn keeps_the_vendors_account_from_clients() {
        for name in [
            "openai-project",
            "set-cookie",
            "x-ratelimit-remaining-tokens",
            "openai-organization",
            "x-postern-served-by",
            "connection",
        ] {
            assert!(!passes_to_client(name), "{name}");
        }
    }
}
