//! Counts the tokens of a text.

use crate::merges::Merges;
use crate::neighbours::Merging;
use crate::pieces::Splitter;
use crate::trie::{Found, Trie};

/// An encoding.
pub struct Encoder {
    pub splitter: Splitter,
    pub trie: Trie,
    pub merges: Merges,
}

/// What the search needs, kept from piece to piece.
#[derive(Default)]
struct Scratch {
    /// The tokens so far.
    tokens: Vec<u32>,
    /// The bytes, a bit each, behind which the search was and found no way to the end.
    dead_ends: Vec<u64>,
}

impl Encoder {
    pub fn count(&self, text: &str) -> u64 {
        let mut scratch = Scratch::default();
        self.splitter
            .split(text)
            .fold(0, |sum: u64, piece| sum.saturating_add(self.count_piece(piece, &mut scratch)))
    }

    /// Takes the longest token that may follow the one before, and steps back where none may. Of the rows of tokens
    /// that are neighbours all along there is exactly one, so the first that reaches the end is the encoding.
    /// No byte is stepped back from twice: time and memory are linear.
    fn count_piece(&self, piece: &[u8], scratch: &mut Scratch) -> u64 {
        let Some(Found { token: longest, length }) = self.trie.longest(piece) else { return 0 };
        if length == piece.len() {
            return 1;
        }
        scratch.begin(piece.len());
        let mut next = Some(longest);
        let mut position = 0;
        while let Some(token) = next {
            let last = scratch.tokens.last().copied();
            if let Some((token, end)) = self.fitting(last, token, position, scratch) {
                scratch.tokens.push(token);
                position = end;
                let rest = piece.get(end..).and_then(|rest| self.trie.longest(rest));
                next = rest.map(|found| found.token);
            } else {
                scratch.add_dead_end(position);
                scratch.tokens.pop();
                position = position.saturating_sub(last.map_or(0, |last| self.merges.length(last)));
                next = last;
            }
        }
        scratch.tokens.len() as u64
    }

    /// The longest of `token` and what it begins with that may follow `last`, and where it ends.
    fn fitting(
        &self,
        last: Option<u32>,
        token: u32,
        position: usize,
        scratch: &Scratch,
    ) -> Option<(u32, usize)> {
        let mut candidate = Some(token);
        while let Some(token) = candidate {
            let end = position.saturating_add(self.merges.length(token));
            if !scratch.is_dead_end(end)
                && last.is_none_or(|last| self.merges.are_neighbours(last, token))
            {
                return Some((token, end));
            }
            candidate = self.merges.shorter(token);
        }
        None
    }
}

impl Scratch {
    fn begin(&mut self, length: usize) {
        self.tokens.clear();
        self.dead_ends.clear();
        self.dead_ends.resize(length / 64 + 1, 0);
    }

    fn add_dead_end(&mut self, position: usize) {
        if let Some(word) = self.dead_ends.get_mut(position / 64) {
            *word |= 1 << (position % 64);
        }
    }

    fn is_dead_end(&self, position: usize) -> bool {
        self.dead_ends.get(position / 64).is_some_and(|word| word >> (position % 64) & 1 == 1)
    }
}
