//! `issuers.toml`: whose tokens are believed, how they are checked, and what their claims say of the caller.

mod algorithms;
mod check;
mod claims;
mod introspection;
mod key_set;
mod keys;
mod resource;
mod values;
mod written;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base_url::BaseUrl;
use crate::closed::DataClass;
use crate::consumers::ModelPattern;
use crate::problem::Problems;
use crate::reading::Report;
use crate::{ISSUERS_FILE, url};

pub(crate) use check::{Read, read};

/// All issuers of tokens, and what clients are told of where to get one.
#[derive(Debug, Clone, Default)]
pub struct Issuers {
    by_name: BTreeMap<String, Arc<Issuer>>,
    by_issuer: BTreeMap<String, Arc<Issuer>>,
    protected_resource: Option<ProtectedResource>,
}

/// Who issues tokens: an authorization server, or an application that signs its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// What records, `consumers.toml` and messages call it by, unique among the issuers.
    pub name: String,
    /// The `iss` of its tokens (RFC 7519, 4.1.1), compared byte for byte; unique among the issuers.
    pub issuer: String,
    /// Of which the `aud` of a token must contain one; at least one.
    pub audience: Vec<String>,
    /// The algorithms of signatures that are believed (RFC 7518, 3.1; RFC 8037), as in `RS256`; none with introspection.
    pub algorithms: Vec<String>,
    /// How it is known that a token is the issuer's.
    pub keys: IssuerKeys,
    /// By how much its clock and ours may differ, in seconds.
    pub leeway_s: u64,
    /// Claims that a token must have, with the text each must equal where there is one.
    pub required_claims: Vec<(String, Option<String>)>,
    /// Scopes that a token must all have.
    pub required_scopes: Vec<String>,
    /// Which claim says what of the caller.
    pub claims: ClaimNames,
    /// What a consumer may be that `consumers.toml` does not declare; none: its tokens are refused.
    pub undeclared: Option<Undeclared>,
}

/// How it is known that a token is the issuer's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IssuerKeys {
    /// By public keys that `{issuer}/.well-known/openid-configuration` leads to (OpenID Connect Discovery 1.0, 4).
    Discovery(KeySetTimes),
    /// By the public keys of a set (RFC 7517, 5).
    Jwks {
        /// Where the set is.
        url: String,
        /// How long it is kept and waited for.
        times: KeySetTimes,
    },
    /// By a secret that the issuer and the gateway have (RFC 7518, 3.2).
    SharedSecret {
        /// The variable of `spin.toml` that holds it.
        variable: String,
    },
    /// By asking the issuer (RFC 7662).
    Introspection {
        /// Where it is asked; may begin with a variable, which [`BaseUrl::parse`] finds.
        url: String,
        /// Who the gateway is there.
        client_id: String,
        /// The variable of `spin.toml` that holds the client's secret.
        client_secret: String,
        /// How long an answer is kept at most, in seconds; 0: not at all.
        cache_s: u64,
        /// How long an answer is waited for, in milliseconds.
        timeout_ms: u64,
        /// What of tokens that are not good.
        guesses: Guesses,
    },
}

/// How often an issuer is asked about tokens that are not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guesses {
    /// How long such an answer is kept, in seconds; 0: not at all.
    pub cache_s: u64,
    /// How many a minute for one address; of IPv6 for one /64.
    pub per_minute_by_address: u64,
    /// How many a minute in all.
    pub per_minute: u64,
}

/// How long a set of keys is kept and waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeySetTimes {
    /// How long it is fresh, in seconds.
    pub ttl_s: u64,
    /// How long it serves beyond that while the issuer cannot be reached, in seconds.
    pub stale_s: u64,
    /// How long at least from one fetch to the next because of an unknown key, in seconds.
    pub refresh_s: u64,
    /// How long it is waited for, in milliseconds.
    pub timeout_ms: u64,
}

