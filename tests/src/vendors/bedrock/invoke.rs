//! `InvokeModel`: each maker's own bodies.

use super::errors::Refusal;
use super::{frames, scenario};
use crate::upstream::{Script, Step};
use crate::vendors::values::array;
use crate::vendors::{Scenario, anthropic, embedding, reply};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// What Anthropic's bodies say of their version.
const ANTHROPIC_VERSION: &str = "bedrock-2023-05-31";

pub(super) fn answer(model: &str, body: &Value, streams: bool) -> Result<Script, Refusal> {
    if model.contains("titan-embed") {
        return titan(body);
    }
    if model.contains("cohere.embed") {
        return cohere(body);
    }
    let scenario = scenario(model)?;
    if let Scenario::Error(status) = scenario {
        return Ok(Refusal::scripted(status).script());
    }
    let mut body = body.clone();
    let fields =
        body.as_object_mut().ok_or_else(|| Refusal::invalid("Malformed input request."))?;
    if let Some(key) = ["model", "stream"].iter().find(|key| fields.contains_key(**key)) {
        return Err(Refusal::invalid(&format!(
            "Malformed input request: extraneous key [{key}] is not permitted, please reformat your input and try again."
        )));
    }
    fields.remove("anthropic_beta");
    let name = model.split("-v1").next().unwrap_or(model);
    fields.insert("model".to_owned(), name.into());
    fields.insert("stream".to_owned(), streams.into());
    let script = anthropic::hosted(body, ANTHROPIC_VERSION)
        .map_err(|script| Refusal::invalid(&message(&script)))?;
    Ok(if streams && !matches!(scenario, Scenario::MidstreamError) {
        framed(script)
    } else {
        script
    })
}

fn message(script: &Script) -> String {
    let Some(Step::Write(bytes)) = script.steps.first() else { return String::new() };
    let body: Value = serde_json::from_slice(bytes).unwrap_or_default();
    body["error"]["message"].as_str().unwrap_or_default().to_owned()
}

/// Each event of the stream in a frame of its own, as base64.
fn framed(script: Script) -> Script {
    let mut text = Vec::new();
    let mut end = Vec::new();
    for step in script.steps {
        match step {
            Step::Write(bytes) => text.extend_from_slice(&bytes),
            other => end.push(other),
        }
    }
    let text = String::from_utf8_lossy(&text).into_owned();
    let events = text.lines().filter_map(|line| line.strip_prefix("data: "));
    let frames = events.map(|event| {
        Step::Write(frames::event("chunk", &json!({ "bytes": STANDARD.encode(event) })))
    });
    let mut script = Script::stream(frames.chain(end).collect());
    script.headers = vec![("content-type", frames::CONTENT_TYPE.to_owned())];
    script
}

/// <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html>
fn titan(body: &Value) -> Result<Script, Refusal> {
    known(body, &["inputText", "dimensions", "normalize", "embeddingTypes"])?;
    let Some(text) = body["inputText"].as_str() else {
        return Err(Refusal::invalid(
            "Malformed input request: #: required key [inputText] not found, please reformat your input and try again.",
        ));
    };
    let length = match body["dimensions"].as_u64() {
        None => 1024,
        Some(length @ (256 | 512 | 1024)) => length,
        Some(_) => {
            return Err(Refusal::invalid(
                "Malformed input request: #/dimensions: not a valid enum value, please reformat your input and try again.",
            ));
        }
    };
    let embedding = embedding(text, length);
    let answer = json!({
        "embedding": embedding,
        "embeddingsByType": { "float": embedding },
        "inputTextTokenCount": 4,
    });
    Ok(reply::whole(Scenario::Text, &answer))
}

/// <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html>
fn cohere(body: &Value) -> Result<Script, Refusal> {
    known(
        body,
        &["texts", "input_type", "truncate", "embedding_types", "images", "output_dimension"],
    )?;
    let types = ["search_document", "search_query", "classification", "clustering", "image"];
    if !body["input_type"].as_str().is_some_and(|kind| types.contains(&kind)) {
        return Err(Refusal::invalid(
            "Malformed input request: #: required key [input_type] not found, please reformat your input and try again.",
        ));
    }
    let texts: Vec<&str> = array(&body["texts"]).iter().filter_map(Value::as_str).collect();
    if texts.is_empty() || texts.len() > 96 {
        return Err(Refusal::invalid(
            "Malformed input request: #/texts: expected 1 to 96 items, please reformat your input and try again.",
        ));
    }
    let length = body["output_dimension"].as_u64().unwrap_or(8);
    let embeddings: Vec<_> = texts.iter().map(|text| embedding(text, length)).collect();
    let by_type = body["embedding_types"].is_array();
    let answer = json!({
        "id": "fake",
        "response_type": if by_type { "embeddings_by_type" } else { "embeddings_floats" },
        "embeddings": if by_type { json!({ "float": embeddings }) } else { json!(embeddings) },
        "texts": texts,
    });
    Ok(reply::whole(Scenario::Text, &answer).with_header("x-amzn-bedrock-input-token-count", "4"))
}

fn known(body: &Value, names: &[&str]) -> Result<(), Refusal> {
    let unknown =
        body.as_object().and_then(|body| body.keys().find(|key| !names.contains(&key.as_str())));
    match unknown {
        Some(key) => Err(Refusal::invalid(&format!(
            "Malformed input request: #: extraneous key [{key}] is not permitted, please reformat your input and try again."
        ))),
        None => Ok(()),
    }
}
