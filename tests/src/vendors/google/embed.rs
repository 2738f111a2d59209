//! Embeddings of both APIs.

use super::errors::{Refusal, check};
use crate::upstream::Script;
use crate::vendors::shape::Shapes;
use crate::vendors::values::{array, text};
use crate::vendors::{Scenario, embedding, reply};
use serde_json::{Value, json};

/// If the request does not say it.
const DIMENSIONS: u64 = 8;

fn values(request: &Value) -> Value {
    let words: String =
        array(&request["content"]["parts"]).iter().map(|part| text(&part["text"])).collect();
    let length = request["outputDimensionality"].as_u64().unwrap_or(DIMENSIONS);
    json!({ "values": embedding(&words, length) })
}

pub(super) fn batch(shapes: &Shapes, model: &str, body: &Value) -> Result<Script, Refusal> {
    check(shapes, "Batch", body)?;
    let requests = array(&body["requests"]);
    let name = format!("models/{model}");
    if requests.iter().any(|request| request["model"] != name) {
        return Err(Refusal::invalid(
            "* BatchEmbedContentsRequest.requests.model: must match the model of the path",
        ));
    }
    let embeddings: Vec<Value> = requests.iter().map(values).collect();
    Ok(reply::whole(Scenario::Text, &json!({ "embeddings": embeddings })))
}

pub(super) fn single(shapes: &Shapes, body: &Value) -> Result<Script, Refusal> {
    check(shapes, "Embed", body)?;
    Ok(reply::whole(Scenario::Text, &json!({ "embedding": values(body) })))
}

/// <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api>
pub(super) fn predict(shapes: &Shapes, body: &Value) -> Result<Script, Refusal> {
    check(shapes, "Predict", body)?;
    let length = body["parameters"]["outputDimensionality"].as_u64().unwrap_or(DIMENSIONS);
    let prediction = |instance: &Value| {
        json!({ "embeddings": {
            "values": embedding(text(&instance["content"]), length),
            "statistics": { "token_count": 4, "truncated": false },
        } })
    };
    let predictions: Vec<Value> = array(&body["instances"]).iter().map(prediction).collect();
    Ok(reply::whole(Scenario::Text, &json!({ "predictions": predictions })))
}
