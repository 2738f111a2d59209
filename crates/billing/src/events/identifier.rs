//! Identifiers that are the same whenever the same usage is sent.

use sha2::{Digest as _, Sha256};

/// Stripe's bound on an identifier.
pub(super) const MOST: usize = 100;

/// The identifier of a part of a request: as it is, or its SHA-256 if that is too long.
pub(super) fn identifier(request_id: &str, model: &str, part: &str) -> String {
    let plain = format!("{request_id}/{model}/{part}");
    if plain.len() <= MOST { plain } else { hex::encode(Sha256::digest(plain)) }
}

#[cfg(test)]
mod tests {
    use super::{MOST, identifier};

    #[test]
    fn identifiers_are_stable_bounded_and_differ() {
        assert_eq!(identifier("r-1", "gpt-4o", "input"), "r-1/gpt-4o/input");
        let long = "r".repeat(128);
        let one = identifier(&long, "gpt-4o", "input");
        assert_eq!(one, identifier(&long, "gpt-4o", "input"));
        assert_ne!(one, identifier(&long, "gpt-4o", "output"));
        assert!(one.len() <= MOST);
    }
}
