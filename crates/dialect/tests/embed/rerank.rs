//! Requests to order texts.

use postern_dialect::chat::Losses;
use postern_dialect::embed::read_rerank;
use postern_dialect::{Dialect, Operation, Vendor, apply, openai};

const BODY: &str = r#"{"model": "rerank", "query": "who?", "top_n": 2,
    "documents": ["a\n", {"title": "t", "year": 1, "text": "b"}], "max_tokens_per_doc": 9}"#;

#[test]
fn reads_the_model_and_where_the_texts_stand() {
    let request = read_rerank(BODY).unwrap();
    assert_eq!(request.facts.operation, Operation::Rerank);
    assert_eq!(request.facts.model, "rerank");
    assert_eq!(request.facts.model_span.of(BODY), Some("\"rerank\""));
    let facts = &request.facts;
    assert_eq!((facts.images, facts.audio, facts.documents), (0, 0, 0), "texts are no files");
    let texts: Vec<&str> =
        request.segments.iter().map(|segment| segment.span.of(BODY).unwrap()).collect();
    assert_eq!(texts, ["who?", r"a\n", "t", "b"]);
}

#[test]
fn passes_untouched_but_for_the_model() {
    let facts = read_rerank(BODY).unwrap().facts;
    let vendor = Vendor::new(Dialect::Cohere, "rerank-v4.0-pro");
    let encoded = openai::encode(&vendor, &facts, BODY, &mut Losses::default()).unwrap();
    assert_eq!(encoded.path, "/rerank");
    assert_eq!(
        apply(BODY, &encoded.edits).unwrap(),
        BODY.replace("\"rerank\"", "\"rerank-v4.0-pro\"")
    );
}

#[test]
fn refuses_what_is_no_request_by_its_field() {
    for (body, param, code) in [
        (r#"{"query":"q","documents":["a"]}"#, Some("model"), Some("missing_required_parameter")),
        (r#"{"model":"m","documents":["a"]}"#, Some("query"), Some("missing_required_parameter")),
        (r#"{"model":"m","query":"q"}"#, Some("documents"), Some("missing_required_parameter")),
        (
            r#"{"model":"m","query":"q","documents":[]}"#,
            Some("documents"),
            Some("missing_required_parameter"),
        ),
        (r#"{"model":"m","query":1}"#, Some("query"), Some("invalid_type")),
        (
            r#"{"model":"m","query":"q","documents":["a",1]}"#,
            Some("documents[1]"),
            Some("invalid_type"),
        ),
        (r#"{"model":"m","model":"n"}"#, Some("model"), Some("duplicate_parameter")),
        // What a lenient reader would take for the model.
        (r#"{"model":"m","Model":"n"}"#, Some("model"), Some("unknown_parameter")),
        ("[]", None, Some("invalid_type")),
        ("{", None, None),
        ("", None, None),
    ] {
        let fault = read_rerank(body).unwrap_err();
        assert_eq!((fault.param.as_deref(), fault.code.as_deref()), (param, code), "{body}");
    }
}
