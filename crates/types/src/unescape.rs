//! Unescapes JSON string literals.

use std::borrow::Cow;

/// The text of the inside of a JSON string literal (RFC 8259, section 7). A surrogate without its other half becomes
/// U+FFFD, as in the reference `tiktoken`, and so does an invalid escape.
pub fn unescape(raw: &str) -> Cow<'_, str> {
    let Some((before, mut rest)) = raw.split_once('\\') else { return Cow::Borrowed(raw) };
    let mut text = String::with_capacity(raw.len());
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

/// The character of an escape, and the text after it.
fn escape(text: &str) -> (char, &str) {
    let mut characters = text.chars();
    let character = match characters.next() {
        Some('n') => '\n',
        Some('t') => '\t',
        Some('r') => '\r',
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('u') => return code_point(characters.as_str()),
        Some(itself @ ('"' | '\\' | '/')) => itself,
        Some(_) | None => char::REPLACEMENT_CHARACTER,
    };
    (character, characters.as_str())
}

/// The character after `\u`, from one escape or from a surrogate pair, and the text after it.
fn code_point(text: &str) -> (char, &str) {
    let Some((first, rest)) = unit(text) else { return (char::REPLACEMENT_CHARACTER, text) };
    if let Some(character) = char::from_u32(first) {
        return (character, rest);
    }
    let second = rest.strip_prefix("\\u").and_then(unit);
    let pair = second.and_then(|(second, after)| {
        let units = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
        Some((char::decode_utf16(units).next()?.ok()?, after))
    });
    pair.unwrap_or((char::REPLACEMENT_CHARACTER, rest))
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
    use proptest::prelude::*;

    #[test]
    fn borrows_what_has_no_escape() {
        assert!(matches!(unescape("plain é"), Cow::Borrowed("plain é")));
    }

    #[test]
    fn reads_each_escape() {
        assert_eq!(unescape(r#"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"#), "\"\\/\u{8}\u{c}\n\r\té😀");
    }

    #[test]
    fn makes_half_a_surrogate_pair_the_replacement_character() {
        assert_eq!(unescape(r"\ud800"), "\u{fffd}");
        assert_eq!(unescape(r"\ud800a"), "\u{fffd}a");
        assert_eq!(unescape(r"\udc00\ud800\u0041"), "\u{fffd}\u{fffd}A");
        assert_eq!(unescape(r"\ud800\ud83d\ude00"), "\u{fffd}😀");
    }

    #[test]
    fn gets_over_what_is_no_escape() {
        assert_eq!(unescape(r"\u12"), "\u{fffd}12");
        assert_eq!(unescape(r"\u+123"), "\u{fffd}+123");
        assert_eq!(unescape("\\"), "\u{fffd}");
    }

    proptest! {
        #[test]
        fn reads_what_serde_writes(text in any::<String>()) {
            let json = serde_json::to_string(&text).expect("a string");
            let inside = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            prop_assert_eq!(unescape(inside.expect("quotes")), text);
        }
    }
}
