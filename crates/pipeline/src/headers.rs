//! The headers that pass, both ways: those that the dialect names, if client and vendor share it
//! ([`postern_dialect::headers`] says which and why), and those that policy names (`[headers]` of `gateway.toml`).
//!
//! All other headers end here, known or not: credentials of proxies and of signed-in users, certificates and cookies of
//! the client's side; the account, the cookies and the browser or proxy control of a vendor.

use postern_dialect::{Dialect, headers};
use postern_policy::PassedHeaders;

/// The headers of a client's credential, including the `api-key` of Azure's clients; only `auth` reads them.
const CREDENTIALS: [&str; 3] = ["api-key", "authorization", "x-api-key"];

/// The gateway's name for vendors (RFC 9110, 10.1.5).
const USER_AGENT: &str = concat!("postern/", env!("CARGO_PKG_VERSION"));

/// Whether this header holds a client's credential.
pub fn is_credential(name: &str) -> bool {
    CREDENTIALS.contains(&name)
}

/// Whether a client's header could pass to some vendor.
pub fn may_pass(name: &str, policy: Option<&PassedHeaders>) -> bool {
    let by_dialect = Dialect::ALL.iter().any(|wire| headers::to_vendor(*wire).contains(&name));
    by_dialect || policy.is_some_and(|policy| has(&policy.to_vendors, name))
}

/// The gateway's own headers for a vendor, where the client's did not pass.
pub fn of_the_gateway() -> [(String, String); 2] {
    // Any type, including binary framing: path and body determine the answer.
    [("accept", "*/*"), ("user-agent", USER_AGENT)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
}

/// The content type of an answer; empty if it has none.
pub fn content_type(fields: &[(String, String)]) -> String {
    let named = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    named.map(|(_, value)| value.clone()).unwrap_or_default()
}

/// Decides which headers pass between a client and a vendor.
#[derive(Clone, Copy)]
pub struct HeaderFilter<'a> {
    /// The shared dialect; none: the request is translated.
    pub dialect: Option<Dialect>,
    /// The headers of policy.
    pub policy: &'a PassedHeaders,
}

impl HeaderFilter<'_> {
    /// Whether a client's header passes to a vendor of this dialect. One vendor's own never goes to another.
    pub fn passes_to_vendor(&self, name: &str, vendor: Dialect) -> bool {
        let by_dialect = self.dialect.is_some_and(|wire| headers::to_vendor(wire).contains(&name));
        by_dialect || has(&self.policy.to_vendors, name) && !headers::is_of_another(name, vendor)
    }

    /// Whether a vendor's header passes to the client.
    pub fn passes_to_client(&self, name: &str) -> bool {
        let by_dialect = self.dialect.is_some_and(|wire| headers::to_client(wire).contains(&name));
        by_dialect || has(&self.policy.to_clients, name)
    }
}

fn has(names: &[String], name: &str) -> bool {
    names.iter().any(|each| each == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Headers of proxies, including identity-aware ones, of browsers, and unknown ones.
    const OF_THE_CLIENTS_SIDE: [&str; 24] = [
        "authorization",
        "api-key",
        "cf-access-client-secret",
        "cookie",
        "forwarded",
        "idempotency-key",
        "openai-organization",
        "origin",
        "remote-user",
        "ssl-client-cert",
        "traceparent",
        "user-agent",
        "x-amz-security-token",
        "x-amzn-oidc-accesstoken",
        "x-auth-request-access-token",
        "x-forwarded-for",
        "x-forwarded-client-cert",
        "x-goog-iap-jwt-assertion",
        "x-ms-token-aad-access-token",
        "x-nobody-knows",
        "x-pomerium-jwt-assertion",
        "x-postern-strict",
        "x-serverless-authorization",
        "x-stainless-os",
    ];

    const OF_THE_VENDORS_SIDE: [&str; 17] = [
        "access-control-allow-origin",
        "anthropic-organization-id",
        "authorization",
        "clear-site-data",
        "location",
        "openai-organization",
        "refresh",
        "request-id",
        "set-cookie",
        "set-cookie2",
        "strict-transport-security",
        "www-authenticate",
        "x-accel-redirect",
        "x-api-key",
        "x-nobody-knows",
        "x-ratelimit-remaining-tokens",
        "x-sendfile",
    ];

    fn all_ways() -> Vec<Option<Dialect>> {
        Dialect::ALL.into_iter().map(Some).chain([None]).collect()
    }

    #[test]
    fn what_no_dialect_and_no_policy_names_never_passes() {
        let policy = &PassedHeaders::default();
        for dialect in all_ways() {
            let passed = HeaderFilter { dialect, policy };
            for (name, vendor) in OF_THE_CLIENTS_SIDE.iter().zip(Dialect::ALL.iter().cycle()) {
                assert!(!passed.passes_to_vendor(name, *vendor), "{name}");
            }
            for name in OF_THE_VENDORS_SIDE {
                assert!(!passed.passes_to_client(name), "{name}");
            }
        }
    }

    #[test]
    fn one_vendors_own_headers_reach_that_vendor_alone() {
        let own = |name: &str| name.to_owned();
        let names = vec![own("openai-x"), own("anthropic-x"), own("x-all")];
        let policy = &PassedHeaders { to_vendors: names, ..PassedHeaders::default() };
        for dialect in all_ways() {
            let passed = HeaderFilter { dialect, policy };
            for vendor in Dialect::ALL {
                let is_openai = matches!(vendor, Dialect::OpenAi | Dialect::Responses);
                assert_eq!(passed.passes_to_vendor("openai-x", vendor), is_openai);
                assert_eq!(
                    passed.passes_to_vendor("anthropic-x", vendor),
                    vendor == Dialect::Anthropic
                );
                assert!(passed.passes_to_vendor("x-all", vendor));
            }
        }
        let translated = HeaderFilter { dialect: None, policy };
        assert!(!translated.passes_to_vendor("openai-beta", Dialect::OpenAi));
    }

    #[test]
    fn what_a_dialect_names_passes_within_it() {
        let policy = &PassedHeaders::default();
        for (wire, name) in [
            (Dialect::OpenAi, "openai-beta"),
            (Dialect::Responses, "x-client-request-id"),
            (Dialect::Anthropic, "anthropic-beta"),
            (Dialect::Anthropic, "anthropic-version"),
            (Dialect::Cohere, "x-client-name"),
        ] {
            assert!(
                HeaderFilter { dialect: Some(wire), policy }.passes_to_vendor(name, wire),
                "{name}"
            );
        }
        let openai = HeaderFilter { dialect: Some(Dialect::OpenAi), policy };
        assert!(
            openai.passes_to_client("openai-processing-ms")
                && openai.passes_to_client("openai-version")
        );
    }
}
