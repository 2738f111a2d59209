//! Why nobody is let in, and what the caller is told of it.

use postern_fault::{Fault, Kind, shown};
use postern_token::{IntrospectionError, TokenError};

/// Why nobody is let in.
///
/// `Display` is for the operator. The caller is told by [`Refused::fault`], which says the same of keys that are unknown,
/// revoked or expired: what was wrong with a stolen key is nobody's business.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Refused {
    /// Nothing was presented.
    #[error("no credential")]
    Missing,
    /// A key whose checksum is wrong: everybody can see that, so everybody is told.
    #[error("a mistyped key: its checksum or its length is wrong")]
    MistypedKey,
    /// Never issued, or issued to nobody we know.
    #[error("an unknown key or token")]
    Unknown,
    /// The record of the key cannot be read.
    #[error("the record of the key cannot be read: {0}")]
    UnreadableRecord(String),
    /// Its consumer is in no policy any more.
    #[error("the key was issued to {0:?}, whom consumers.toml does not declare")]
    OfNobody(String),
    /// Revoked.
    #[error("a revoked key")]
    Revoked,
    /// Its time is over.
    #[error("an expired key")]
    Expired,
    /// The token is not one of ours.
    #[error("{0}")]
    Token(TokenError),
    /// The issuer says no.
    #[error("{0}")]
    Introspection(IntrospectionError),
    /// No policy knows the issuer.
    #[error("a token of the issuer {0}, which issuers.toml does not have")]
    UnknownIssuer(String),
    /// The token is good, but says less than the policy asks.
    #[error("the token lacks a scope of {0:?}")]
    Scope(Vec<String>),
    /// The token is good, but nobody said what its consumer may.
    #[error(
        "a good token of {issuer}, whose consumer {consumer} consumers.toml does not give to this issuer, and issuers.toml has no [issuer.undeclared]"
    )]
    UnknownConsumer {
        /// The issuer's name.
        issuer: String,
        /// As the token names it.
        consumer: String,
    },
    /// The token does not say who its consumer is.
    #[error("a good token of {issuer} without the claim {claim:?}, which names the consumer")]
    NoConsumer {
        /// The issuer's name.
        issuer: String,
        /// The claim's name or path.
        claim: String,
    },
    /// A claim says something that is no value of its field.
    #[error("a good token whose claim {claim:?} is {value}, which is no {what}")]
    ClaimValue {
        /// The claim's name or path.
        claim: String,
        /// As [`shown`] shows it.
        value: String,
        /// What it should be.
        what: &'static str,
    },
    /// The caller is known, but not from there.
    #[error("{consumer} calls from {address}, which is in none of its ip_ranges")]
    Address {
        /// The consumer.
        consumer: String,
        /// The address, or that there is none.
        address: String,
    },
    /// The issuer was asked about too many tokens that are not good.
    #[error("the issuer was asked about too many bad tokens {}", if *.of_address { "for this address" } else { "in all" })]
    TooManyGuesses {
        /// By one address; else by all together.
        of_address: bool,
        /// Until it may be asked again.
        retry_after_s: u64,
    },
    /// The gateway's own trouble, or the issuer's.
    #[error("{0}")]
    Unavailable(String),
}

impl Refused {
    /// What the caller is told, with the operator's text beside it.
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

    /// The error code of the challenge (RFC 6750, 3.1); none where nothing was presented, and where nobody is asked to come
    /// back with something else.
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
            | Self::OfNobody(_)
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

    /// A claim's value that is none.
    pub(crate) fn claim(claim: &str, value: &str, what: &'static str) -> Self {
        Self::ClaimValue { claim: claim.to_owned(), value: shown(value), what }
    }
}
