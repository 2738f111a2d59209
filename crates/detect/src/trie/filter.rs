//! Rejects places of a text where no word of a list begins, by hashes of a few bytes.

use super::{Word, letters};

/// A set of hashes, as bits: it may contain more than was added.
pub struct Bits(Vec<u64>);

/// The binary logarithm of the number of bits.
const BITS: u32 = 16;

impl Default for Bits {
    fn default() -> Self {
        Bits(vec![0; 1 << (BITS - 6)])
    }
}

impl Bits {
    fn place(key: u64) -> (usize, u32) {
        let hash = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - BITS);
        ((hash / 64) as usize, (hash % 64) as u32)
    }

    pub fn add(&mut self, key: u64) {
        let (at, bit) = Bits::place(key);
        if let Some(bits) = self.0.get_mut(at) {
            *bits |= 1 << bit;
        }
    }

    #[inline]
    pub fn has(&self, key: u64) -> bool {
        let (at, bit) = Bits::place(key);
        self.0.get(at).is_some_and(|bits| bits >> bit & 1 != 0)
    }
}

/// Three bytes as a key.
pub fn three([first, second, third]: [u8; 3]) -> u64 {
    u64::from_le_bytes([first, second, third, 0, 0, 0, 0, 0])
}

/// The beginnings of the words of a list.
#[derive(Default)]
pub struct Filter {
    /// The first letters of words that consist of them, but for one more byte.
    whole: Bits,
    /// The first letters of longer words, with the two bytes after them.
    phrases: Bits,
    /// The first four letters of stems.
    stems: Bits,
    /// The first three bytes of words that begin with another character.
    others: Bits,
    /// The first bytes of shorter such words, and of words that begin with a digit.
    short: Bits,
}

/// How many letters are compared.
const LETTERS: usize = 8;

impl Filter {
    /// Adds a word.
    pub fn add(&mut self, word: Word<'_>) {
        let bytes = word.text.as_bytes();
        let letters = letters(bytes);
        let after = bytes.get(letters..).unwrap_or_default();
        match (bytes, after) {
            ([first, second, third, ..], _) if letters == 0 && !first.is_ascii_digit() => {
                self.others.add(three([*first, *second, *third]));
            }
            ([first, ..], _) if letters == 0 => self.short.add(u64::from(*first)),
            (_, []) if word.is_stem => self.add_stem(bytes),
            (_, [] | [_]) => self.whole.add(head(bytes, letters)),
            (_, [first, second, ..]) => {
                self.phrases.add(phrase(head(bytes, letters), *first, *second))
            }
        }
    }

    /// Adds a stem; one of fewer than four letters with each letter that may follow.
    fn add_stem(&mut self, stem: &[u8]) {
        match stem.first_chunk::<4>() {
            Some(first) => self.stems.add(u64::from(u32::from_le_bytes(*first))),
            None => {
                for next in [0].into_iter().chain(b'a'..=b'z') {
                    let mut longer = stem.to_vec();
                    longer.extend((next != 0).then_some(next));
                    match longer.len() < 4 && next != 0 {
                        true => self.add_stem(&longer),
                        false => self.stems.add(head(&longer, longer.len())),
                    }
                }
            }
        }
    }

    /// Whether a word may begin with the first letters of a text, of which there are so many, or with its first digit.
    #[inline]
    pub fn may_be(&self, text: &[u8], letters: usize) -> bool {
        if letters == 0 {
            return text.first().is_some_and(|first| self.short.has(u64::from(*first)));
        }
        let head = head(text, letters);
        self.whole.has(head)
            || self.stems.has(head & 0xffff_ffff)
            || match text.get(letters..) {
                Some([first, second, ..]) => self.phrases.has(phrase(head, *first, *second)),
                _ => false,
            }
    }

    /// Whether a word may begin at a place with another character.
    #[inline]
    pub fn may_begin(&self, text: &[u8], at: usize) -> bool {
        match text.get(at..) {
            Some([first, second, third, ..]) => {
                self.others.has(three([*first, *second, *third]))
                    || self.short.has(u64::from(*first))
            }
            Some([first, ..]) => self.short.has(u64::from(*first)),
            _ => false,
        }
    }

    #[cfg(test)]
    pub fn memory_usage(&self) -> usize {
        5 << (BITS - 3)
    }
}

/// The first eight of so many letters.
#[inline]
fn head(text: &[u8], letters: usize) -> u64 {
    let all = match text.first_chunk::<LETTERS>() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => text.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte)),
    };
    let other = LETTERS.saturating_sub(letters) as u32 * 8;
    all & u64::MAX.checked_shr(other).unwrap_or(0)
}

/// The first letters of a phrase, and the two bytes after them.
fn phrase(head: u64, first: u8, second: u8) -> u64 {
    head.rotate_left(29)
        ^ u64::from(u16::from_le_bytes([first, second])).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}
