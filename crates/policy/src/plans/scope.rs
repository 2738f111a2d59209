//! The scopes of limits.

use std::fmt;

/// The prefix of a claim's scope, before the claim's name.
const CLAIM: &str = "claim:";

/// A scope of a limit: requests with the same value of it are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// All requests together.
    All,
    /// The caller's credential: a key, or the subject of a token.
    Key,
    /// The consumer.
    Consumer,
    /// The consumer's team.
    Team,
    /// The consumer's tenant.
    Tenant,
    /// The model that answers.
    Model,
    /// The requested alias.
    Route,
    /// The provider of the model.
    Provider,
    /// The client's address.
    Ip,
    /// A claim of the caller's token, by its name in `pass_on` of `issuers.toml`.
    Claim(String),
}

impl Scope {
    /// The scopes that are one word.
    pub(crate) const WORDS: &[(&'static str, Self)] = &[
        ("all", Self::All),
        ("key", Self::Key),
        ("consumer", Self::Consumer),
        ("team", Self::Team),
        ("tenant", Self::Tenant),
        ("model", Self::Model),
        ("route", Self::Route),
        ("provider", Self::Provider),
        ("ip", Self::Ip),
    ];

    /// Reads a scope: a word, or `claim:` and the name of a claim.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(claim) = text.strip_prefix(CLAIM) {
            return (!claim.is_empty()).then(|| Self::Claim(claim.to_owned()));
        }
        Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, scope)| scope.clone())
    }

    /// Its name in `plans.toml`; for a claim `claim`, without the claim's name.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        let word = Self::WORDS.iter().find(|(_, scope)| scope == self);
        word.map_or("claim", |(word, _)| word)
    }
}

/// Prints the scope as [`Scope::parse`] reads it.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Claim(name) => write!(f, "{CLAIM}{name}"),
            word => f.write_str(word.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_written_as_it_is_read() {
        for text in ["all", "key", "ip", "provider", "claim:department", "claim:a.b:c"] {
            assert_eq!(Scope::parse(text).unwrap().to_string(), text);
        }
        for wrong in ["", "claim", "claim:", "Key", "keys", "all "] {
            assert_eq!(Scope::parse(wrong), None, "{wrong}");
        }
    }
}
