//! What clients ask for.

use postern_dialect::embed::{Request, decode};
use serde_json::json;

#[test]
fn reads_every_field_and_tells_what_it_does_not_know() {
    let body = json!({
        "model": "m",
        "input": ["a", ""],
        "truncate": "END",
        "dimensions": 256,
        "encoding_format": "base64",
        "user": "u",
        "input_type": "search_query",
        "extra": null,
    });
    let (request, losses) = decode(&body.to_string()).unwrap();
    assert_eq!(
        request,
        Request {
            model: "m".into(),
            inputs: vec!["a".into(), String::new()],
            dimensions: Some(256),
            base64: true,
            user: Some("u".into()),
            input_type: Some("search_query".into()),
        }
    );
    let lost: Vec<&str> = losses.0.iter().map(|loss| loss.path.as_str()).collect();
    assert_eq!(lost, ["truncate"]);
}

#[test]
fn takes_one_text_for_a_list_of_one_and_null_for_nothing() {
    let body = json!({ "model": "m", "input": "a", "dimensions": null, "encoding_format": null });
    let (request, losses) = decode(&body.to_string()).unwrap();
    assert_eq!(request.inputs, ["a"]);
    assert!(!request.base64);
    assert!(losses.0.is_empty());
}

#[test]
fn refuses_what_is_no_request_by_its_field() {
    for (body, param, code) in [
        (json!({ "model": "m", "input": [1, 2] }), "input", "unsupported_content"),
        (json!({ "model": "m", "input": [[1], [2]] }), "input", "unsupported_content"),
        (json!({ "model": "m", "input": ["a", null] }), "input[1]", "invalid_type"),
        (json!({ "model": "m", "input": [] }), "input", "empty"),
        (json!({ "model": "m", "input": "" }), "input", "empty"),
        (json!({ "model": "m", "input": 1 }), "input", "invalid_type"),
        (json!({ "model": "m" }), "input", "missing_required_parameter"),
        (json!({ "input": "a" }), "model", "missing_required_parameter"),
        (json!({ "model": 1, "input": "a" }), "model", "invalid_type"),
        (json!({ "model": "m", "input": "a", "dimensions": 0 }), "dimensions", "invalid_value"),
        (json!({ "model": "m", "input": "a", "dimensions": 1.5 }), "dimensions", "invalid_value"),
        (
            json!({ "model": "m", "input": "a", "encoding_format": "x" }),
            "encoding_format",
            "invalid_value",
        ),
    ] {
        let fault = decode(&body.to_string()).unwrap_err();
        assert_eq!(
            (fault.param.as_deref(), fault.code.as_deref()),
            (Some(param), Some(code)),
            "{body}"
        );
    }
    assert!(decode("[").is_err());
    assert!(decode("[]").is_err());
}
