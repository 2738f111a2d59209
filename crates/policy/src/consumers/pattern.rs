//! Patterns for names of models and aliases.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::reading::is_model_byte;

/// A name or a prefix of names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModelPattern {
    /// Written `gpt-4o`: matches this name only.
    Exact(String),
    /// Written `gpt-*`: matches every name with this prefix. `*` alone matches every name.
    Prefix(String),
}

/// Prints the pattern as written, so that [`ModelPattern::parse`] reads it again.
impl fmt::Display for ModelPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(name) => f.write_str(name),
            Self::Prefix(beginning) => write!(f, "{beginning}*"),
        }
    }
}

impl ModelPattern {
    /// Reads a name, or a prefix followed by `*`; `None` for any other text.
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

    /// Whether it matches this name.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match self {
            Self::Exact(exact) => name == exact,
            Self::Prefix(prefix) => name.starts_with(prefix.as_str()),
        }
    }

    /// Patterns for the names that both lists match; empty if there are none.
    #[must_use]
    pub fn narrowed(left: &[Self], right: &[Self]) -> Vec<Self> {
        let mut both: Vec<Self> = Vec::new();
        for pattern in left.iter().flat_map(|left| right.iter().filter_map(|right| left.and(right)))
        {
            if !both.contains(pattern) {
                both.push(pattern.clone());
            }
        }
        both
    }

    /// The narrower of two patterns, if one contains the other.
    fn and<'p>(&'p self, other: &'p Self) -> Option<&'p Self> {
        match (self, other) {
            (Self::Exact(name), _) => other.matches(name).then_some(self),
            (_, Self::Exact(name)) => self.matches(name).then_some(other),
            (Self::Prefix(left), Self::Prefix(right)) if left.starts_with(right.as_str()) => {
                Some(self)
            }
            (Self::Prefix(left), Self::Prefix(right)) => {
                right.starts_with(left.as_str()).then_some(other)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn narrowed(left: &[&str], right: &[&str]) -> Vec<String> {
        let list = |texts: &[&str]| -> Vec<_> {
            texts.iter().map(|text| ModelPattern::parse(text).unwrap()).collect()
        };
        let both = ModelPattern::narrowed(&list(left), &list(right));
        both.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_two_lists_share_is_a_list() {
        assert_eq!(narrowed(&["*"], &["gpt-*", "o3"]), ["gpt-*", "o3"]);
        assert_eq!(narrowed(&["gpt-*"], &["gpt-4*", "gpt-4o", "o3"]), ["gpt-4*", "gpt-4o"]);
        assert_eq!(narrowed(&["gpt-4o", "o3"], &["gpt-*"]), ["gpt-4o"]);
        assert_eq!(narrowed(&["a", "a*"], &["a"]), ["a"], "once");
        assert!(narrowed(&["gpt-*"], &["o3", "claude-*"]).is_empty());
        assert!(narrowed(&[], &["*"]).is_empty() && narrowed(&["*"], &[]).is_empty());
    }

    proptest! {
        #[test]
        fn a_name_is_in_what_two_lists_share_if_it_is_in_both(
            left in prop::collection::vec("[ab]{0,3}\\*|[ab]{1,3}", 0..4),
            right in prop::collection::vec("[ab]{0,3}\\*|[ab]{1,3}", 0..4),
            name in "[ab]{1,4}",
        ) {
            let list = |texts: &[String]| -> Vec<_> {
                texts.iter().filter_map(|text| ModelPattern::parse(text)).collect()
            };
            let (left, right) = (list(&left), list(&right));
            let is_in = |list: &[ModelPattern]| list.iter().any(|pattern| pattern.matches(&name));
            let both = ModelPattern::narrowed(&left, &right);
            prop_assert_eq!(is_in(&both), is_in(&left) && is_in(&right));
        }
    }
}