/// Which claim says what of the caller: each a claim's name, or a path of names with dots between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    /// Who calls.
    pub consumer: String,
    /// Its team.
    pub team: Option<String>,
    /// Its customer or business unit.
    pub tenant: Option<String>,
    /// The plan whose limits hold for it.
    pub plan: Option<String>,
    /// Its roles.
    pub roles: Option<String>,
    /// The regions its data may be processed in.
    pub regions: Option<String>,
    /// How confidential its data is.
    pub data_class: Option<String>,
    /// Those that later stages get as they are, each once, in the order they are written.
    pub pass_on: Vec<String>,
}

/// What a consumer may be that `consumers.toml` does not declare, where no claim says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undeclared {
    /// The names of models and aliases it may ask for; at least one.
    pub models: Vec<ModelPattern>,
    /// Its team.
    pub team: Option<String>,
    /// Its customer or business unit.
    pub tenant: Option<String>,
    /// The plan whose limits hold for it.
    pub plan: Option<String>,
    /// Its roles, in the order they are written.
    pub roles: Vec<String>,
    /// The regions its data may be processed in; none: any.
    pub regions: Option<Vec<String>>,
    /// How confidential its data is.
    pub data_class: Option<DataClass>,
}

/// What clients are told of the gateway as an OAuth 2.0 protected resource (RFC 9728, 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectedResource {
    /// The gateway as clients reach it: `resource`.
    pub url: String,
    /// A page for people: `resource_documentation`.
    pub documentation: Option<String>,
    /// The scopes that a client may ask for: `scopes_supported`.
    pub scopes: Vec<String>,
}

impl Issuers {
    /// Reads the text of `issuers.toml`; without the file no tokens are trusted.
    ///
    /// # Errors
    ///
    /// All problems of the file.
    pub fn from_toml(text: Option<&str>) -> Result<Self, Problems> {
        let Some(text) = text else {
            return Ok(Self::default());
        };
        let mut report = Report::new(ISSUERS_FILE, text);
        let read = read(&mut report).unwrap_or_default();
        report.into_problems().or(read.issuers)
    }

    /// All issuers, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Issuer>> {
        self.by_name.values()
    }

    /// The issuer of this name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&Arc<Issuer>> {
        self.by_name.get(name)
    }

    /// The issuer whose tokens have exactly this `iss`.
    #[must_use]
    pub fn by_issuer(&self, issuer: &str) -> Option<&Arc<Issuer>> {
        self.by_issuer.get(issuer)
    }

    /// The one issuer that is asked about opaque tokens.
    #[must_use]
    pub fn introspecting(&self) -> Option<&Arc<Issuer>> {
        self.iter().find(|issuer| matches!(issuer.keys, IssuerKeys::Introspection { .. }))
    }

    /// What clients are told of where to get a token; none: nothing.
    #[must_use]
    pub fn protected_resource(&self) -> Option<&ProtectedResource> {
        self.protected_resource.as_ref()
    }
}

impl Issuer {
    /// All variables of `spin.toml` that it names.
    pub fn variables(&self) -> impl Iterator<Item = String> {
        let (secret, url) = match &self.keys {
            IssuerKeys::SharedSecret { variable } => (Some(variable.clone()), None),
            IssuerKeys::Introspection { url, client_secret, .. } => {
                (Some(client_secret.clone()), BaseUrl::parse(url).ok())
            }
            IssuerKeys::Discovery(_) | IssuerKeys::Jwks { .. } => (None, None),
        };
        let of_url = url.and_then(|url| url.variable().map(str::to_owned));
        secret.into_iter().chain(of_url)
    }

    /// Scheme, host and port of where it is asked, as written; none when it is not asked.
    ///
    /// A discovery document may lead to keys on another host, which no policy says.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        match &self.keys {
            IssuerKeys::Discovery(_) => Some(url::origin(&self.issuer)),
            IssuerKeys::Jwks { url, .. } => Some(url::origin(url)),
            IssuerKeys::Introspection { url, .. } => {
                BaseUrl::parse(url).ok().map(|url| url.origin())
            }
            IssuerKeys::SharedSecret { .. } => None,
        }
    }
}
