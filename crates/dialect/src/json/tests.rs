//! The scanner accepts what `serde_json` accepts.

use super::{Error, Reason, Scanner};
use proptest::prelude::*;
use serde_json::Value;

fn scan(text: &str, lenient: bool) -> Result<(), Error> {
    let mut scanner = if lenient { Scanner::lenient(text) } else { Scanner::new(text) };
    scanner.skip()?;
    scanner.end()
}

#[test]
fn says_line_and_column_in_characters() {
    let error = scan("{\n \"ü\": x}", false).unwrap_err();
    assert_eq!(error.reason, Reason::Syntax("a value"));
    assert_eq!(error.place("{\n \"ü\": x}"), (2, 7));
}

#[test]
fn passes_over_half_a_surrogate_pair_where_it_is_told_to() {
    for half in [r#""\ud83d""#, r#""\ude00""#, r#""\ud83d\u0041""#, r#""\ud83d\ud83d\ude00""#] {
        assert!(scan(half, false).is_err() && scan(half, true).is_ok(), "{half}");
    }
    assert!(scan(r#""\ud83d\ude00""#, false).is_ok());
    assert!(scan(r#""\ud83d\u00""#, true).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn accepts_what_serde_json_accepts(
        text in "[\\[\\]{}\":,\\\\ntrue0-9.eE+u \t\nd8c\u{0}\u{1f}é]{0,14}|\"(\\\\u(d8|dc|00)[0-9a-g]{2}|\\\\.|.){0,3}\"",
    ) {
        let theirs = serde_json::from_str::<Value>(&text);
        // A number that no float can represent is still JSON.
        let out_of_range = theirs.as_ref().is_err_and(|e| e.to_string().contains("out of range"));
        prop_assert_eq!(scan(&text, false).is_ok(), theirs.is_ok() || out_of_range, "{}", text);
    }
}
