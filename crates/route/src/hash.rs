//! A hash that is the same on every machine and in every version: what it decided must stay decided.

/// FNV-1a, 64 bits (RFC 9923), over several texts.
pub(crate) fn of<'t>(texts: impl IntoIterator<Item = &'t [u8]>) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut take = |byte: u8| {
        hash ^= u64::from(byte);
        hash = hash.wrapping_mul(0x0100_0000_01b3);
    };
    for text in texts {
        text.iter().copied().for_each(&mut take);
        // No text has this byte, so that ("ab", "c") is not ("a", "bc").
        take(0xff);
    }
    mixed(hash)
}

/// The finalizer of SplitMix64, since neighbouring inputs of FNV-1a differ in few bits.
pub(crate) fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// The hash as a fraction above 0 and below 1.
pub(crate) fn fraction(hash: u64) -> f64 {
    // 2^53: every integer up to it is a double.
    const STEPS: f64 = 9_007_199_254_740_992.0;
    ((hash >> 11) as f64 + 0.5) / STEPS
}
