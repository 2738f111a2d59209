//! Which tokens may be neighbours.
//!
//! Byte pair encoding merges the neighbours whose token has the lowest rank, until there are none. GitHub's `bpe` crate
//! shows
//! (<https://github.blog/ai-and-ml/llms/so-many-tokens-so-little-time-introducing-a-faster-more-flexible-byte-pair-tokenizer/>)
//! that a row of tokens is its result exactly if each two neighbours are its result for their bytes alone, and that two
//! tokens are if, while their merges are undone in reverse, no merge across the border would have come first.

use crate::trie::Trie;
use rustc_hash::{FxBuildHasher, FxHashMap};

/// The tables of a vocabulary for merging.
pub struct Merges {
    /// Finds the tokens that a text begins with.
    pub trie: Trie,
    /// The bytes of each token.
    lengths: Vec<u8>,
    /// The longest token that is a proper prefix of a token; the token itself if there is none.
    shorter: Vec<u32>,
    /// The two tokens that a token was merged from; twice the token itself for a byte.
    halves: Vec<(u32, u32)>,
    /// The token that two tokens merge to.
    merged: FxHashMap<(u32, u32), u32>,
}

impl Merges {
    pub fn new(tokens: &[&[u8]]) -> Self {
        let trie = Trie::new(tokens);
        let shorter = (0..).zip(tokens).map(|(token, bytes)| {
            let all_but_one = bytes.split_last().map_or(*bytes, |(_, rest)| rest);
            trie.longest(all_but_one).unwrap_or(token)
        });
        let mut merges = Self {
            shorter: shorter.collect(),
            lengths: tokens.iter().map(|t| u8::try_from(t.len()).unwrap_or(u8::MAX)).collect(),
            halves: Vec::with_capacity(tokens.len()),
            merged: FxHashMap::with_capacity_and_hasher(tokens.len(), FxBuildHasher),
            trie,
        };
        for (token, bytes) in (0..).zip(tokens) {
            let halves = merges.find_halves(token, bytes);
            if let Some(halves) = halves {
                merges.merged.insert(halves, token);
            }
            merges.halves.push(halves.unwrap_or((token, token)));
        }
        merges
    }

    /// The vocabulary does not say what a token was merged from, but only one pair of earlier tokens is possible.
    fn find_halves(&self, token: u32, bytes: &[u8]) -> Option<(u32, u32)> {
        let mut left = token;
        while let Some(shorter) = self.shorter(left) {
            left = shorter;
            let right = self.trie.whole(bytes.get(self.length(left)..)?);
            if let Some(right) = right.filter(|right| left < token && *right < token)
                && self.are_neighbours(left, right)
            {
                return Some((left, right));
            }
        }
        None
    }

    /// The bytes of a token.
    pub fn length(&self, token: u32) -> usize {
        self.lengths.get(token as usize).copied().map_or(0, usize::from)
    }

    /// The longest token that is a proper prefix of this one.
    pub fn shorter(&self, token: u32) -> Option<u32> {
        self.shorter.get(token as usize).copied().filter(|shorter| *shorter != token)
    }

    /// Whether the bytes of two tokens are encoded as just these two.
    pub fn are_neighbours(&self, mut left: u32, mut right: u32) -> bool {
        // A merge across the border must have come before this rank.
        let mut limit = u32::MAX;
        loop {
            if self.merged.get(&(left, right)).is_some_and(|merged| *merged < limit) {
                return false;
            }
            // The younger one is undone, if it is not a byte; of the same token on both sides, the right one.
            let (left_inner, right_inner) = (self.halves(left).1, self.halves(right).0);
            let (left_is_byte, right_is_byte) = (left_inner == left, right_inner == right);
            if !left_is_byte && (left > right || right_is_byte) {
                (limit, left) = (left, left_inner);
            } else if !right_is_byte {
                (limit, right) = (right.saturating_add(1), right_inner);
            } else {
                return true;
            }
        }
    }

    /// The two tokens that a token was merged from; twice itself for a byte.
    pub fn halves(&self, token: u32) -> (u32, u32) {
        self.halves.get(token as usize).copied().unwrap_or((token, token))
    }
}
