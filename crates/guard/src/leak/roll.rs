//! Hashes of the last words of a text, in constant time for any number of words.

use postern_detect::Text;
use postern_detect::words::Word;

/// The weight of a window. A word has 2, and a character of a script without spaces has 1: twelve words, or 24 characters.
pub const WINDOW: u32 = 24;

/// The weight of the shortest sentence that is compared: six words, or 12 characters.
pub const SENTENCE: u32 = 12;

/// How many words are kept: more than a window has.
const KEPT: usize = 32;

const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// The powers of the base.
#[allow(clippy::indexing_slicing, reason = "computed when compiled")]
const POWERS: [u64; KEPT] = {
    let mut powers = [1_u64; KEPT];
    let mut power = 1;
    while power < KEPT {
        powers[power] = powers[power - 1].wrapping_mul(BASE);
        power += 1;
    }
    powers
};

/// The last words of a text.
#[derive(Default)]
pub struct Roller {
    /// After each word, by its number: the hash and the weight of everything up to it, and where it begins.
    after: [After; KEPT],
    count: usize,
    /// The number of the first word of the window.
    first: usize,
}

#[derive(Default, Clone, Copy)]
struct After {
    hash: u64,
    weight: u32,
    start: usize,
}

/// Some of the last words.
pub struct Last {
    pub hash: u64,
    /// Where they begin.
    pub start: usize,
    pub words: usize,
}

/// How much a word counts.
pub fn weight(word: &Word) -> u32 {
    if word.is_character { 1 } else { 2 }
}

/// Whether a word counts: the numbers of lists do not, because they change when a list is repeated.
pub fn is_counted(text: &Text<'_>, word: &Word) -> bool {
    let is_number = |word: &str| word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit());
    !text.folded().get(word.range.clone()).is_some_and(is_number)
}

impl Roller {
    /// Takes the next word.
    pub fn push(&mut self, word: &Word) {
        let last = self.after(self.count);
        self.count += 1;
        let after = After {
            hash: last.hash.wrapping_mul(BASE).wrapping_add(word.hash),
            weight: last.weight.wrapping_add(weight(word)),
            start: word.range.start,
        };
        if let Some(place) = self.after.get_mut(self.count % KEPT) {
            *place = after;
        }
        while self.first < self.count && self.weight_from(self.first + 1) >= WINDOW {
            self.first += 1;
        }
    }

    /// The window that ends here, unless the text is too short.
    pub fn window(&self) -> Option<Last> {
        (self.weight_from(self.first) >= WINDOW).then(|| self.last(self.count - self.first))?
    }

    /// The last words, unless there are fewer.
    pub fn last(&self, words: usize) -> Option<Last> {
        let before = self.count.checked_sub(words)?;
        let power = POWERS.get(words).filter(|_| words > 0)?;
        let from = self.after(before).hash.wrapping_mul(*power);
        let hash = self.after(self.count).hash.wrapping_sub(from);
        Some(Last { hash: mixed(hash, words), start: self.after(before + 1).start, words })
    }

    fn weight_from(&self, before: usize) -> u32 {
        self.after(self.count).weight.wrapping_sub(self.after(before).weight)
    }

    fn after(&self, count: usize) -> After {
        self.after.get(count % KEPT).copied().unwrap_or_default()
    }
}

/// Spreads a hash, and keeps as many bits as the memo has.
fn mixed(hash: u64, words: usize) -> u64 {
    let hash = (hash ^ words as u64).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash >> 24
}
