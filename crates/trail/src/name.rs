//! Names, the only text that records have.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest name: names of models and consumers have under 64 characters.
pub const MAX_NAME_BYTES: usize = 128;

/// What stands in place of a client's text that cannot be a name.
pub const NOT_A_NAME: &str = "(not a name)";

/// A name of bounded length, of one line.
///
/// Text that a client chose becomes a name only if it looks like an identifier, so that a prompt that is sent as the name of a
/// model is not recorded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// A text that cannot be a name. The text is not repeated: it may be a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to {MAX_NAME_BYTES} bytes and no control characters; this has {bytes} bytes")]
pub struct NotAName {
    /// Its length.
    pub bytes: usize,
}

impl Name {
    /// A name that policy, a vendor's table or the gateway chose. Control characters are replaced, and it is cut to its bound.
    pub fn from_policy(text: &str) -> Self {
        let mut name = String::new();
        for sign in text.chars() {
            let sign = if sign.is_control() { char::REPLACEMENT_CHARACTER } else { sign };
            if name.len() + sign.len_utf8() > MAX_NAME_BYTES {
                break;
            }
            name.push(sign);
        }
        if name.is_empty() { Name(NOT_A_NAME.to_owned()) } else { Name(name) }
    }

    /// A name that a client chose: an identifier as it is, and [`NOT_A_NAME`] for everything else.
    pub fn from_client(text: &str) -> Self {
        let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:+@#*~[]".contains(&byte);
        let is_name = (1..=MAX_NAME_BYTES).contains(&text.len()) && text.bytes().all(is_sign);
        Name(if is_name { text } else { NOT_A_NAME }.to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = NotAName;

    fn try_from(text: String) -> Result<Self, NotAName> {
        let fits = (1..=MAX_NAME_BYTES).contains(&text.len());
        if fits && !text.chars().any(char::is_control) {
            Ok(Name(text))
        } else {
            Err(NotAName { bytes: text.len() })
        }
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_NAME_BYTES, NOT_A_NAME, Name};

    #[test]
    fn text_of_a_client_is_recorded_only_if_it_is_an_identifier() {
        for name in ["gpt-4o-mini", "accounts/a/models/b:c@1", "eu.anthropic.claude-3", "a"] {
            assert_eq!(Name::from_client(name).as_str(), name);
        }
        let long = "a".repeat(MAX_NAME_BYTES + 1);
        for text in ["", "my name is Ann", "a\nb", "wie geht’s", "你好世界", "\"x\"", &long] {
            assert_eq!(Name::from_client(text).as_str(), NOT_A_NAME, "{text}");
        }
    }

    #[test]
    fn names_of_policy_are_cut_between_characters() {
        assert_eq!(Name::from_policy("Köln, team 1").as_str(), "Köln, team 1");
        assert_eq!(Name::from_policy("").as_str(), NOT_A_NAME);
        assert!(Name::from_policy(&"ö".repeat(100)).as_str().len() <= MAX_NAME_BYTES);
        assert_eq!(Name::from_policy("a\nb").as_str(), "a\u{fffd}b");
    }

    #[test]
    fn a_text_that_is_no_name_is_not_read() {
        for text in [String::new(), "a\nb".to_owned(), "a".repeat(MAX_NAME_BYTES + 1)] {
            assert!(Name::try_from(text).is_err());
        }
    }
}
