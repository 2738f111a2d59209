//! What each token was merged from. A vocabulary does not say it.

use crate::bucket::{self, EMPTY, SLOTS};
use crate::neighbours::Merging;
use crate::words::Token;
use std::collections::HashMap;
use std::error::Error;

/// Pairs a bucket, at most. With more, more buckets are full, and a search goes on in the next.
const PAIRS: usize = 7;

pub struct Merges {
    /// The longest token that is a proper prefix of a token; the token itself if there is none.
    shorter: Vec<u32>,
    /// The two tokens that a token was merged from; twice the token itself for a byte.
    halves: Vec<(u32, u32)>,
    /// The token that two tokens merge to.
    merged: HashMap<(u32, u32), u32>,
}

impl Merging for Merges {
    fn merged(&self, left: u32, right: u32) -> Option<u32> {
        self.merged.get(&(left, right)).copied()
    }

    fn halves(&self, token: u32) -> (u32, u32) {
        self.halves.get(token as usize).copied().unwrap_or((token, token))
    }
}

impl Merges {
    pub fn new(tokens: &[Vec<u8>]) -> Self {
        let ranks: HashMap<&[u8], u32> = tokens.iter().map(Vec::as_slice).zip(0..).collect();
        let longest =
            |token: &[u8]| (1..token.len()).rev().find_map(|end| ranks.get(token.get(..end)?));
        let shorter =
            (0..).zip(tokens).map(|(rank, token)| longest(token).copied().unwrap_or(rank));
        let mut merges =
            Self { shorter: shorter.collect(), halves: Vec::new(), merged: HashMap::new() };
        for (rank, token) in (0..).zip(tokens) {
            let halves = merges.find_halves(rank, token, tokens, &ranks);
            if let Some(halves) = halves {
                merges.merged.insert(halves, rank);
            }
            merges.halves.push(halves.unwrap_or((rank, rank)));
        }
        merges
    }

    /// Only one pair of earlier tokens is possible.
    fn find_halves(
        &self,
        rank: u32,
        token: &[u8],
        tokens: &[Vec<u8>],
        ranks: &HashMap<&[u8], u32>,
    ) -> Option<(u32, u32)> {
        let mut left = rank;
        loop {
            let shorter = *self.shorter.get(left as usize)?;
            if shorter == left {
                return None;
            }
            left = shorter;
            let rest = token.get(tokens.get(left as usize)?.len()..)?;
            if let Some(right) = ranks.get(rest)
                && left < rank
                && *right < rank
                && self.are_neighbours(left, *right)
            {
                return Some((left, *right));
            }
        }
    }

    /// The tokens as they are read.
    pub fn tokens(&self, tokens: &[Vec<u8>]) -> Result<Vec<u8>, Box<dyn Error>> {
        let mut written = Vec::new();
        for ((halves, shorter), bytes) in self.halves.iter().zip(&self.shorter).zip(tokens) {
            let length = u8::try_from(bytes.len())?;
            let token = Token { halves: *halves, shorter: *shorter, length };
            written.extend(token.into_word().ok_or("a token does not fit into a word")?);
        }
        Ok(written)
    }

    /// The tags and the tokens of the table in which `merged` is looked up.
    pub fn buckets(&self) -> Result<(Vec<u8>, Vec<u32>), Box<dyn Error>> {
        let buckets = self.merged.len().div_ceil(PAIRS).next_power_of_two();
        let mut tags = vec![EMPTY; buckets * SLOTS];
        let mut merged = vec![0; buckets * SLOTS];
        // In the order of rank: every build makes the same table.
        for (rank, (left, right)) in (0..).zip(&self.halves) {
            if self.merged.get(&(*left, *right)) != Some(&rank) {
                continue;
            }
            let hash = bucket::hash(*left, *right, buckets);
            let after = (hash.bucket * SLOTS..tags.len()).chain(0..hash.bucket * SLOTS);
            let mut free = after.filter(|slot| tags.get(*slot) == Some(&EMPTY));
            let slot = free.next().ok_or("the buckets are full")?;
            *tags.get_mut(slot).ok_or("no such slot")? = hash.tag;
            *merged.get_mut(slot).ok_or("no such slot")? = rank;
        }
        Ok((tags, merged))
    }
}
