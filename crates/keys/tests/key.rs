//! What makes a text a key.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use postern_keys::{KEY_LENGTH, KEY_PREFIX, Key, KeyError};
use proptest::prelude::*;

/// Made with Python's zlib and integers: the format is for ever, a key issued today must parse in ten years.
#[test]
fn a_key_is_prefix_secret_and_checksum() {
    let zero = Key::from_random([0; 32]);
    assert_eq!(zero.expose(), "pk_live_00000000000000000000000000000000000000000003xC1Wz");
    let counting = Key::from_random(std::array::from_fn(|byte| byte as u8));
    assert_eq!(counting.expose(), "pk_live_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4axXbF");
    assert_eq!(zero.expose().len(), KEY_LENGTH);
}

#[test]
fn tells_a_foreign_secret_a_wrong_length_and_a_typing_error_apart() {
    let key = Key::from_random([7; 32]);
    let text = key.expose();
    assert_eq!(Key::parse("sk-abcdef").unwrap_err(), KeyError::NotOurs);
    assert_eq!(Key::parse("").unwrap_err(), KeyError::NotOurs);
    assert_eq!(
        Key::parse(&text[..KEY_LENGTH - 1]).unwrap_err(),
        KeyError::Length { characters: KEY_LENGTH - 1 }
    );
    assert_eq!(
        Key::parse(&format!("{text}\n")).unwrap_err(),
        KeyError::Length { characters: KEY_LENGTH + 1 }
    );
    let mistyped = format!("{}!", &text[..KEY_LENGTH - 1]);
    assert_eq!(Key::parse(&mistyped).unwrap_err(), KeyError::Checksum);
}

#[test]
fn never_shows_the_secret_in_debug_or_in_an_error() {
    let key = Key::from_random([7; 32]);
    assert_eq!(format!("{key:?}"), "Key(pk_live_...)");
    let cut = &key.expose()[..40];
    let said = Key::parse(cut).unwrap_err().to_string();
    assert!(!said.contains(&cut[KEY_PREFIX.len()..]), "{said}");
}

proptest! {
    #[test]
    fn parses_every_key_it_makes(random: [u8; 32]) {
        let key = Key::from_random(random);
        let parsed = Key::parse(key.expose()).unwrap();
        prop_assert_eq!(parsed.expose(), key.expose());
    }

    #[test]
    fn different_randomness_makes_different_keys(one: [u8; 32], other: [u8; 32]) {
        let same = Key::from_random(one).expose() == Key::from_random(other).expose();
        prop_assert_eq!(same, one == other);
    }

    #[test]
    fn refuses_every_change_of_one_character(
        random: [u8; 32],
        position in 0..KEY_LENGTH,
        replacement: char,
    ) {
        let key = Key::from_random(random);
        let mut characters: Vec<char> = key.expose().chars().collect();
        prop_assume!(characters[position] != replacement);
        characters[position] = replacement;
        let changed: String = characters.into_iter().collect();
        prop_assert!(Key::parse(&changed).is_err());
    }

    #[test]
    fn refuses_every_swap_of_neighbours(random: [u8; 32], position in 0..KEY_LENGTH - 1) {
        let key = Key::from_random(random);
        let mut characters: Vec<char> = key.expose().chars().collect();
        prop_assume!(characters[position] != characters[position + 1]);
        characters.swap(position, position + 1);
        let changed: String = characters.into_iter().collect();
        prop_assert!(Key::parse(&changed).is_err());
    }

    #[test]
    fn any_text_is_parsed_or_refused(text: String) {
        let with_prefix = format!("{KEY_PREFIX}{text}");
        prop_assert!(Key::parse(&text).is_err());
        prop_assert!(Key::parse(&with_prefix).is_err());
    }
}

#[test]
fn refuses_every_alphanumeric_change_at_every_position() {
    let key = Key::from_random([42; 32]);
    for position in 0..KEY_LENGTH {
        for replacement in ('0'..='9').chain('A'..='Z').chain('a'..='z') {
            let mut characters: Vec<char> = key.expose().chars().collect();
            if characters[position] == replacement {
                continue;
            }
            characters[position] = replacement;
            let changed: String = characters.into_iter().collect();
            assert!(Key::parse(&changed).is_err(), "{position} {replacement}");
        }
    }
}
