//! What clients get.

use postern_dialect::embed::{Answer, Vector, read, write};
use postern_dialect::{Dialect, Usage, Vendor};
use postern_fault::Kind;
use serde_json::{Value, json};

fn answer(wire: Dialect, body: &Value) -> Answer {
    read(&Vendor::new(wire, "m"), &body.to_string()).unwrap()
}

fn vector(json: &str) -> Vector {
    Vector::from_json(json).unwrap()
}

fn usage(input_tokens: u64) -> Option<Usage> {
    Some(Usage { input_tokens, ..Usage::default() })
}

/// A vendor's answer, its vectors, and what it says of its tokens.
type Case = (Dialect, Value, Vec<Vector>, Option<Usage>);

fn check(cases: impl IntoIterator<Item = Case>) {
    for (wire, body, expected, usage) in cases {
        let answer = answer(wire, &body);
        assert_eq!((answer.vectors, answer.usage), (expected, usage), "{body}");
    }
}

#[test]
fn reads_googles_vectors_and_counts() {
    let vectors = vec![vector("[0.1,-0.2]"), vector("[0.3,0.25]")];
    check([
        (
            Dialect::Google,
            json!({ "embeddings": [{ "values": [0.1, -0.2] }, { "values": [0.3, 0.25] }] }),
            vectors.clone(),
            None,
        ),
        (
            Dialect::Google,
            json!({
                "embeddings": [{ "values": [0.1, -0.2] }, { "values": [0.3, 0.25] }],
                "usageMetadata": { "promptTokenCount": 5 },
            }),
            vectors.clone(),
            usage(5),
        ),
        (
            Dialect::Google,
            json!({ "predictions": [
                { "embeddings": { "values": [0.1, -0.2], "statistics": { "token_count": 3 } } },
                { "embeddings": { "values": [0.3, 0.25], "statistics": { "token_count": 4.0 } } },
            ] }),
            vectors.clone(),
            usage(7),
        ),
        (
            Dialect::Google,
            json!({
                "embedding": { "values": [0.1, -0.2] },
                "usageMetadata": { "promptTokenCount": 2 },
            }),
            vec![vector("[0.1,-0.2]")],
            usage(2),
        ),
    ]);
}

#[test]
fn reads_every_other_vendors_vectors_and_counts() {
    let vectors = vec![vector("[0.1,-0.2]"), vector("[0.3,0.25]")];
    check([
        (
            Dialect::Cohere,
            json!({
                "id": "x",
                "embeddings": { "float": [[0.1, -0.2], [0.3, 0.25]] },
                "texts": ["a", "b"],
                "meta": { "api_version": { "version": "2" }, "billed_units": { "input_tokens": 6 } },
            }),
            vectors.clone(),
            usage(6),
        ),
        (
            Dialect::Bedrock,
            json!({
                "embedding": [0.1, -0.2],
                "embeddingsByType": { "float": [0.1, -0.2] },
                "inputTextTokenCount": 3,
            }),
            vec![vector("[0.1,-0.2]")],
            usage(3),
        ),
        (
            Dialect::Bedrock,
            json!({
                "embeddings": [[0.1, -0.2], [0.3, 0.25]],
                "response_type": "embeddings_floats",
            }),
            vectors.clone(),
            None,
        ),
    ]);
}

#[test]
fn gives_vectors_in_order_as_numbers() {
    let answer = Answer {
        vectors: vec![vector("[0.1,-2.0]"), vector("[0.25]")],
        usage: usage(7),
        model: "".into(),
    };
    let written: Value = serde_json::from_str(&write(&answer, false, "m")).unwrap();
    assert_eq!(
        written,
        json!({
            "object": "list",
            "data": [
                { "object": "embedding", "index": 0, "embedding": [0.1, -2.0] },
                { "object": "embedding", "index": 1, "embedding": [0.25] },
            ],
            "model": "m",
            "usage": { "prompt_tokens": 7, "total_tokens": 7 },
        })
    );
}

/// `numpy.array([1, -2], dtype="<f4").tobytes()` is `00 00 80 3f 00 00 00 c0`.
#[test]
fn gives_vectors_as_base64_of_little_endian_floats() {
    let answer = Answer { vectors: vec![vector("[1, -2.0]")], usage: None, model: "real".into() };
    let written: Value = serde_json::from_str(&write(&answer, true, "m")).unwrap();
    assert_eq!(written["data"][0]["embedding"], "AACAPwAAAMA=");
    assert_eq!(written["model"], "real");
}

#[test]
fn changes_no_digit_of_a_vector() {
    let vector = "[-0.05731200426816940123,1E-7]";
    let body = "{\"embedding\": [ -0.05731200426816940123,\n 1E-7 ]}";
    let answer = read(&Vendor::new(Dialect::Bedrock, "m"), body).unwrap();
    assert!(write(&answer, false, "m").contains(vector));
}

#[test]
fn what_is_no_answer_is_never_an_empty_success() {
    for wire in [Dialect::Google, Dialect::Cohere, Dialect::Bedrock] {
        for body in [
            "",
            "{}",
            "[]",
            "null",
            "<html>",
            r#"{"embeddings":[]}"#,
            r#"{"embeddings":{"float":[]}}"#,
            r#"{"embeddings":[{"values":[]}]}"#,
            r#"{"embeddings":{"float":[["a"]]}}"#,
            r#"{"embedding":[]}"#,
            r#"{"embedding":[1,null]}"#,
            r#"{"embedding":{"a":1}}"#,
            r#"{"predictions":[{}]}"#,
        ] {
            let fault = read(&Vendor::new(wire, "m"), body).unwrap_err();
            assert_eq!(fault.kind, Kind::UpstreamInvalid, "{wire:?} {body}");
        }
    }
}
