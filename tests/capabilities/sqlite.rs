//! `spin:sqlite`.

use crate::probe::{error_text, ok, on_sqlite, refused, report};
use serde_json::json;

#[tokio::test]
async fn every_kind_of_value_comes_back_as_it_went() {
    let host = on_sqlite();
    let seen = report(&host, "/granted/sqlite").await;
    let kinds = json!([
        [{ "integer": i64::MIN }, { "text": "integer" }],
        [{ "real": 0.1 }, { "text": "real" }],
        [{ "text": "gr\u{fc}n \u{1F600}" }, { "text": "text" }],
        [{ "blob": [0, 255, 128] }, { "text": "blob" }],
        [null, { "text": "null" }],
    ]);
    assert_eq!(seen["kinds"], ok(kinds));
    assert_eq!(seen["columns"], ok(vec!["first", "value"]));
    assert_eq!(seen["changes"], ok(json!({ "last_insert_rowid": 5, "updated": 3 })));
    assert_eq!(seen["rolled_back"], ok(json!([[{ "integer": 6 }], [{ "integer": 5 }]])));
    assert_eq!(seen["many"], ok(json!([10_000, 50_005_000])));
    let synchronous = json!({
        "columns": ["value"],
        "rows": [[{ "text": "gr\u{fc}n \u{1F600}" }]],
        "deleted": 5,
        "last_insert_rowid": 77,
        "error": seen["synchronous"]["ok"]["error"],
    });
    assert_eq!(seen["synchronous"], ok(synchronous));
    assert!(error_text(&seen["synchronous"]["ok"]["error"]).contains("syntax error"));
}

#[tokio::test]
async fn what_sqlite_refuses_is_said_in_its_words_and_the_connection_goes_on() {
    let host = on_sqlite();
    let errors = report(&host, "/granted/sqlite").await["errors"].take();
    for (case, words) in [
        ("syntax", "near \\\"SELEKT\\\": syntax error"),
        ("no_table", "no such table: nowhere"),
        ("constraint", "UNIQUE constraint failed: kinds.position"),
        ("parameters", "parameter"),
    ] {
        let text = error_text(&errors[case]);
        assert!(text.starts_with("Error::Io(") && text.contains(words), "{case}: {text}");
    }
    assert_eq!(errors["still_usable"], ok(1));
}

#[tokio::test]
async fn a_database_that_is_not_granted_is_not_opened() {
    let host = on_sqlite();
    let denied = refused("Error::AccessDenied");
    assert_eq!(report(&host, "/denied/sqlite").await, denied);
    assert_eq!(report(&host, "/granted/sqlite?other").await, denied);
}
