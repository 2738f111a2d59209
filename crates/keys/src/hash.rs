//! The SHA-256 of a secret, which is all that is stored of it.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The SHA-256 (FIPS 180-4) of the whole presented text, as 64 lower-case hexadecimal digits.
///
/// Any text may be hashed, including secrets that are not our keys: an unknown secret then takes the same time as a
/// known one.
#[must_use]
pub fn sha256_hex(presented: &str) -> String {
    hex::encode(Sha256::digest(presented.as_bytes()))
}

/// Compares two hashes in constant time.
///
/// Assumes both are lower-case hexadecimal, as [`sha256_hex`] writes it. Texts of different lengths never match.
#[must_use]
pub fn hashes_match(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_the_example_of_the_standard() {
        // FIPS 180-4 example: the one-block message "abc".
        assert_eq!(
            sha256_hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn matches_equal_hashes_only() {
        let hash = sha256_hex("one");
        assert!(hashes_match(&hash, &sha256_hex("one")));
        assert!(!hashes_match(&hash, &sha256_hex("two")));
        assert!(!hashes_match(&hash, &format!("{hash}0")));
        assert!(!hashes_match(&hash, ""));
    }
}
