#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use super::*;
use postern_types::{Role, apply};
use proptest::prelude::*;
use serde_json::{Value, json};

fn segment(kind: SegmentKind, body: &str, is_json_string: bool) -> Segment {
    Segment { kind, role: Role::User, span: Span::from(0..body.len()), is_json_string }
}

/// The body with every occurrence of `what` in its texts replaced by `with`.
fn replaced(segment: Segment, body: &str, what: &str, with: &str) -> String {
    let mut edits: Vec<Edit> = Vec::new();
    for part in of(segment, body) {
        for (at, _) in part.text.match_indices(what) {
            edits.push(part.replace(at..at + what.len(), with));
        }
    }
    apply(body, &edits).unwrap()
}

#[test]
fn a_string_is_edited_where_it_says_so() {
    let body = r#"say \"hi\" to B\u00f6b\n, B\u00f6b"#;
    let segment = segment(SegmentKind::UserText, body, true);
    assert_eq!(of(segment, body)[0].text, "say \"hi\" to Böb\n, Böb");
    assert_eq!(replaced(segment, body, "Böb", "\"X\""), r#"say \"hi\" to \"X\"\n, \"X\""#);
    assert_eq!(replaced(segment, body, "\"hi\"", "ho"), r#"say ho to B\u00f6b\n, B\u00f6b"#);
}

#[test]
fn json_in_a_string_stays_json() {
    let inner = json!({"name": "Ann \"A\" Lee", "card": 4111_i64, "n": [1, "Ann"], "Ann": true});
    let body = escape(&inner.to_string()).into_owned();
    let segment = segment(SegmentKind::ToolArguments, &body, true);
    let edited = replaced(segment, &body, "Ann", "\"Z\"\n");
    let said: String = serde_json::from_str(&format!("\"{edited}\"")).unwrap();
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        said,
        json!({"name": "\"Z\"\n \"A\" Lee", "card": 4111, "n": [1, "\"Z\"\n"], "\"Z\"\n": true})
    );
    let edited = replaced(segment, &body, "4111", "9 9");
    let said: String = serde_json::from_str(&format!("\"{edited}\"")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap()["card"], json!("9 9"));
}

#[test]
fn a_json_value_stays_json() {
    let body = r#"{"a": "x\"y", "b": [4111, -1.5e3, "4111"], "4111": null}"#;
    let edited = replaced(segment(SegmentKind::ToolResult, body, false), body, "4111", "\"");
    let said: Value = serde_json::from_str(&edited).unwrap();
    assert_eq!(said, json!({"a": "x\"y", "b": ["\"", -1500.0, "\""], "\"": null}));
}

#[test]
fn depth_and_broken_json_are_no_trouble() {
    for body in
        ["\"".repeat(10_000), "[".repeat(10_000), "{\\\"a\\\":\\\"\\\\".to_owned(), "\\".to_owned()]
    {
        for kind in SegmentKind::ALL {
            for is_json_string in [true, false] {
                for part in of(segment(kind, &body, is_json_string), &body) {
                    part.replace(0..part.text.len(), "x");
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn a_replaced_text_says_what_was_put_in(before in "\\PC{0,8}", what in "[a-zé\"\\\\\n]{1,4}", with in "\\PC{0,6}") {
        let said = format!("{before}§{what}§{before}");
        let body = escape(&said).into_owned();
        let edited = replaced(segment(SegmentKind::UserText, &body, true), &body, &format!("§{what}§"), &with);
        let edited: String = serde_json::from_str(&format!("\"{edited}\"")).unwrap();
        prop_assert_eq!(edited, format!("{before}{with}{before}"));
    }

    #[test]
    fn the_same_within_json_in_a_string(text in "\\PC{0,8}", with in "\\PC{0,6}") {
        let inner = json!({"k": format!("{text}§{text}"), "l": [text, 5]});
        let body = escape(&inner.to_string()).into_owned();
        let edited = replaced(segment(SegmentKind::ToolResult, &body, true), &body, "§", &with);
        let said: String = serde_json::from_str(&format!("\"{edited}\"")).unwrap();
        let said: Value = serde_json::from_str(&said).unwrap();
        if !text.contains('§') {
            prop_assert_eq!(said, json!({"k": format!("{text}{with}{text}"), "l": [text, 5]}));
        }
    }
}
