//! Where the table of merges has a pair of tokens; `build/` writes the table by the same rule.

/// The slots of a bucket: their tags are read as one word.
pub const SLOTS: usize = 8;
/// The tag of a slot that is free.
pub const EMPTY: u8 = 0;

/// The fraction of the golden ratio: odd, and without a pattern.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

pub struct PairHash {
    /// The first bucket that may have the pair. If it is full, the next one may.
    pub bucket: usize,
    /// Part of the pair's hash, by which most other pairs are told without a look at them.
    pub tag: u8,
}

/// The hash for so many buckets, a power of two.
pub fn hash(left: u32, right: u32, buckets: usize) -> PairHash {
    let hashed = (u64::from(left) << 32 | u64::from(right)).wrapping_mul(FACTOR);
    let tag = (hashed >> 56) as u8;
    PairHash { bucket: (hashed >> 36) as usize & buckets.wrapping_sub(1), tag: tag.max(EMPTY + 1) }
}
