//! Texts of an answer, and the insides of JSON strings that contain them.

use crate::provider::{AnswerSegment, Place, SegmentForm, TextKind};
use std::borrow::Cow;
use std::iter::Peekable;
use std::str::CharIndices;

impl Place {
    /// The place of a choice's text outside of numbered contents.
    pub fn new(kind: TextKind, choice: u32) -> Self {
        Place { kind, choice, content: 0, part: 0 }
    }

    /// The place within this content.
    #[must_use]
    pub fn in_content(self, content: u32) -> Self {
        Place { content, ..self }
    }

    /// The place within this part of its content.
    #[must_use]
    pub fn in_part(self, part: u32) -> Self {
        Place { part, ..self }
    }

    /// A key that orders places.
    pub fn key(self) -> (u32, u32, u32, u8) {
        (self.choice, self.content, self.part, self.kind as u8)
    }
}

impl AnswerSegment {
    /// Its text; none if `output` is not the text that it belongs to.
    pub fn text<'a>(&self, output: &'a str) -> Option<Cow<'a, str>> {
        let raw = self.span.of(output)?;
        Some(match self.form {
            SegmentForm::JsonString => json_unescaped(raw),
            SegmentForm::JsonValue => Cow::Borrowed(raw),
        })
    }
}

/// The text of the inside of a JSON string literal. Half a surrogate pair becomes `U+FFFD`.
pub fn json_unescaped(inside: &str) -> Cow<'_, str> {
    match inside.contains('\\') {
        true => Cow::Owned(Unescaped::new(inside).map(|(_, character)| character).collect()),
        false => Cow::Borrowed(inside),
    }
}

/// The characters of the inside of a JSON string literal, each with the offset after its spelling.
pub struct Unescaped<'a> {
    inside: &'a str,
    characters: Peekable<CharIndices<'a>>,
}

impl<'a> Unescaped<'a> {
    /// Starts at the beginning.
    pub fn new(inside: &'a str) -> Self {
        Unescaped { inside, characters: inside.char_indices().peekable() }
    }

    fn at(&mut self) -> usize {
        self.characters.peek().map_or(self.inside.len(), |(at, _)| *at)
    }

    /// The code unit of `\uXXXX` at `at`.
    fn unit(&self, at: usize) -> Option<u32> {
        let digits = self.inside.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u32::from_str_radix(digits, 16).ok()
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.characters.next();
        }
    }

    /// The character of the escape whose backslash at `start` has been consumed.
    fn escape(&mut self, start: usize) -> char {
        const LOST: char = char::REPLACEMENT_CHARACTER;
        let Some(first) = self.unit(start) else {
            return match self.characters.next() {
                Some((_, 'b')) => '\u{8}',
                Some((_, 'f')) => '\u{c}',
                Some((_, 'n')) => '\n',
                Some((_, 'r')) => '\r',
                Some((_, 't')) => '\t',
                Some((_, itself)) => itself,
                None => LOST,
            };
        };
        self.skip(5);
        if let (0xD800..=0xDBFF, Some(second @ 0xDC00..=0xDFFF)) = (first, self.unit(start + 6)) {
            self.skip(6);
            let code = 0x10000 + ((first & 0x3FF) << 10) + (second & 0x3FF);
            return char::from_u32(code).unwrap_or(LOST);
        }
        char::from_u32(first).unwrap_or(LOST)
    }
}

impl Iterator for Unescaped<'_> {
    type Item = (usize, char);

    fn next(&mut self) -> Option<(usize, char)> {
        let (start, character) = self.characters.next()?;
        let character = if character == '\\' { self.escape(start) } else { character };
        Some((self.at(), character))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escape;

    #[test]
    fn what_is_escaped_is_said_again() {
        let mut text: String = (0..0x30).filter_map(char::from_u32).collect();
        text.push_str("\\u0041 “世界” 😀 \u{7f}\u{2028}");
        let escaped = escape(&text);
        assert!(escaped.chars().all(|character| character >= ' '));
        assert_eq!(json_unescaped(&escaped), text);
        assert!(matches!(escape("Grüße"), Cow::Borrowed("Grüße")));
    }

    #[test]
    fn every_escape_says_its_character() {
        let inside = r#"\"\\\/\b\f\n\r\tA\u00e4\u4e16\uD83D\ude00"#;
        assert_eq!(json_unescaped(inside), "\"\\/\u{8}\u{c}\n\r\tAä世😀");
    }

    #[test]
    fn half_a_pair_and_no_escape_at_all_are_replaced() {
        for (inside, said) in [
            (r"\ud83d", "\u{fffd}"),
            (r"\ude00\ud83d\ude00", "\u{fffd}😀"),
            (r"\ud83d\u0041", "\u{fffd}A"),
            (r"\ud83dx", "\u{fffd}x"),
            (r"\u12", "u12"),
            ("\\", "\u{fffd}"),
        ] {
            assert_eq!(json_unescaped(inside), said, "{inside}");
        }
    }

    #[test]
    fn each_character_ends_where_its_writing_does() {
        let ends: Vec<usize> = Unescaped::new(r"a\n\ud83d\ude00ä").map(|(end, _)| end).collect();
        assert_eq!(ends, [1, 3, 15, 17]);
    }
}
