//! What vendors are asked.

use postern_dialect::chat::Losses;
use postern_dialect::embed::{Request, encode};
use postern_dialect::{Dialect, Operation, Vendor};
use postern_fault::{Blame, Fault};
use serde_json::{Value, json};

pub fn request(inputs: &[&str]) -> Request {
    Request {
        model: "client's".into(),
        inputs: inputs.iter().map(|text| (*text).to_owned()).collect(),
        dimensions: Some(256),
        base64: false,
        user: Some("u".into()),
        input_type: None,
    }
}

struct Asked {
    path: String,
    body: Value,
    lost: Vec<String>,
}

fn ask(request: Request, vendor: &Vendor) -> Result<Asked, Fault> {
    let mut losses = Losses::default();
    let spoken = encode(request, vendor, &mut losses)?;
    Ok(Asked {
        path: spoken.path,
        body: serde_json::from_str(&spoken.body).unwrap(),
        lost: losses.0.into_iter().map(|loss| loss.path).collect(),
    })
}

fn with_path(wire: Dialect, model: &str, path: &str) -> Vendor {
    let mut vendor = Vendor::new(wire, model);
    vendor.quirks.paths = vec![(Operation::Embeddings, path.into())];
    vendor
}

#[test]
fn asks_the_gemini_api_for_all_texts_at_once() {
    let vendor = Vendor::new(Dialect::Google, "gemini-embedding-001");
    let mut request = request(&["a", "b"]);
    request.input_type = Some("search_query".into());
    let asked = ask(request, &vendor).unwrap();
    assert_eq!(asked.path, "/models/gemini-embedding-001:batchEmbedContents");
    let one = |text: &str| {
        json!({
            "model": "models/gemini-embedding-001",
            "content": { "parts": [{ "text": text }] },
            "taskType": "RETRIEVAL_QUERY",
            "outputDimensionality": 256,
        })
    };
    assert_eq!(asked.body, json!({ "requests": [one("a"), one("b")] }));
    assert_eq!(asked.lost, ["user"]);
}

#[test]
fn asks_vertex_by_the_method_of_its_path() {
    let vendor = with_path(Dialect::Google, "text-embedding-005", "/models/{model}:predict");
    let asked = ask(request(&["a", "b"]), &vendor).unwrap();
    assert_eq!(asked.path, "/models/text-embedding-005:predict");
    assert_eq!(
        asked.body,
        json!({
            "instances": [{ "content": "a" }, { "content": "b" }],
            "parameters": { "outputDimensionality": 256 },
        })
    );
    let vendor = with_path(Dialect::Google, "gemini-embedding-2", "/models/{model}:embedContent");
    assert_eq!(
        ask(request(&["a"]), &vendor).unwrap().body,
        json!({
            "content": { "parts": [{ "text": "a" }] },
            "embedContentConfig": { "outputDimensionality": 256 },
        })
    );
    assert!(ask(request(&["a", "b"]), &vendor).is_err());
}

#[test]
fn asks_cohere_for_floating_point_of_texts_to_be_stored() {
    let asked = ask(request(&["a", "b"]), &Vendor::new(Dialect::Cohere, "embed-v4.0")).unwrap();
    assert_eq!(asked.path, "/embed");
    assert_eq!(
        asked.body,
        json!({
            "model": "embed-v4.0",
            "texts": ["a", "b"],
            "input_type": "search_document",
            "embedding_types": ["float"],
            "output_dimension": 256,
        })
    );
    assert_eq!(asked.lost, ["user"]);
}

#[test]
fn asks_each_model_on_bedrock_in_its_makers_words() {
    let titan = Vendor::new(Dialect::Bedrock, "amazon.titan-embed-text-v2:0");
    let asked = ask(request(&["a"]), &titan).unwrap();
    assert_eq!(asked.path, "/model/amazon.titan-embed-text-v2%3A0/invoke");
    assert_eq!(asked.body, json!({ "inputText": "a", "dimensions": 256 }));
    let first = Vendor::new(Dialect::Bedrock, "amazon.titan-embed-text-v1");
    let asked = ask(request(&["a"]), &first).unwrap();
    assert_eq!(asked.body, json!({ "inputText": "a" }));
    assert_eq!(asked.lost, ["user", "dimensions"]);
    let cohere = Vendor::new(Dialect::Bedrock, "us.cohere.embed-v4:0");
    let mut queries = request(&["a", "b"]);
    queries.input_type = Some("search_query".into());
    assert_eq!(
        ask(queries, &cohere).unwrap().body,
        json!({
            "texts": ["a", "b"],
            "input_type": "search_query",
            "embedding_types": ["float"],
            "output_dimension": 256,
        })
    );
}

#[test]
fn refuses_more_texts_than_titan_takes_and_names_the_limit() {
    let titan = Vendor::new(Dialect::Bedrock, "amazon.titan-embed-text-v2:0");
    let fault = ask(request(&["a", "b", "c"]), &titan).err().unwrap();
    assert_eq!(fault.param.as_deref(), Some("input"));
    assert_eq!(fault.public, "`input` has 3 texts, but this model takes one at a time");
}

#[test]
fn a_vendor_without_vectors_is_the_catalogues_mistake() {
    for vendor in [
        Vendor::new(Dialect::Anthropic, "claude"),
        Vendor::new(Dialect::Bedrock, "meta.llama3-70b-instruct-v1:0"),
    ] {
        assert_eq!(ask(request(&["a"]), &vendor).err().unwrap().blame, Blame::Gateway);
    }
}
