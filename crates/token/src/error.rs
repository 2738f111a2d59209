//! Why a token is refused: for the operator, never for the caller.

use crate::Algorithm;
use crate::shown::Shown;

/// Why a token is refused.
///
/// The texts name the offending value, cut to 100 characters, and never repeat a token or a signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Longer than the limit.
    #[error("the token has {bytes} bytes, over the {max} a token may have", max = crate::MAX_TOKEN_BYTES)]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not the compact form of a signed token, RFC 7515, section 7.1.
    #[error("the token has {found} parts separated by dots; a signed token has 3")]
    Parts {
        /// Their number.
        found: usize,
    },
    /// The compact form of an encrypted token, RFC 7516, section 7.1.
    #[error("the token is encrypted (5 parts); the issuer must send signed tokens")]
    Encrypted,
    /// A part is not base64url as in RFC 7515, section 2: no padding, no line break, no loose bits.
    #[error("the {part} of the token is not base64url without padding")]
    Encoding {
        /// `header`, `claims` or `signature`.
        part: &'static str,
    },
    /// A part is not one strict JSON object.
    #[error("the {part} of the token: {problem}")]
    Json {
        /// `header` or `claims`.
        part: &'static str,
        /// What is wrong and where.
        problem: String,
    },
    /// A member or claim has an invalid value.
    #[error("{name} of the {part} must be {must}, and is {found}")]
    Value {
        /// `header` or `claims`.
        part: &'static str,
        /// Its name.
        name: &'static str,
        /// The valid values.
        must: &'static str,
        /// The value: its type, or a short value.
        found: String,
    },
    /// The header requires an extension, RFC 7515, section 4.1.11 and RFC 7797.
    #[error("the header has {name}, which asks for an extension that is not supported")]
    Extension {
        /// `crit` or `b64`.
        name: &'static str,
    },
    /// The claims are another token, RFC 7519, section 5.2.
    #[error("the token holds another token (cty {}); nested tokens are refused", Shown(.0))]
    Nested(String),
    /// A JWT for another purpose: a proof, a logout token.
    #[error("the token is a {} (typ); an access token is JWT or at+jwt", Shown(.0))]
    Type(String),
    /// `alg` is `none` in some spelling, or there is no signature.
    #[error("the token is not signed")]
    Unsigned,
    /// `alg` is not the name of an [`Algorithm`].
    #[error("the token is signed with {}, which is not supported", Shown(.0))]
    UnknownAlgorithm(String),
    /// Policy does not allow the issuer to sign with it.
    #[error("the token is signed with {found}, and the issuer may sign with {allowed}")]
    AlgorithmNotAllowed {
        /// The token's.
        found: Algorithm,
        /// The policy's, separated by commas.
        allowed: String,
    },
    /// A signature where a MAC with a shared secret was expected, or vice versa.
    #[error("the token is signed with {0}, which is not checked with {1}")]
    WrongMeans(Algorithm, &'static str),
    /// No key of the set has the token's `kid`. The issuer may have a newer key than this set.
    #[error("no key of the issuer has the kid {}", Shown(.0))]
    UnknownKeyId(String),
    /// The token names no key, and no key of the set fits its algorithm.
    #[error("the token has no kid, and no key of the issuer is for {0}")]
    NoKey(Algorithm),
    /// Too many keys to try: all of that `kid`, or all of the algorithm for a token without a `kid`.
    #[error(
        "{keys} keys of the issuer may have signed the token ({algorithm}); at most {max} are tried, so give each key a kid of its own",
        max = crate::MAX_CANDIDATES
    )]
    TooManyKeys {
        /// Their number.
        keys: usize,
        /// The token's.
        algorithm: Algorithm,
    },
    /// The key with that `kid` is for another algorithm.
    #[error("the key with the kid {} is not for {algorithm}", Shown(.key_id))]
    KeyOfOtherAlgorithm {
        /// The token's `kid`.
        key_id: String,
        /// The token's.
        algorithm: Algorithm,
    },
    /// The signature was not made with the named key.
    #[error("the signature is wrong")]
    Signature,
    /// The token names no key, and the signature was made with none of those that were tried. The issuer may have a
    /// newer key.
    #[error("the token has no kid, and its signature is of no key of the issuer")]
    SignatureOfNoKey,
    /// The computed MAC has the wrong length for its algorithm: the gateway's fault.
    #[error("the computed code has {found} bytes, and one of {algorithm} has another length")]
    ComputedCode {
        /// The token's.
        algorithm: Algorithm,
        /// Its length in bytes.
        found: usize,
    },
    /// A required claim is missing.
    #[error("the claim {} is not there", Shown(.0))]
    MissingClaim(String),
    /// `iss` is another issuer.
    #[error("the token is of the issuer {}, and {} was expected", Shown(.found), Shown(.expected))]
    Issuer {
        /// The token's.
        found: String,
        /// The policy's.
        expected: String,
    },
    /// `aud` has none of the policy's.
    #[error("the token is for {found} (aud), and {expected} was expected")]
    Audience {
        /// The token's, quoted.
        found: String,
        /// The policy's, quoted.
        expected: String,
    },
    /// There is no `aud`, and `client_id` is none of the policy's.
    #[error("the token has no aud, and is of the client {}; {expected} was expected", Shown(.found))]
    Client {
        /// The token's.
        found: String,
        /// The policy's, quoted.
        expected: String,
    },
    /// `exp` has passed, leeway included.
    #[error("the token expired at {expires_at_unix_s}, and it is {unix_s} (Unix seconds)")]
    Expired {
        /// `exp`.
        expires_at_unix_s: u64,
        /// The time of the check.
        unix_s: u64,
    },
    /// `nbf` is in the future, leeway included.
    #[error("the token is not valid before {not_before_unix_s}, and it is {unix_s} (Unix seconds)")]
    NotYetValid {
        /// `nbf`.
        not_before_unix_s: u64,
        /// The time of the check.
        unix_s: u64,
    },
    /// `iat` is in the future, leeway included.
    #[error("the token is issued at {issued_at_unix_s}, and it is {unix_s} (Unix seconds)")]
    IssuedInFuture {
        /// `iat`.
        issued_at_unix_s: u64,
        /// The time of the check.
        unix_s: u64,
    },
    /// A claim that policy requires has another value.
    #[error("the claim {} must be {}", Shown(.name), Shown(.expected))]
    ClaimValue {
        /// Its name in policy.
        name: String,
        /// The policy's.
        expected: String,
    },
    /// The token is valid, and lacks a scope that policy requires (RFC 6750, section 3.1: `insufficient_scope`).
    #[error("the token has not the scope {}", Shown(.0))]
    InsufficientScope(String),
}

impl TokenError {
    /// Whether a newer key set of the issuer might have the key.
    #[must_use]
    pub fn asks_for_newer_keys(&self) -> bool {
        matches!(self, Self::UnknownKeyId(_) | Self::NoKey(_) | Self::SignatureOfNoKey)
    }

    /// Whether the token was valid before.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        matches!(self, Self::Expired { .. })
    }

    /// Whether the caller is known and lacks a scope: 403, not 401.
    #[must_use]
    pub fn is_insufficient_scope(&self) -> bool {
        matches!(self, Self::InsufficientScope(_))
    }
}
