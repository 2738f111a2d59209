//! Which tokens may be neighbours; `build/` finds by the same rule what a token was merged from.
//!
//! Byte pair encoding merges the neighbours whose token has the lowest rank, until there are none. GitHub's `bpe` crate
//! shows
//! (<https://github.blog/ai-and-ml/llms/so-many-tokens-so-little-time-introducing-a-faster-more-flexible-byte-pair-tokenizer/>)
//! that a row of tokens is its result exactly if each two neighbours are its result for their bytes alone, and that two
//! tokens are if, while their merges are undone in reverse, no merge across the border would have come first.

/// The merges of a vocabulary.
pub trait Merging {
    /// The token that two tokens merge to.
    fn merged(&self, left: u32, right: u32) -> Option<u32>;

    /// The two tokens that a token was merged from; twice itself for a byte.
    fn halves(&self, token: u32) -> (u32, u32);

    /// Whether the bytes of two tokens are encoded as just these two.
    fn are_neighbours(&self, mut left: u32, mut right: u32) -> bool {
        // A merge across the border must have come before this rank.
        let mut limit = u32::MAX;
        loop {
            if self.merged(left, right).is_some_and(|merged| merged < limit) {
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
}
