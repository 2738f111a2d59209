#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use super::*;
use crate::vault::Vault;
use postern_detect::Detector;
use proptest::prelude::*;
use std::sync::LazyLock;

const ORIGINALS: [(Detector, &str); 9] = [
    (Detector::PersonName, "Zoë O'Brien"),
    (Detector::PersonName, "李小龙"),
    (Detector::PersonName, "Jean-Luc de la Tour"),
    (Detector::Email, "zoe@o-brien.ie"),
    (Detector::Phone, "+49 (30) 12 34-56"),
    (Detector::PaymentCard, "4111 1111 1111 1111"),
    (Detector::NetworkAddress, "10.0.0.7"),
    (Detector::NationalId, "078-05-1120"),
    (Detector::Address, "1600 \"Penn\" Ave\\NW"),
];

fn vault() -> Vec<Entry> {
    let mut vault = Vault::default();
    for (detector, original) in ORIGINALS {
        vault.placeholder(detector, original, &crate::vault::Taken::of(""));
    }
    vault.into_entries()
}

/// The text as it leaves when it arrives cut into pieces at `cuts`.
fn restored(restorer: &Restorer, text: &str, cuts: &[usize], in_json: bool) -> String {
    let mut state = Restored::default();
    let mut out = String::new();
    let borders: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let mut cuts: Vec<usize> = cuts
        .iter()
        .filter(|_| !borders.is_empty())
        .map(|cut| borders[cut % borders.len()])
        .collect();
    cuts.extend([0, text.len()]);
    cuts.sort_unstable();
    for pair in cuts.windows(2) {
        out.push_str(&restorer.push(&mut state, &text[pair[0]..pair[1]], in_json));
    }
    out + &restorer.finish(&mut state, in_json)
}

#[track_caller]
fn says(text: &str, expected: &str) {
    let entries = vault();
    let fill = |mut text: String| {
        for (number, entry) in entries.iter().take(ORIGINALS.len()).enumerate() {
            text = text.replace(&format!("<{number}>"), &entry.placeholder);
            text = text.replace(&format!("<{number}u>"), &entry.placeholder.to_uppercase());
            text = text.replace(&format!("<{number}l>"), &entry.placeholder.to_lowercase());
            let words: Vec<&str> = entry.placeholder.split(' ').collect();
            text = text.replace(&format!("<{number}g>"), words[0]);
            text = text.replace(&format!("<{number}f>"), words[words.len() - 1]);
            text = text.replace(&format!("<{number}c>"), &words.concat());
        }
        text
    };
    let text = fill(text.to_owned());
    let restorer = Restorer::new(entries.clone());
    assert_eq!(restored(&restorer, &text, &[], false), expected, "{text}");
}

#[test]
fn a_model_may_inflect_recase_and_shorten() {
    says("Dear <0>, ", "Dear Zoë O'Brien, ");
    says("<0>'s and <0f>s and <0f>owi", "Zoë O'Brien's and O'Briens and O'Brienowi");
    says("<0u>! <3u>", "ZOË O'BRIEN! ZOE@O-BRIEN.IE");
    says("<0l> <0g>", "zoë o'brien Zoë");
    says("<0f>, <0g>", "O'Brien, Zoë");
    says("<5c> <4c>", "4111111111111111 +49(30)123456");
    says(
        "x<0f> is another word, and <0g>",
        "xVoskaber is another word, and Zoë"
            .replace(
                "Voskaber",
                &vault()[0].placeholder[vault()[0].placeholder.find(' ').unwrap() + 1..],
            )
            .as_str(),
    );
}

#[test]
fn what_only_begins_like_a_placeholder_leaves_when_it_ends() {
    let restorer = Restorer::new(vault());
    let mut state = Restored::default();
    assert_eq!(restorer.push(&mut state, "ask anon", false), "ask ");
    assert_eq!(restorer.push(&mut state, "ymous", false), "anonymous");
    assert_eq!(restorer.push(&mut state, " anon00", false), " ");
    assert_eq!(restorer.finish(&mut state, false), "anon00");
}

fn pieces() -> impl Strategy<Value = Vec<(usize, String)>> {
    prop::collection::vec((0..ORIGINALS.len() + 3, "[ a-zA-Zäß0-9@.,:<>世😀-]{0,6}"), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// A client receives the vendor's text with the originals, byte for byte, wherever the text is cut.
    #[test]
    fn originals_stand_where_placeholders_stood(
        pieces in pieces(), cuts in prop::collection::vec(any::<usize>(), 0..8), in_json in any::<bool>(),
    ) {
        static KNOWN: LazyLock<(Vec<Entry>, Restorer)> =
            LazyLock::new(|| (vault(), Restorer::new(vault())));
        let (entries, restorer) = &*KNOWN;
        let (mut said, mut meant) = (String::new(), String::new());
        for (which, between) in pieces {
            if let Some(entry) = entries.get(which) {
                said.push_str(&entry.placeholder);
                meant.push_str(&if in_json { escape(&entry.original).into_owned() } else { entry.original.clone() });
            }
            let between = format!(" {between} ");
            said.push_str(&between);
            meant.push_str(&between);
        }
        prop_assert_eq!(restored(restorer, &said, &cuts, in_json), meant);
    }
}

#[test]
fn an_escape_before_a_placeholder_is_no_part_of_a_word() {
    let entries = vault();
    let restorer = Restorer::new(entries.clone());
    let email = &entries[3].placeholder;
    for before in ["\\n", "\\t", "\\u201c", "\\\\\\n", "\\\""] {
        let text = format!("{{\"a\":\"x{before}{email}\"}}");
        for cut in 0..text.len() {
            let out = restored(&restorer, &text, &[cut], true);
            assert_eq!(out, format!("{{\"a\":\"x{before}zoe@o-brien.ie\"}}"));
        }
    }
    assert_eq!(restored(&restorer, &format!("\\\\n{email}"), &[], true), format!("\\\\n{email}"));
}
