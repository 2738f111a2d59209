//! The counts of the whole crate, compared with `tiktoken-rs`; `tests/tokenizer` compares with the reference itself.

use super::*;
use crate::neighbours::Merging;
use proptest::prelude::*;
use std::collections::HashMap;
use tiktoken_rs::CoreBPE;

fn theirs(encoding: Encoding) -> &'static CoreBPE {
    match encoding {
        Encoding::O200kBase => tiktoken_rs::o200k_base_singleton(),
        Encoding::Cl100kBase => tiktoken_rs::cl100k_base_singleton(),
    }
}

fn assert_counts_alike(text: &str) {
    for encoding in Encoding::ALL {
        let expected = theirs(encoding).encode_ordinary(text).len();
        assert_eq!(count(encoding, text), expected as u64, "{encoding:?} {text:?}");
    }
}

#[test]
fn counts_what_openai_documents() {
    // <https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken>
    assert_eq!(count(Encoding::Cl100kBase, "tiktoken is great!"), 6);
    assert_eq!(count(Encoding::O200kBase, "antidisestablishmentarianism"), 6);
    assert_eq!(count(Encoding::Cl100kBase, "2 + 2 = 4"), 7);
    assert_eq!(count(Encoding::O200kBase, "お誕生日おめでとう"), 8);
    assert_eq!(count(Encoding::O200kBase, ""), 0);
}

#[test]
fn counts_a_special_token_as_the_text_it_is() {
    assert_eq!(count(Encoding::O200kBase, "<|endoftext|>"), 7);
}

#[test]
fn has_the_vocabularies_that_are_published() {
    for (encoding, ranks) in [(Encoding::O200kBase, 199_998), (Encoding::Cl100kBase, 100_256)] {
        let vocabulary = encoding.vocabulary();
        assert_eq!(vocabulary.len(), ranks, "{encoding:?}");
        for (rank, token) in (0..).zip(&vocabulary) {
            let expected = theirs(encoding).decode_bytes(&[rank]).expect("a token");
            assert_eq!(*token, expected, "{encoding:?} {rank}");
        }
    }
}

#[test]
fn knows_of_each_token_its_length_what_it_was_merged_from_and_the_longest_it_begins_with() {
    for encoding in Encoding::ALL {
        let vocabulary = encoding.vocabulary();
        let ranks: HashMap<_, _> = vocabulary.iter().map(Vec::as_slice).zip(0..).collect();
        let merges = &encoding.encoder().merges;
        for (token, bytes) in (0..).zip(&vocabulary) {
            assert_eq!(merges.length(token), bytes.len(), "{encoding:?} {token}");
            let shorter = (1..bytes.len()).rev().find_map(|end| ranks.get(&bytes[..end]));
            assert_eq!(merges.shorter(token).as_ref(), shorter, "{encoding:?} {token}");
            let (left, right) = merges.halves(token);
            if bytes.len() == 1 {
                assert_eq!((left, right), (token, token), "{encoding:?} {token}");
                continue;
            }
            let joined = [left, right].map(|half| vocabulary[half as usize].as_slice()).concat();
            assert_eq!(joined, *bytes, "{encoding:?} {token}");
            assert_eq!(merges.merged(left, right), Some(token), "{encoding:?} {token}");
        }
    }
}

#[test]
fn merges_no_two_tokens_that_make_none() {
    for encoding in Encoding::ALL {
        let vocabulary = encoding.vocabulary();
        let ranks: HashMap<_, _> = vocabulary.iter().map(Vec::as_slice).zip(0..).collect();
        let merges = &encoding.encoder().merges;
        for (left, bytes) in (0..).zip(&vocabulary).step_by(7) {
            // A walk over all others, with another step for each.
            let right = (left * 31 + 17) % vocabulary.len() as u32;
            let joined = [bytes.as_slice(), &vocabulary[right as usize]].concat();
            let merged = ranks.get(joined.as_slice()).copied();
            let merged = merged.filter(|token| merges.halves(*token) == (left, right));
            assert_eq!(merges.merged(left, right), merged, "{encoding:?} {left} {right}");
        }
    }
}

#[test]
fn counts_long_runs_alike() {
    for unit in
        ["a", " ", "7", "!", "\n", "\t ", "ab", "é", "😀", "\u{301}", "aA", "'s", "क्षि", "="]
    {
        assert_counts_alike(&unit.repeat(3_000));
        assert_counts_alike(&format!("{}x", unit.repeat(200)));
    }
}

#[test]
fn counts_white_space_alike_wherever_it_stands() {
    let parts = [" ", "\n", "\r\n", "\t", "\u{a0}", "\u{3000}", "a", "1", "!"];
    for a in parts {
        for b in parts {
            for c in parts {
                for d in parts {
                    let text = [a, b, c, d].concat();
                    let expected = theirs(Encoding::O200kBase).encode_ordinary(&text).len();
                    assert_eq!(count(Encoding::O200kBase, &text), expected as u64, "{text:?}");
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn counts_any_text_alike(text in "\\PC{0,80}") {
        assert_counts_alike(&text);
    }

    #[test]
    fn counts_any_letters_alike(text in "[a-zA-Z']{0,200}") {
        assert_counts_alike(&text);
    }
}
