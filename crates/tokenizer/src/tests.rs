//! The counts of the whole crate, compared with `tiktoken-rs`; `tests/tokenizer` compares with the reference itself.

use super::*;
use proptest::prelude::*;
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
fn knows_what_each_token_was_merged_from() {
    for encoding in Encoding::ALL {
        let mut ranks = 0;
        for token in encoding.vocabulary() {
            let halves = encoding.encoder().halves_of(token);
            let joined: Vec<u8> = halves.iter().flat_map(|half| half.iter().copied()).collect();
            assert_eq!(joined, token, "{encoding:?}");
            assert_eq!(halves.len(), token.len().min(2), "{encoding:?} {token:?}");
            ranks += 1;
        }
        assert!(ranks > 100_000, "{ranks}");
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
