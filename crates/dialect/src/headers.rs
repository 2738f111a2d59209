//! Which headers pass between a client and a vendor that speak the same dialect, by name.
//!
//! Nothing else passes, but for what policy names. A header is listed if the vendor's reference documents it for the
//! endpoints that are served here, it changes what is answered or how it can be traced, and it speaks neither of an
//! account (`openai-organization`) nor of a person.
//!
//! Left out on purpose:
//! - `user-agent` and `x-stainless-*`, by which SDKs say their version, their runtime and the client's system: vendors
//!   document no use of them, and the gateway is the vendor's client;
//! - `idempotency-key`, which no vendor documents for these endpoints: where a server obeys it, two callers of one account who
//!   choose the same key would get each other's answer;
//! - `anthropic-dangerous-direct-browser-access`, which asks the vendor for CORS: browsers talk to the gateway.

use crate::Wire;

/// What a client may tell its vendor. Names are in lower case.
pub fn to_vendor(wire: Wire) -> &'static [&'static str] {
    match wire {
        // Features in beta, and the caller's own id for a request, which OpenAI's support can look up:
        // <https://developers.openai.com/api/reference/overview>.
        Wire::OpenAi | Wire::Responses => &["openai-beta", "x-client-request-id"],
        // <https://platform.claude.com/docs/en/api/versioning>, <https://platform.claude.com/docs/en/api/beta-headers>; Claude
        // Code's contract for gateways names the same two: <https://code.claude.com/docs/en/llm-gateway-protocol>.
        Wire::Anthropic => &["anthropic-beta", "anthropic-version"],
        // The name of the project that asks: <https://docs.cohere.com/reference/rerank>.
        Wire::Cohere => &["x-client-name"],
        // Of no client here.
        Wire::Bedrock | Wire::Google => &[],
    }
}

/// What a vendor may tell its client. Ids of requests, limits and times to retry are the gateway's to say.
pub fn to_client(wire: Wire) -> &'static [&'static str] {
    match wire {
        // How long it took, by which version and model: <https://developers.openai.com/api/reference/overview>. Servers that
        // speak the dialect send them as well.
        Wire::OpenAi | Wire::Responses => {
            &["openai-model", "openai-processing-ms", "openai-version"]
        }
        // Anthropic documents `request-id`, its limits and its organization's id, all of which are between it and the gateway:
        // <https://platform.claude.com/docs/en/api/overview>.
        Wire::Anthropic | Wire::Bedrock | Wire::Google | Wire::Cohere => &[],
    }
}

/// The dialects of a header, by the prefix of its name; none: it belongs to no dialect.
pub fn owners(name: &str) -> Option<&'static [Wire]> {
    const OWNERS: [(&str, &[Wire]); 7] = [
        ("openai-", &[Wire::OpenAi, Wire::Responses]),
        ("x-openai-", &[Wire::OpenAi, Wire::Responses]),
        ("anthropic-", &[Wire::Anthropic]),
        ("x-goog-", &[Wire::Google]),
        ("x-amz-", &[Wire::Bedrock]),
        ("x-amzn-", &[Wire::Bedrock]),
        ("cohere-", &[Wire::Cohere]),
    ];
    OWNERS.iter().find(|(start, _)| name.starts_with(start)).map(|(_, wires)| *wires)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_dialect_lets_pass_what_is_anothers() {
        for wire in Wire::ALL {
            for name in to_vendor(wire).iter().chain(to_client(wire)) {
                assert!(owners(name).is_none_or(|owners| owners.contains(&wire)), "{name}");
                assert_eq!(*name, name.to_ascii_lowercase());
            }
        }
    }
}
