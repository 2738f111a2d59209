//! `issuers.toml`: the trusted issuers of tokens, how their tokens are verified, and which claims describe the caller.

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

/// All issuers of tokens, and the metadata that tells clients where to get one.
#[derive(Debug, Clone, Default)]
pub struct Issuers {
    by_name: BTreeMap<String, Arc<Issuer>>,
    by_issuer: BTreeMap<String, Arc<Issuer>>,
    protected_resource: Option<ProtectedResource>,
}

/// An issuer of tokens: an authorization server, or an application that signs its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Its name in records, `consumers.toml` and messages, unique among the issuers.
    pub name: String,
    /// The `iss` of its tokens (RFC 7519, 4.1.1), compared byte for byte; unique among the issuers.
    pub issuer: String,
    /// The accepted audiences: the `aud` of a token must contain one of them.
    pub audience: Vec<String>,
    /// The clients whose tokens are accepted without `aud`, by `client_id` (RFC 9068, 2.2). One of the two lists is not
    /// empty.
    pub client_id: Vec<String>,
    /// The accepted signature algorithms (RFC 7518, 3.1; RFC 8037), as in `RS256`; none with introspection.
    pub algorithms: Vec<String>,
    /// How its tokens are verified.
    pub keys: IssuerKeys,
    /// The tolerated difference between its clock and the gateway's, in seconds.
    pub leeway_s: u64,
    /// Claims that a token must have, each with its required value if there is one.
    pub required_claims: Vec<(String, Option<String>)>,
    /// Scopes that a token must have, all of them.
    pub required_scopes: Vec<String>,
    /// The claims that describe the caller.
    pub claims: ClaimNames,
    /// The attributes of consumers that `consumers.toml` does not declare; `None` means that their tokens are refused.
    pub undeclared: Option<Undeclared>,
}

/// How its tokens are verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IssuerKeys {
    /// With the public keys to which `{issuer}/.well-known/openid-configuration` refers (OpenID Connect Discovery 1.0, 4).
    Discovery(KeySetTimes),
    /// With the public keys of a set (RFC 7517, 5).
    Jwks {
        /// The URL of the set.
        url: String,
        /// How long it is cached and awaited.
        times: KeySetTimes,
    },
    /// With a secret that the issuer and the gateway share (RFC 7518, 3.2).
    SharedSecret {
        /// The variable of `spin.toml` that holds it.
        variable: String,
    },
    /// By introspection at the issuer (RFC 7662).
    Introspection {
        /// The endpoint; may begin with a variable, which [`BaseUrl::parse`] finds.
        url: String,
        /// The gateway's client id at the issuer.
        client_id: String,
        /// The variable of `spin.toml` that holds the client's secret.
        client_secret: String,
        /// How long an answer is cached at most, in seconds; 0 means not at all.
        cache_s: u64,
        /// How long an answer is awaited, in milliseconds.
        timeout_ms: u64,
        /// The limits on questions about invalid tokens.
        guesses: Guesses,
    },
}

/// How often an issuer is asked about invalid tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guesses {
    /// How long a negative answer is cached, in seconds; 0 means not at all.
    pub cache_s: u64,
    /// The most questions a minute for one IPv4 address or one IPv6 /64.
    pub per_minute_by_address: u64,
    /// The most questions a minute in total.
    pub per_minute: u64,
}

/// How long a set of keys is cached and awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeySetTimes {
    /// How long it is fresh, in seconds.
    pub ttl_s: u64,
    /// How long it is used beyond that while the issuer cannot be reached, in seconds.
    pub stale_s: u64,
    /// The least time between two fetches because of an unknown key, in seconds.
    pub refresh_s: u64,
    /// How long a fetch is awaited, in milliseconds.
    pub timeout_ms: u64,
}

/// The claims that describe the caller: each the name of a claim, or a path of names joined by dots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    /// The consumer.
    pub consumer: String,
    /// Its team.
    pub team: Option<String>,
    /// Its customer or business unit.
    pub tenant: Option<String>,
    /// The plan whose limits apply to it.
    pub plan: Option<String>,
    /// Its roles.
    pub roles: Option<String>,
    /// The regions in which its data may be processed.
    pub regions: Option<String>,
    /// How confidential its data is.
    pub data_class: Option<String>,
    /// The claims that later stages receive unchanged, each once, in the order they are written.
    pub pass_on: Vec<String>,
}

/// The attributes of a consumer that `consumers.toml` does not declare, unless a claim tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undeclared {
    /// The names of models and aliases it may ask for; at least one.
    pub models: Vec<ModelPattern>,
    /// Its team.
    pub team: Option<String>,
    /// Its customer or business unit.
    pub tenant: Option<String>,
    /// The plan whose limits apply to it.
    pub plan: Option<String>,
    /// Its roles, in the order they are written.
    pub roles: Vec<String>,
    /// The regions in which its data may be processed; `None` means any.
    pub regions: Option<Vec<String>>,
    /// How confidential its data is.
    pub data_class: Option<DataClass>,
}

/// The gateway's metadata for clients as an OAuth 2.0 protected resource (RFC 9728, 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectedResource {
    /// The gateway's URL for clients: `resource`.
    pub url: String,
    /// The URL of a page for people: `resource_documentation`.
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

    /// The one issuer with introspection, for opaque tokens.
    #[must_use]
    pub fn introspecting(&self) -> Option<&Arc<Issuer>> {
        self.iter().find(|issuer| matches!(issuer.keys, IssuerKeys::Introspection { .. }))
    }

    /// The metadata that tells clients where to get a token, if there is any.
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

    /// Scheme, host and port of the URL that is fetched, as written; `None` if nothing is fetched.
    ///
    /// A discovery document may refer to keys on another host, which no policy names.
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
