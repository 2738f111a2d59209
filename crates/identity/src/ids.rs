//! The owners of ids of objects in the account with a vendor.
//!
//! The store learns neither ids nor callers: a record's name is a hash of both, and the record has only its expiry.

use postern_policy::{Consumers, Issuers};

/// Which callers share ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sharing {
    /// The callers of one tenant. A caller without a tenant is on its own.
    Tenant,
    /// One caller alone.
    Caller,
}

/// The owner of an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdOwner(String);

impl IdOwner {
    /// The prefix of these records' names.
    pub const STORE_PREFIX: &'static str = "ids/";

    /// This caller, or its tenant. `token_owner` is [`crate::Caller::token_owner`].
    #[must_use]
    pub fn of(
        sharing: Sharing,
        consumer: &str,
        tenant: Option<&str>,
        token_owner: Option<&str>,
    ) -> Self {
        let text = match (sharing, tenant) {
            (Sharing::Tenant, Some(tenant)) => serde_json::json!(["tenant", tenant]),
            _ => serde_json::json!(["caller", consumer, token_owner]),
        };
        Self(text.to_string())
    }

    /// The name of the record that this owner has this id of this provider's account.
    #[must_use]
    pub fn store_name(&self, provider: &str, id: &str) -> String {
        // As JSON, so that different triples are different texts.
        let text = serde_json::json!([self.0, provider, id]).to_string();
        format!("{}{}", Self::STORE_PREFIX, postern_keys::sha256_hex(&text))
    }

    /// The record, as stored.
    #[must_use]
    pub fn record(ttl_s: u32, unix_s: u64) -> Vec<u8> {
        unix_s.saturating_add(ttl_s.into()).to_string().into_bytes()
    }

    /// Whether a record has not expired.
    #[must_use]
    pub fn holds(record: &[u8], unix_s: u64) -> bool {
        let until = std::str::from_utf8(record).ok().and_then(|text| text.parse::<u64>().ok());
        until.is_some_and(|until_unix_s| unix_s < until_unix_s)
    }
}

/// Whether these policies distinguish tenants.
#[must_use]
pub fn know_tenants(consumers: &Consumers, issuers: &Issuers) -> bool {
    consumers.have_tenants()
        || issuers.iter().any(|issuer| {
            let undeclared = issuer.undeclared.as_ref();
            issuer.claims.tenant.is_some() || undeclared.is_some_and(|one| one.tenant.is_some())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_of_a_tenant_or_of_a_caller_and_at_one_provider() {
        let name = |sharing, consumer, tenant, token, provider, id| {
            IdOwner::of(sharing, consumer, tenant, token).store_name(provider, id)
        };
        let tenant = name(Sharing::Tenant, "a", Some("t"), None, "p", "resp_1");
        assert_eq!(tenant, name(Sharing::Tenant, "b", Some("t"), Some("x"), "p", "resp_1"));
        let others = [
            name(Sharing::Tenant, "a", Some("u"), None, "p", "resp_1"),
            name(Sharing::Tenant, "a", None, None, "p", "resp_1"),
            name(Sharing::Tenant, "b", None, None, "p", "resp_1"),
            name(Sharing::Tenant, "a", Some("t"), None, "q", "resp_1"),
            name(Sharing::Tenant, "a", Some("t"), None, "p", "resp_2"),
            name(Sharing::Caller, "t", Some("t"), None, "p", "resp_1"),
            name(Sharing::Caller, "a", Some("t"), Some("x"), "p", "resp_1"),
            name(Sharing::Caller, "a", Some("t"), Some("y"), "p", "resp_1"),
        ];
        let all: std::collections::BTreeSet<_> = others.iter().chain([&tenant]).collect();
        assert_eq!(all.len(), 9, "{others:?}");
        assert!(!tenant.contains("resp_1"), "{tenant}");
    }

    #[test]
    fn tenants_are_known_by_consumers_claims_and_undeclared_callers() {
        let consumer = |more: &str| {
            let text = format!("[[consumer]]\nname = \"a\"\nmodels = [\"*\"]\n{more}");
            Consumers::from_toml(&text).unwrap()
        };
        let issuer = |more: &str| {
            let text = format!(
                "[[issuer]]\nname = \"i\"\nissuer = \"https://i.example\"\naudience = [\"x\"]\n\
                 discovery = true\n{more}"
            );
            Issuers::from_toml(Some(&text)).unwrap()
        };
        assert!(!know_tenants(&consumer(""), &Issuers::default()));
        assert!(!know_tenants(&consumer("team = \"t\""), &issuer("")));
        assert!(know_tenants(&consumer("tenant = \"t\""), &Issuers::default()));
        assert!(know_tenants(&consumer(""), &issuer("[issuer.claims]\ntenant = \"tid\"")));
        let undeclared = "[issuer.undeclared]\nmodels = [\"*\"]\ntenant = \"t\"";
        assert!(know_tenants(&consumer(""), &issuer(undeclared)));
    }

    #[test]
    fn holds_for_a_time() {
        let record = IdOwner::record(30, 1_000);
        assert!(IdOwner::holds(&record, 1_029));
        assert!(!IdOwner::holds(&record, 1_030));
        for wrong in [&b""[..], b"?", b"\xff", b"-1"] {
            assert!(!IdOwner::holds(wrong, 0));
        }
    }
}
