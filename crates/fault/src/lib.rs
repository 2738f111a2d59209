//! Errors: kind, public and private text, blame, retry.
//!
//! All crates use these types for faults; `contract` carries them over the borders between stages; only the gateway
//! turns them into a response. The two voices are two fields: the public text goes to the client, the private text to
//! the operator's log. Neither ever carries a prompt, an answer or a credential.

mod contract;

use std::fmt;

/// The longest part of a foreign name that is repeated: models' names are under 64 characters.
const MAX_NAME_CHARACTERS: usize = 128;

/// A foreign name for an error or a record: cut to a bounded length, and without characters that have a meaning there.
pub fn shown(name: &str) -> String {
    let mut shown: String = name
        .chars()
        .take(MAX_NAME_CHARACTERS)
        .map(
            |character| {
                if character.is_control() { char::REPLACEMENT_CHARACTER } else { character }
            },
        )
        .collect();
    if name.chars().nth(MAX_NAME_CHARACTERS).is_some() {
        shown.push('…');
    }
    shown
}

/// The kinds of faults. `wit/deps/types/types.wit` documents the cases, whose order they keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    InvalidRequest,
    Unauthenticated,
    Forbidden,
    ModelNotFound,
    NoEligibleDeployment,
    TooLarge,
    ContentFiltered,
    RateLimited,
    Overloaded,
    UpstreamUnreachable,
    UpstreamTimeout,
    UpstreamFailed,
    UpstreamInvalid,
    NotConfigured,
    Unavailable,
}

/// The code of a fault for which no one waits: the client has left before its answer began.
pub const CLIENT_LEFT: &str = "client_left";

/// Who is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Blame {
    /// The client asked for something that is not possible.
    Caller,
    /// The gateway or its policies.
    Gateway,
    /// The vendor.
    Vendor,
}

impl Kind {
    /// Who is usually at fault for this kind.
    pub fn blame(self) -> Blame {
        match self {
            Kind::InvalidRequest
            | Kind::Unauthenticated
            | Kind::Forbidden
            | Kind::ModelNotFound
            | Kind::NoEligibleDeployment
            | Kind::TooLarge
            | Kind::ContentFiltered => Blame::Caller,
            Kind::NotConfigured | Kind::Unavailable => Blame::Gateway,
            Kind::RateLimited
            | Kind::Overloaded
            | Kind::UpstreamUnreachable
            | Kind::UpstreamTimeout
            | Kind::UpstreamFailed
            | Kind::UpstreamInvalid => Blame::Vendor,
        }
    }

    /// Whether another deployment may usually succeed.
    pub fn retryable(self) -> bool {
        self.blame() == Blame::Vendor
    }
}

/// An error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its kind.
    pub kind: Kind,
    /// One sentence for the client: what is wrong, with which value, what to do.
    pub public: String,
    /// Further details for the operator; never sent to the client.
    pub private: Option<String>,
    /// Whose fault it is.
    pub blame: Blame,
    /// Another deployment, or the same one later, may succeed.
    pub retryable: bool,
    /// The wait that the vendor or the limit asks for.
    pub retry_after_ms: Option<u64>,
    /// The field of the request that is wrong, as a path (`messages[0].role`).
    pub param: Option<String>,
    /// A machine-readable code finer than the kind, in the client dialect's words.
    pub code: Option<String>,
}

impl Fault {
    /// A fault of `kind`, with the usual blame and retry of that kind.
    pub fn new(kind: Kind, public: impl Into<String>) -> Self {
        Fault {
            kind,
            public: public.into(),
            private: None,
            blame: kind.blame(),
            retryable: kind.retryable(),
            retry_after_ms: None,
            param: None,
            code: None,
        }
    }

    /// A fault of a request that cannot be served as it is, with the field (`messages[0].role`).
    pub fn invalid_request(param: impl Into<String>, public: impl Into<String>) -> Self {
        Fault { param: Some(param.into()), ..Fault::new(Kind::InvalidRequest, public) }
    }

    /// Adds the text for the operator.
    pub fn with_private(self, private: impl Into<String>) -> Self {
        Fault { private: Some(private.into()), ..self }
    }

    /// Adds the field of the request that is wrong.
    pub fn with_param(self, param: impl Into<String>) -> Self {
        Fault { param: Some(param.into()), ..self }
    }

    /// Adds a code that is finer than the kind.
    pub fn with_code(self, code: impl Into<String>) -> Self {
        Fault { code: Some(code.into()), ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.public)
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn shows_a_foreign_name_bounded_and_on_one_line() {
        assert_eq!(shown("gpt-4o-mini"), "gpt-4o-mini");
        assert_eq!(shown("a\nb"), "a\u{fffd}b");
        assert_eq!(shown(&"é".repeat(128)), "é".repeat(128));
        assert_eq!(shown(&"é".repeat(100_000)), format!("{}…", "é".repeat(128)));
    }
}
