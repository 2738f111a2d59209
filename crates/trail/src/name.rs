//! Names, the only text that records have.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// The longest name: names of models and consumers have under 64 characters.
pub const MAX_NAME_BYTES: usize = 128;

/// What is left of an identity that is too long: its beginning, `~`, and [`DIGEST_SIGNS`] of its SHA-256.
const BEGINNING_BYTES: usize = 100;

/// In hexadecimal: 64 bits.
const DIGEST_SIGNS: usize = 16;

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
        for sign in text.chars().map(replaced) {
            if name.len() + sign.len_utf8() > MAX_NAME_BYTES {
                break;
            }
            name.push(sign);
        }
        if name.is_empty() { Name(NOT_A_NAME.to_owned()) } else { Name(name) }
    }

    /// The name of a consumer, a team or a tenant, by which rows are found and hidden: two identities never have one name. One that is too
    /// long, or is not one line, is shortened to its beginning and its digest; so is one that looks like that.
    pub fn of_identity(text: &str) -> Self {
        let fits =
            (1..=MAX_NAME_BYTES).contains(&text.len()) && !text.chars().any(char::is_control);
        if fits && text != NOT_A_NAME && !is_shortened(text) {
            return Name(text.to_owned());
        }
        let mut name = String::new();
        for sign in text.chars().map(replaced) {
            if name.len() + sign.len_utf8() > BEGINNING_BYTES {
                break;
            }
            name.push(sign);
        }
        let digest = hex::encode(Sha256::digest(text));
        name.push('~');
        name.extend(digest.chars().take(DIGEST_SIGNS));
        Name(name)
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

fn replaced(sign: char) -> char {
    if sign.is_control() { char::REPLACEMENT_CHARACTER } else { sign }
}

/// Whether a text has the form of a shortened identity.
fn is_shortened(text: &str) -> bool {
    let is_digest = |end: &str| {
        end.len() == DIGEST_SIGNS
            && end.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    text.rsplit_once('~').is_some_and(|(_, end)| is_digest(end))
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
    use std::collections::BTreeSet;

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
    fn two_identities_never_have_one_name() {
        for text in ["acme", "Köln, team 1", "a~b", &"a".repeat(MAX_NAME_BYTES)] {
            assert_eq!(Name::of_identity(text).as_str(), text);
        }
        let long = "a".repeat(MAX_NAME_BYTES);
        let shortened = Name::of_identity(&format!("{long}1")).to_string();
        let texts = [
            String::new(),
            NOT_A_NAME.to_owned(),
            "a\nb".to_owned(),
            "a\u{fffd}b".to_owned(),
            "a\tb".to_owned(),
            long.clone(),
            format!("{long}1"),
            format!("{long}2"),
            format!("{long}\n"),
            "ö".repeat(128),
            format!("{}x", "ö".repeat(127)),
            // The name of another, claimed as one's own.
            shortened.clone(),
            Name::of_identity(&shortened).to_string(),
        ];
        let names: BTreeSet<_> = texts.iter().map(|text| Name::of_identity(text)).collect();
        assert_eq!(names.len(), texts.len(), "{names:?}");
        for name in names {
            assert!(Name::try_from(name.to_string()).is_ok(), "{name}");
        }
        assert!(shortened.starts_with(&format!("{}~", "a".repeat(100))), "{shortened}");
    }

    #[test]
    fn a_text_that_is_no_name_is_not_read() {
        for text in [String::new(), "a\nb".to_owned(), "a".repeat(MAX_NAME_BYTES + 1)] {
            assert!(Name::try_from(text).is_err());
        }
    }
}
