//! Signatures that are nearly right, and ones that were bugs elsewhere.

use postern_token::{Algorithm, KeySet, Rules, TokenError, Unverified};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::signer::{HEADER, NOW, base64url, claims, decode, jwk, key_set, rules, sign, verify};

fn openssl() -> (KeySet, Value) {
    let all: Value = serde_json::from_str(include_str!("openssl.json")).unwrap();
    let keys = KeySet::from_json(&json!({ "keys": all["keys"] }).to_string()).unwrap();
    (keys, all["tokens"].clone())
}

/// What becomes of OpenSSL's token of an algorithm with another signature.
fn with_signature(algorithm: Algorithm, signature: &[u8]) -> Result<(), TokenError> {
    let (keys, tokens) = openssl();
    let token = tokens[algorithm.as_str()].as_str().unwrap();
    let (input, _) = token.rsplit_once('.').unwrap();
    let forged = format!("{input}.{}", base64url(signature));
    let rules = Rules { algorithms: vec![algorithm], ..rules() };
    Unverified::read(&forged)?.verify(&keys, &rules, NOW).map(|_| ())
}

/// CVE-2022-21449: r and s of zero verify everything if they are not checked.
#[test]
fn refuses_ecdsa_signatures_of_zeros() {
    for (algorithm, bytes) in
        [(Algorithm::Es256, 64), (Algorithm::Es384, 96), (Algorithm::Es512, 132)]
    {
        let zero = vec![0; bytes];
        let mut one_r = zero.clone();
        one_r[bytes / 2 - 1] = 1;
        let mut one_s = zero.clone();
        one_s[bytes - 1] = 1;
        let ones = vec![0xff; bytes];
        for signature in [zero, one_r, one_s, ones] {
            assert_eq!(with_signature(algorithm, &signature), Err(TokenError::Signature));
        }
    }
}

/// r + n means the same r for an implementation that reduces before it compares.
#[test]
fn refuses_numbers_beyond_the_order_of_the_curve() {
    // SEC 2, section 2.4.2: the order of P-256.
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let order = hex::decode(order).unwrap();
    let token = sign(HEADER, &claims().to_string());
    let (input, signature) = token.rsplit_once('.').unwrap();
    let signature = decode(signature);
    let forged = format!("{input}.{}", base64url([&order, &signature[32..]].concat()));
    assert_eq!(verify(&forged).unwrap_err(), TokenError::Signature);
    let forged = format!("{input}.{}", base64url([&signature[..32], &order].concat()));
    assert_eq!(verify(&forged).unwrap_err(), TokenError::Signature);
}

#[test]
fn refuses_signatures_of_zeros_and_of_other_lengths_with_every_algorithm() {
    let (_, tokens) = openssl();
    for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_mac()) {
        let token = tokens[algorithm.as_str()].as_str().unwrap();
        let good = decode(token.rsplit_once('.').unwrap().1);
        assert_eq!(with_signature(algorithm, &good), Ok(()));
        let longer = [good.as_slice(), &[0]].concat();
        let padded = [&[0], good.as_slice()].concat();
        for signature in
            [vec![0; good.len()], vec![0], good[1..].to_vec(), longer, padded, vec![1; 10_000]]
        {
            assert_eq!(
                with_signature(algorithm, &signature),
                Err(TokenError::Signature),
                "{algorithm}, {} bytes",
                signature.len()
            );
        }
    }
}

/// RFC 7518, section 3.4: two numbers of fixed length, never ASN.1.
#[test]
fn refuses_ecdsa_signatures_in_der() {
    let token = sign(HEADER, &claims().to_string());
    let (input, signature) = token.rsplit_once('.').unwrap();
    let der = p256::ecdsa::Signature::from_slice(&decode(signature)).unwrap().to_der();
    let forged = format!("{input}.{}", base64url(der.as_bytes()));
    assert_eq!(verify(&forged).unwrap_err(), TokenError::Signature);
}

/// The others are the same computations with longer digests.
#[test]
fn refuses_a_flipped_bit_in_every_byte_of_every_kind_of_signature() {
    let (keys, tokens) = openssl();
    for algorithm in [
        Algorithm::Rs256,
        Algorithm::Ps256,
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::Es512,
        Algorithm::EdDsa,
    ] {
        let rules = Rules { algorithms: vec![algorithm], ..rules() };
        let (input, good) = tokens[algorithm.as_str()].as_str().unwrap().rsplit_once('.').unwrap();
        let good = decode(good);
        for at in 0..good.len() {
            let mut flipped = good.clone();
            flipped[at] ^= 1 << (at % 8);
            let read = Unverified::read(&format!("{input}.{}", base64url(flipped))).unwrap();
            let error = read.verify(&keys, &rules, NOW).unwrap_err();
            assert_eq!(error, TokenError::Signature, "{algorithm}, byte {at}");
        }
    }
}

#[test]
fn refuses_header_and_claims_of_two_good_tokens_put_together() {
    let one = sign(HEADER, &claims().to_string());
    let two = sign(HEADER, &crate::signer::with("sub", json!("bob")).to_string());
    let (input, _) = one.rsplit_once('.').unwrap();
    let (_, signature) = two.rsplit_once('.').unwrap();
    assert_eq!(verify(&format!("{input}.{signature}")).unwrap_err(), TokenError::Signature);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Any character of header, claims or signature replaced by any other of the alphabet.
    #[test]
    fn refuses_every_change_of_one_character(at: prop::sample::Index, other in "[A-Za-z0-9_-]") {
        let token = sign(HEADER, &claims().to_string());
        let at = at.index(token.len());
        prop_assume!(token[at..=at] != other && &token[at..=at] != ".");
        let changed = format!("{}{other}{}", &token[..at], &token[at + 1..]);
        prop_assert!(verify(&changed).is_err());
    }

    #[test]
    fn refuses_every_flip_of_one_bit_of_a_signature(at in 0..64_usize, bit in 0..8) {
        let token = sign(HEADER, &claims().to_string());
        let (input, signature) = token.rsplit_once('.').unwrap();
        let mut signature = decode(signature);
        signature[at] ^= 1_u8 << bit;
        let forged = format!("{input}.{}", base64url(signature));
        prop_assert_eq!(verify(&forged).unwrap_err(), TokenError::Signature);
    }

    #[test]
    fn refuses_random_signatures(signature in prop::collection::vec(any::<u8>(), 1..200)) {
        let token = sign(HEADER, &claims().to_string());
        let (input, _) = token.rsplit_once('.').unwrap();
        let read = Unverified::read(&format!("{input}.{}", base64url(signature))).unwrap();
        let result = read.verify(&key_set(&[jwk()]), &rules(), NOW);
        prop_assert_eq!(result.unwrap_err(), TokenError::Signature);
    }
}
