//! The words of a folded text, for comparing texts by what is said: case, punctuation and white space do not count.
//!
//! A word is a run of letters and digits. Scripts without spaces have no such runs, so each of their characters is a word.

use std::ops::Range;
use unicode_normalization::char::canonical_combining_class;

/// A word of a folded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Its place in the folded text, in bytes.
    pub range: Range<usize>,
    /// Its hash.
    pub hash: u64,
    /// Whether it is the first of a sentence or line.
    pub begins: bool,
    /// Whether it is a single character of a script without spaces.
    pub is_character: bool,
}

/// The words of a text, in order.
pub struct Words<'t> {
    text: &'t str,
    at: usize,
    begins: bool,
}

/// Splits a folded text into words.
pub fn words(folded: &str) -> Words<'_> {
    Words { text: folded, at: 0, begins: true }
}

/// The hash of a folded word (FNV-1a, 64 bits).
pub fn hash_of(word: &str) -> u64 {
    word.chars().fold(SEED, with)
}

/// The hash of no letters.
pub(crate) const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash with one more letter.
pub(crate) fn with(hash: u64, letter: char) -> u64 {
    (hash ^ u64::from(u32::from(letter))).wrapping_mul(0x0100_0000_01b3)
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        while let Some(letter) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            if letter.is_alphanumeric() {
                return Some(self.word(letter));
            }
            self.at += letter.len_utf8();
            let next = self.text.as_bytes().get(self.at).copied();
            match letter {
                // A line break as JSON writes it.
                '\\' if matches!(next, Some(b'n' | b'r' | b't')) => {
                    self.at += 1;
                    self.begins = true;
                }
                '.' => self.begins |= next.is_none_or(|next| !next.is_ascii_alphanumeric()),
                '\n' | '!' | '?' | '。' | '।' | '؟' | '۔' => self.begins = true,
                _ => {}
            }
        }
        None
    }
}

impl Words<'_> {
    fn word(&mut self, first: char) -> Word {
        let (start, begins) = (self.at, std::mem::take(&mut self.begins));
        let is_character = has_no_spaces(first);
        let mut hash = SEED;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let plain = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric());
        for byte in plain {
            hash = with(hash, char::from(*byte));
            self.at += 1;
        }
        if rest.get(self.at - start).is_none_or(u8::is_ascii) && self.at > start {
            return Word { range: start..self.at, hash, begins, is_character };
        }
        for letter in self.text.get(self.at..).unwrap_or_default().chars() {
            let is_first = self.at == start;
            let goes_on = letter.is_alphanumeric() && !is_character && !has_no_spaces(letter);
            let is_mark = !goes_on && !letter.is_ascii() && canonical_combining_class(letter) != 0;
            if !(is_first || goes_on || is_mark) {
                break;
            }
            if !is_mark || is_first {
                hash = with(hash, letter);
            }
            self.at += letter.len_utf8();
        }
        Word { range: start..self.at, hash, begins, is_character }
    }
}

/// Ideographs and kana; Thai, Lao, Burmese and Khmer.
fn has_no_spaces(letter: char) -> bool {
    matches!(letter,
        '\u{2e80}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}' | '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Text;

    fn of(text: &str) -> Vec<u64> {
        words(Text::new(text).folded()).map(|word| word.hash).collect()
    }

    #[test]
    fn the_same_is_said_in_any_writing() {
        for (one, other) in [
            ("Never tell a User.", "> **never**  _tell_\n> a `USER`!"),
            ("Réponds à l’élève", "REPONDS A L'ELEVE"),
            ("first\nsecond", "first\\nsecond"),
            ("不要告诉 用户", "不要, 告诉用户。"),
            ("हमेशा जवाब दो", "हमेशा  जवाब-दो"),
        ] {
            assert_eq!(of(one), of(other), "{one}");
            assert!(of(one).len() > 1);
        }
        assert_ne!(of("ab c"), of("a bc"));
    }

    #[test]
    fn a_sentence_begins_after_its_mark_and_a_number_is_whole() {
        let begins: Vec<bool> =
            words("one 2.5 two. three\n- four! 五。六").map(|word| word.begins).collect();
        assert_eq!(begins, [true, false, false, false, true, true, true, true]);
    }
}
