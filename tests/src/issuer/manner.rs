//! How an issuer answers, correctly or not.

/// The endpoints of an issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Endpoint {
    /// `/.well-known/openid-configuration` (OpenID Connect Discovery 1.0, 4).
    Discovery,
    /// The key set (RFC 7517, 5).
    KeySet,
    /// Introspection (RFC 7662).
    Introspection,
    /// Any other path, which the gateway has no reason to request.
    Elsewhere,
}

/// The answer of an endpoint.
#[derive(Debug, Clone, Default)]
pub enum Manner {
    /// The correct answer.
    #[default]
    Right,
    /// 302 to another of its paths, with the correct answer.
    Redirect,
    /// The correct answer after 10 MB of spaces, which JSON allows.
    Huge,
    /// Never.
    Hang,
    /// A head, and no body.
    HangAfterHead,
    /// 10,000 keys, the right ones last.
    ManyKeys,
    /// This status and an error.
    Status(u16),
    /// 200, this type and this text.
    Say(&'static str, String),
}

/// Enough to break any reader without a limit.
pub(super) const HUGE_BYTES: usize = 10 * 1024 * 1024;

/// More keys than any issuer has.
pub(super) const MANY_KEYS: usize = 10_000;
