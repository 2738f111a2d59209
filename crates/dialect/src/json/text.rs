//! String literals.

use crate::Span;
use std::borrow::Cow;
use std::ops::Range;

/// A string literal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'a> {
    /// The literal, including its quotes.
    literal: &'a str,
    /// Its position.
    start: usize,
    escaped: bool,
}

impl<'a> Text<'a> {
    pub(super) fn new(literal: &'a str, start: usize, escaped: bool) -> Self {
        Text { literal, start, escaped }
    }

    /// The decoded text. None if it has escapes of half a surrogate pair, which have no meaning.
    pub fn decode(&self) -> Option<Cow<'a, str>> {
        if self.escaped {
            return serde_json::from_str(self.literal).ok().map(Cow::Owned);
        }
        self.literal.get(1..self.literal.len().saturating_sub(1)).map(Cow::Borrowed)
    }

    /// The decoded text, with `U+FFFD` for half a surrogate pair.
    pub fn said(&self) -> Cow<'a, str> {
        let inside = self.literal.get(1..self.literal.len().saturating_sub(1));
        postern_types::unescape(inside.unwrap_or_default())
    }

    /// The span of the literal, including its quotes.
    pub fn span(&self) -> Span {
        self.range().into()
    }

    /// The span of the text within the quotes.
    pub fn inside(&self) -> Span {
        let Range { start, end } = self.range();
        (start + 1..end.saturating_sub(1)).into()
    }

    fn range(&self) -> Range<usize> {
        self.start..self.start + self.literal.len()
    }
}

/// The number of leading bytes of a string's text that stand for themselves: not the closing quote, an escape, or a control
/// character, which must be escaped. It checks eight bytes at once, as prompts are long.
pub(super) fn plain_bytes(bytes: &[u8]) -> usize {
    let (words, tail) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return index * 8 + (special.trailing_zeros() / 8) as usize;
        }
    }
    let plain = tail.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\');
    words.len() * 8 + plain.unwrap_or(tail.len())
}

/// Sets the high bit of the first special byte, counted from the lowest; bits of later bytes may be set wrongly, as a borrow
/// propagates upwards (Bit Twiddling Hacks, "Determine if a word has a byte less than n").
fn special_bytes(word: u64) -> u64 {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = EACH << 7;
    let below = |word: u64, limit: u64| word.wrapping_sub(EACH * limit) & !word;
    let equal = |byte: u8| below(word ^ (EACH * u64::from(byte)), 1);
    (below(word, 0x20) | equal(b'"') | equal(b'\\')) & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_special_byte_wherever_it_is() {
        for special in [b'"', b'\\', 0, 9, b'\n', 0x1f] {
            for before in 0..24 {
                for filler in [b'a', b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xff] {
                    let mut bytes = vec![filler; 32];
                    bytes[before] = special;
                    bytes[before + 1] = b'"';
                    assert_eq!(plain_bytes(&bytes), before, "{special} after {filler}");
                }
            }
        }
        assert_eq!(plain_bytes("prompt über 8 bytes".as_bytes()), 20);
        assert_eq!(plain_bytes(b""), 0);
    }
}
