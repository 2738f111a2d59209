//! Unescapes JSON string literals.

use std::borrow::Cow;

/// What the inside of a JSON string literal says (RFC 8259, section 7). A surrogate without its other half becomes U+FFFD, as
/// the reference `tiktoken` reads it; a backslash that begins no escape stands for itself, so that nothing is lost.
pub fn unescape(inside: &str) -> Cow<'_, str> {
    let Some((before, mut rest)) = inside.split_once('\\') else { return Cow::Borrowed(inside) };
    let mut text = String::with_capacity(inside.len());
    text.push_str(before);
    loop {
        let character;
        (character, rest) = escape(rest);
        text.push(character);
        let Some((before, after)) = rest.split_once('\\') else {
            text.push_str(rest);
            return Cow::Owned(text);
        };
        text.push_str(before);
        rest = after;
    }
}

/// The characters that the inside of a JSON string literal says, each with where its writing ends.
pub struct Unescaped<'a> {
    inside: &'a str,
    rest: &'a str,
}

impl<'a> Unescaped<'a> {
    /// From the beginning.
    pub fn new(inside: &'a str) -> Self {
        Unescaped { inside, rest: inside }
    }
}

impl Iterator for Unescaped<'_> {
    type Item = (usize, char);

    fn next(&mut self) -> Option<(usize, char)> {
        let mut characters = self.rest.chars();
        let mut character = characters.next()?;
        self.rest = characters.as_str();
        if character == '\\' {
            (character, self.rest) = escape(self.rest);
        }
        Some((self.inside.len().saturating_sub(self.rest.len()), character))
    }
}

/// The character that a backslash and what stands behind it say, and what follows; the backslash itself if this is no
/// escape.
fn escape(text: &str) -> (char, &str) {
    let mut characters = text.chars();
    let character = match characters.next() {
        Some('n') => '\n',
        Some('t') => '\t',
        Some('r') => '\r',
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('u') => return code_point(characters.as_str()).unwrap_or(('\\', text)),
        Some(itself @ ('"' | '\\' | '/')) => itself,
        Some(_) | None => return ('\\', text),
    };
    (character, characters.as_str())
}

/// What stands behind `\u`: a character, or two escapes that are one. None: not four digits.
fn code_point(text: &str) -> Option<(char, &str)> {
    let (first, rest) = unit(text)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, rest));
    }
    let second = rest.strip_prefix("\\u").and_then(unit);
    let pair = second.and_then(|(second, after)| {
        let units = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
        Some((char::decode_utf16(units).next()?.ok()?, after))
    });
    Some(pair.unwrap_or((char::REPLACEMENT_CHARACTER, rest)))
}

/// Four hexadecimal digits.
fn unit(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some((u32::from_str_radix(digits, 16).ok().filter(|_| all_digits)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escape;
    use proptest::prelude::*;

    #[test]
    fn borrows_what_has_no_escape() {
        assert!(matches!(unescape("plain é"), Cow::Borrowed("plain é")));
    }

    #[test]
    fn reads_each_escape() {
        assert_eq!(
            unescape(r#"\"\\\/\b\f\n\r\t\u00e9\u4E16\uD83D\ude00"#),
            "\"\\/\u{8}\u{c}\n\r\té世😀"
        );
    }

    #[test]
    fn makes_half_a_surrogate_pair_the_replacement_character() {
        for (inside, said) in [
            (r"\ud800", "\u{fffd}"),
            (r"\ud800a", "\u{fffd}a"),
            (r"\udc00\ud800\u0041", "\u{fffd}\u{fffd}A"),
            (r"\ud800\ud83d\ude00", "\u{fffd}😀"),
            (r"\ud83d\n", "\u{fffd}\n"),
        ] {
            assert_eq!(unescape(inside), said, "{inside}");
        }
    }

    #[test]
    fn keeps_what_is_no_escape() {
        for inside in [r"\u12", r"\u+123", r"\u12é4", r"\q", r"\é", r"\'", r"\u", "\\"] {
            assert_eq!(unescape(inside), inside);
        }
        assert_eq!(unescape(r"\u\n\q\u0041"), "\\u\n\\qA");
    }

    #[test]
    fn each_character_ends_where_its_writing_does() {
        let ends: Vec<usize> = Unescaped::new(r"a\n\ud83d\ude00ä").map(|(end, _)| end).collect();
        assert_eq!(ends, [1, 3, 15, 17]);
    }

    #[test]
    fn what_is_escaped_is_said_again() {
        let mut text: String = (0..0x30).filter_map(char::from_u32).collect();
        text.push_str("\\u0041 “世界” 😀 \u{7f}\u{2028}");
        let escaped = escape(&text);
        assert!(escaped.chars().all(|character| character >= ' '));
        assert_eq!(unescape(&escaped), text);
        assert!(matches!(escape("Grüße"), Cow::Borrowed("Grüße")));
    }

    proptest! {
        #[test]
        fn reads_what_serde_writes(text in any::<String>()) {
            let json = serde_json::to_string(&text).expect("a string");
            let inside = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            prop_assert_eq!(unescape(inside.expect("quotes")), text);
        }

        #[test]
        fn character_by_character_says_the_same(inside in r#"([a-z"'é]|\\[a-z"/\\]|\\u[0-9a-fd]{0,5})*"#) {
            let characters: String = Unescaped::new(&inside).map(|(_, character)| character).collect();
            prop_assert_eq!(unescape(&inside), characters);
        }
    }
}
