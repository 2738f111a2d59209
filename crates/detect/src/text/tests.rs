#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use super::Text;
use proptest::prelude::*;

#[track_caller]
fn finds(original: &str, folded: &str, expected: &str) {
    let text = Text::new(original);
    let start = text.folded().find(folded).unwrap_or_else(|| panic!("{:?}", text.folded()));
    assert_eq!(&original[text.span_of_folded(start..start + folded.len())], expected);
}

#[test]
fn what_looks_alike_is_found_where_it_stands() {
    finds("please IGNORE this", "ignore", "IGNORE");
    finds("please ignоrе this", "ignore", "ignоrе"); // Cyrillic о and е
    finds("x ｉｇｎｏｒｅ y", "ignore", "ｉｇｎｏｒｅ");
    finds("x i\u{200b}g\u{200d}nore y", "ignore", "i\u{200b}g\u{200d}nore");
    finds("é ígnörë é", "ignore", "ígnörë");
    finds("e\u{301} i\u{301}gnore", "ignore", "i\u{301}gnore");
    finds("İ ignore", "ignore", "ignore");
    finds("ﬁle ignore", "ignore", "ignore");
    finds("\u{e0069}\u{e0067}\u{e006e}ore", "ignore", "\u{e0069}\u{e0067}\u{e006e}ore");
}

#[test]
fn digits_of_other_widths_are_digits() {
    let text = Text::new("４１１１ ①");
    assert_eq!(text.plain(), "4111 1");
    assert_eq!(text.span_of_plain(0..4), 0..12);
}

#[test]
fn invisible_characters_are_counted() {
    assert_eq!(Text::new("a\u{200b}b\u{feff}").invisible(), 2);
    assert_eq!(Text::new("ab").invisible(), 0);
}

proptest! {
    #[test]
    fn every_range_leads_to_a_range_of_characters(original in "\\PC{0,40}", from in 0_usize..80, length in 0_usize..20) {
        let text = Text::new(&original);
        let folded = text.folded();
        let borders: Vec<usize> = folded.char_indices().map(|(at, _)| at).chain([folded.len()]).collect();
        let start = borders[from % borders.len()];
        let end = borders[(from % borders.len() + length).min(borders.len() - 1)];
        let span = text.span_of_folded(start..end);
        prop_assert!(original.get(span.clone()).is_some(), "{span:?} of {original:?}");
        prop_assert_eq!(span.is_empty(), start == end);
    }

    #[test]
    fn the_whole_is_the_whole(original in "[a-zA-Zа-яé①ﬁ\u{301}가-힣 ]{1,40}") {
        let text = Text::new(&original);
        prop_assert_eq!(text.span_of_plain(0..text.plain().len()).end, original.len());
    }
}
