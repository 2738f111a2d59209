//! A text's vector: the sum of its tokens' vectors, so that texts that share words are near each other.

use super::request::Input;
use crate::tokens;
use sha2::{Digest, Sha256};

/// The unit vector of `input`. Fewer dimensions are the first of more, scaled to length 1 again, as at the vendor.
pub(super) fn embed(input: &Input, dimensions: usize) -> Vec<f32> {
    let mut sum = vec![0.0; dimensions];
    match input {
        Input::Text(text) => tokens::tokens(text).for_each(|token| {
            add(&mut sum, token.trim().to_lowercase().as_bytes());
        }),
        Input::Tokens(tokens) => {
            tokens.iter().for_each(|token| add(&mut sum, &token.to_le_bytes()))
        }
    }
    to_unit(&sum)
}

/// Adds the vector of one token: numbers from -1 to 1 that are seeded by its digest.
fn add(sum: &mut [f32], token: &[u8]) {
    let digest: [u8; 32] = Sha256::digest(token).into();
    let mut state = digest.iter().take(8).fold(0, |sum: u64, byte| (sum << 8) | u64::from(*byte));
    for value in sum {
        *value += split_mix(&mut state);
    }
}

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014), as a number from -1 to 1.
fn split_mix(state: &mut u64) -> f32 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    // The upper 24 bits: as many as a 32-bit float holds exactly.
    let upper = ((mixed ^ (mixed >> 31)) >> 40) as f32;
    upper / 8_388_608.0 - 1.0
}

/// Scales to length 1. Only a vector of one or two dimensions can be all zeros, and then points along the first.
fn to_unit(vector: &[f32]) -> Vec<f32> {
    let length = vector.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    if length == 0.0 {
        return (0..vector.len()).map(|i| if i == 0 { 1.0 } else { 0.0 }).collect();
    }
    vector.iter().map(|value| (f64::from(*value) / length) as f32).collect()
}
