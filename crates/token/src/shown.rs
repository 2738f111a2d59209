//! Foreign text in an error.

use std::fmt;

/// Characters of a foreign text that an error shows: enough to recognise an issuer's URL.
const MAX_SHOWN: usize = 100;

/// A foreign text in quotes, escaped and cut, so that its sender cannot write lines or megabytes into a log.
pub(crate) struct Shown<'a>(pub &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut characters = self.0.chars();
        formatter.write_str("\"")?;
        for character in characters.by_ref().take(MAX_SHOWN) {
            write!(formatter, "{}", character.escape_debug())?;
        }
        formatter.write_str(if characters.next().is_some() { "...\"" } else { "\"" })
    }
}

/// Several texts, separated by commas; of a long list the first eight.
pub(crate) fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut texts = texts.into_iter();
    let mut shown: Vec<String> =
        texts.by_ref().take(8).map(|text| Shown(text).to_string()).collect();
    if texts.next().is_some() {
        shown.push("...".to_owned());
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_cuts_foreign_text() {
        assert_eq!(Shown("a\"b\n\u{1b}").to_string(), r#""a\"b\n\u{1b}""#);
        assert_eq!(Shown(&"é".repeat(101)).to_string(), format!("\"{}...\"", "é".repeat(100)));
        assert_eq!(list(["a", "b"]), r#""a", "b""#);
        assert_eq!(list(["a"; 9]).matches("\"a\"").count(), 8);
    }
}
