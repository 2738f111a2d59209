//! What a vocabulary says of its tokens.

use crate::bucket::{self, SLOTS};
use crate::neighbours::Merging;
use crate::numbers::Numbers;
use crate::words::Token;

/// In each byte of a word: its lowest bit, and its highest.
const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = LOW << 7;

/// The tables of a vocabulary for merging.
pub struct Merges {
    /// The tokens in the order of rank.
    pub tokens: &'static [[u8; 8]],
    /// The tags of the slots of `merged`, bucket after bucket.
    pub tags: &'static [[u8; SLOTS]],
    /// The tokens that were merged from two. Of which two, they say themselves.
    pub merged: Numbers,
}

impl Merging for Merges {
    fn merged(&self, left: u32, right: u32) -> Option<u32> {
        let hash = bucket::hash(left, right, self.tags.len());
        let tags = LOW * u64::from(hash.tag);
        let mut bucket = hash.bucket;
        // Some buckets are not full: the search ends.
        loop {
            let word = u64::from_le_bytes(*self.tags.get(bucket)?);
            let mut same = zeros(word ^ tags);
            while same != 0 {
                let slot = same.trailing_zeros() / 8;
                let token = self.merged.get(bucket * SLOTS + slot as usize)?;
                if self.halves(token) == (left, right) {
                    return Some(token);
                }
                same &= same - 1;
            }
            if zeros(word) != 0 {
                return None;
            }
            bucket = if bucket + 1 == self.tags.len() { 0 } else { bucket + 1 };
        }
    }

    fn halves(&self, token: u32) -> (u32, u32) {
        self.token(token).map_or((token, token), |token| token.halves)
    }
}

impl Merges {
    fn token(&self, token: u32) -> Option<Token> {
        self.tokens.get(token as usize).copied().map(Token::from_word)
    }

    /// The bytes of a token.
    pub fn length(&self, token: u32) -> usize {
        self.token(token).map_or(0, |token| token.length.into())
    }

    /// The longest token that is a proper prefix of this one.
    pub fn shorter(&self, token: u32) -> Option<u32> {
        Some(self.token(token)?.shorter).filter(|shorter| *shorter != token)
    }
}

/// The highest bit of each byte that is zero. Above such a byte one that is 1 may be marked too; the lowest is right.
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(LOW) & !word & HIGH
}
