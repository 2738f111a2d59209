//! `spin:variables` and `wasi:config/store`: those of the component, not those of the application.

use crate::probe::{error, error_text, ok, report, start};
use postern_tests::Options;
use serde_json::{Value, json};

#[tokio::test]
async fn a_component_reads_its_own_variables_and_not_the_applications() {
    let variables = vec![("greeting".to_owned(), "good morning".to_owned())];
    let host = start(Options { variables, ..Options::default() });
    let seen = report(&host, "/granted/variables").await;
    assert_eq!(seen["granted"], ok("good morning, probe"));
    assert_eq!(seen["config_granted"], ok("good morning, probe"));
    assert_eq!(seen["config_all"], ok(json!([["granted", "good morning, probe"]])));
    assert!(error_text(&seen["of_the_application"]).starts_with("Error::Undefined("));
    assert_eq!(seen["config_of_the_application"], ok(Value::Null));
    assert_eq!(seen["no_name"], error("Error::InvalidName(\"Not A Name\")"));
}

#[tokio::test]
async fn a_component_without_variables_reads_none() {
    let host = start(Options::default());
    let seen = report(&host, "/denied/variables").await;
    for name in ["granted", "of_the_application"] {
        let text = error_text(&seen[name]);
        assert!(text.starts_with("Error::Undefined("), "{name}: {text}");
    }
    assert_eq!(seen["config_granted"], ok(Value::Null));
    assert_eq!(seen["config_all"], json!({ "ok": [] }));
}
