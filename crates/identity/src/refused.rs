//! Why a caller is refused, and what it is told.

use postern_fault::{Fault, Kind, shown};
use postern_policy::ConsumersUnreadable;
use postern_token::{IntrospectionError, TokenError};

/// Why a caller is refused.
///
/// `Display` is for the operator. [`Refused::fault`] is for the caller: it does not distinguish unknown, revoked and
/// expired keys, so that the holder of a stolen key does not learn its state.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Refused {
    /// Nothing was presented.
    #[error("no credential")]
    Missing,
    /// A key with a wrong checksum. The checksum is public, so the caller is told.
    #[error("a mistyped key: its checksum or its length is wrong")]
    MistypedKey,
    /// A key that was never issued, or whose consumer is unknown.
    #[error("an unknown key or token")]
    Unknown,
    /// The record of the key cannot be read.
    #[error("the record of the key cannot be read: {0}")]
    UnreadableRecord(String),
    /// Its consumer is not in the policies any more.
    #[error("the key was issued to {0:?}, whom consumers.toml does not declare")]
    RemovedConsumer(String),
    /// The key was revoked.
    #[error("a revoked key")]
    Revoked,
    /// The key has expired.
    #[error("an expired key")]
    Expired,
    /// The token is not valid here.
    #[error("{0}")]
    Token(TokenError),
    /// The issuer says that the token is inactive.
    #[error("{0}")]
    Introspection(IntrospectionError),
    /// The issuer is in no policy.
    #[error("a token of the issuer {0}, which issuers.toml does not have")]
    UnknownIssuer(String),
    /// The token is valid, but lacks a scope that the policy requires.
    #[error("the token lacks a scope of {0:?}")]
    Scope(Vec<String>),
    /// The token is valid, but its consumer has no access by any policy.
    #[error(
        "a good token of {issuer}, whose consumer {consumer} consumers.toml does not give to this issuer, and issuers.toml has no [issuer.undeclared]"
    )]
    UnknownConsumer {
        /// The issuer's name.
        issuer: String,
        /// The consumer's name in the token.
        consumer: String,
    },
    /// The token does not name its consumer.
    #[error("a good token of {issuer} without the claim {claim:?}, which names the consumer")]
    NoConsumer {
        /// The issuer's name.
        issuer: String,
        /// The claim's name or path.
        claim: String,
    },
    /// A claim has an invalid value.
    #[error("a good token whose claim {claim:?} is {value}, which is no {what}")]
    ClaimValue {
        /// The claim's name or path.
        claim: String,
        /// The value, as [`shown`] shows it.
        value: String,
        /// The expected kind of value.
        what: &'static str,
    },
    /// The caller is known, but may not call from this address.
    #[error("{consumer} calls from {address}, which is in none of its ip_ranges")]
    Address {
        /// The consumer.
        consumer: String,
        /// The address, or that it is unknown.
        address: String,
    },
    /// Too many inactive tokens were presented.
    #[error("the issuer was asked about too many bad tokens {}", if *.of_address { "for this address" } else { "in all" })]
    TooManyGuesses {
        /// By one address; otherwise by all together.
        of_address: bool,
        /// The wait until the issuer may be asked again.
        retry_after_s: u64,
    },
    /// The gateway or the issuer is unavailable.
    #[error("{0}")]
    Unavailable(String),
}

/// Who a caller is cannot be said then, not even that no one is.
impl From<ConsumersUnreadable> for Refused {
    fn from(error: ConsumersUnreadable) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl Refused {
    /// The fault for the caller, with the operator's text beside it.
    #[must_use]
    pub fn fault(&self) -> Fault {
        let (kind, code, public) = self.told();
        let fault = Fault::new(kind, public).with_code(code).with_private(self.to_string());
        match self {
            Self::TooManyGuesses { retry_after_s, .. } => {
                Fault { retry_after_ms: Some(retry_after_s.saturating_mul(1_000)), ..fault }
            }
            _ => fault,
        }
    }

    /// The error code of the challenge (RFC 6750, 3.1); none if no credential was presented, and if another credential
    /// would not help.
    #[must_use]
    pub fn challenge_error(&self) -> Option<&'static str> {
        match self {
            Self::Missing
            | Self::Unavailable(_)
            | Self::TooManyGuesses { .. }
            | Self::UnknownConsumer { .. }
            | Self::Address { .. } => None,
            Self::Scope(_) => Some("insufficient_scope"),
            _ => Some("invalid_token"),
        }
    }

    fn told(&self) -> (Kind, &'static str, String) {
        let unauthenticated = |code, public: &str| (Kind::Unauthenticated, code, public.to_owned());
        match self {
            Self::Missing
            | Self::Unknown
            | Self::UnreadableRecord(_)
            | Self::RemovedConsumer(_)
            | Self::Revoked
            | Self::Expired => unauthenticated(
                "invalid_api_key",
                "the API key is missing, unknown, revoked or expired; send a valid one as `Authorization: Bearer`, `x-api-key` or `api-key`",
            ),
            Self::MistypedKey => unauthenticated(
                "invalid_api_key",
                "the API key is mistyped: its checksum is wrong; copy all of it again, and nothing else",
            ),
            Self::Token(error) if error.is_expired() => unauthenticated(
                "token_expired",
                "the access token has expired; get a new one from its issuer",
            ),
            Self::Token(_)
            | Self::Introspection(_)
            | Self::UnknownIssuer(_)
            | Self::NoConsumer { .. }
            | Self::ClaimValue { .. } => unauthenticated(
                "invalid_token",
                "the access token is not valid here; get one from an issuer that this gateway names, for this gateway",
            ),
            Self::Scope(scopes) => (
                Kind::Forbidden,
                "insufficient_scope",
                format!("the access token lacks a scope; ask its issuer for: {}", scopes.join(" ")),
            ),
            Self::UnknownConsumer { consumer, .. } => (
                Kind::Forbidden,
                "unknown_consumer",
                format!("the access token is good, but nobody has given {consumer} access here"),
            ),
            Self::Address { .. } => (
                Kind::Forbidden,
                "address_not_allowed",
                "this credential may not be used from your network address".to_owned(),
            ),
            Self::TooManyGuesses { of_address: true, .. } => (
                Kind::RateLimited,
                "too_many_credentials",
                "too many tokens that are not valid came from your network address; try again later".to_owned(),
            ),
            Self::Unavailable(_) | Self::TooManyGuesses { .. } => (
                Kind::Unavailable,
                "auth_unavailable",
                "the gateway cannot check credentials at the moment; try again later".to_owned(),
            ),
        }
    }

    /// The refusal of an invalid claim.
    pub(crate) fn claim(claim: &str, value: &str, what: &'static str) -> Self {
        Self::ClaimValue { claim: claim.to_owned(), value: shown(value), what }
    }
}
