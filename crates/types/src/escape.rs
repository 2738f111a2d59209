//! Escapes text for JSON string literals.

use std::borrow::Cow;
use std::fmt::Write;

/// The inside of the JSON string literal for `text` (RFC 8259, section 7).
pub fn escape(text: &str) -> Cow<'_, str> {
    let must_be_escaped = |character: char| matches!(character, '"' | '\\' | '\0'..='\u{1f}');
    if !text.contains(must_be_escaped) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            // Writing to a string does not fail.
            '\0'..='\u{1f}' => drop(write!(escaped, "\\u{:04x}", u32::from(character))),
            plain => escaped.push(plain),
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unescape;
    use proptest::prelude::*;

    #[test]
    fn borrows_what_needs_no_escape() {
        assert!(matches!(escape("plain é 😀"), Cow::Borrowed("plain é 😀")));
    }

    proptest! {
        #[test]
        fn serde_and_unescape_read_what_is_written(text in any::<String>()) {
            let inside = escape(&text);
            prop_assert_eq!(&serde_json::from_str::<String>(&format!("\"{inside}\"")).unwrap(), &text);
            let said = unescape(&inside);
            prop_assert_eq!(said.as_ref(), text.as_str());
        }
    }
}
