//! Which names of models and aliases are meant.

use std::fmt;

use crate::reading::is_model_byte;

/// A name, or the beginning of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelPattern {
    /// Written `gpt-4o`: this name alone.
    Exact(String),
    /// Written `gpt-*`: every name that begins so. `*` alone is every name.
    Prefix(String),
}

/// As written, so that [`ModelPattern::parse`] reads it again.
impl fmt::Display for ModelPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(name) => f.write_str(name),
            Self::Prefix(beginning) => write!(f, "{beginning}*"),
        }
    }
}

impl ModelPattern {
    /// Reads a name, or a beginning with a `*` behind it; nothing for what is neither.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, is_prefix) = match text.strip_suffix('*') {
            Some(name) => (name, true),
            None => (text, false),
        };
        if !name.bytes().all(is_model_byte) {
            return None;
        }
        match is_prefix {
            true => Some(Self::Prefix(name.to_owned())),
            false if name.is_empty() => None,
            false => Some(Self::Exact(name.to_owned())),
        }
    }

    /// Whether it means this name.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match self {
            Self::Exact(exact) => name == exact,
            Self::Prefix(prefix) => name.starts_with(prefix.as_str()),
        }
    }
}
