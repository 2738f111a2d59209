#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use super::{Trie, Word};
use aho_corasick::{AhoCorasick, MatchKind};
use proptest::prelude::*;

const WORDS: &[&str] = &[
    "a",
    "ab",
    "abc",
    "abc abd",
    "bc.",
    "<b",
    "b>",
    "à",
    "àb",
    "abcabcabc",
    "c b",
    "世",
    "世界",
    "ab",
    "-",
];

fn trie(words: &[&'static str]) -> Trie {
    Trie::new(words.iter().map(|text| Word { text, is_stem: text.starts_with("ca") }))
}

fn found(trie: &Trie, text: &str, everywhere: bool) -> Vec<(usize, usize, u16)> {
    let mut all = Vec::new();
    trie.each(text, everywhere, |found| all.push((found.start, found.end, found.word)));
    all
}

#[test]
fn words_are_found_where_they_may_begin() {
    let trie = trie(&["car", "card number", "st.", "straße"]);
    let trie =
        trie.with_endings([("strasse", 10), ("straße", 3), ("str.", 11), ("asse", 12)].into_iter());
    for (text, expected) in [
        ("card", &[(0, 3, 0)][..]),
        ("car", &[(0, 3, 0)]),
        ("cardinals", &[(0, 3, 0)]),
        ("discard", &[]),
        ("card numbers", &[(0, 11, 1)]),
        ("car card", &[(0, 3, 0), (4, 7, 0)]),
        ("hauptstrasse 5", &[(5, 12, 10)]),
        ("hauptstraße 5", &[(5, 12, 3)]),
        ("hauptstr. 5", &[(5, 9, 11)]),
        ("terrasse", &[(4, 8, 12)]),
        ("cardstrasse", &[(0, 3, 0), (4, 11, 10)]),
        ("a-st.", &[(2, 5, 2)]),
        ("", &[]),
    ] {
        assert_eq!(found(&trie, text, false), expected, "{text}");
    }
}

proptest! {
    /// Everywhere, the words are those of an automaton that finds the leftmost and longest.
    #[test]
    fn the_longest_word_is_found_at_each_place(text in "[abc .<>à世界-]{0,40}") {
        let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(WORDS).unwrap();
        let expected: Vec<_> =
            automaton.find_iter(&text).map(|found| (found.start(), found.end(), found.pattern().as_u32() as u16)).collect();
        prop_assert_eq!(found(&trie(WORDS), &text, true), expected);
    }
}
