//! Google's vectors: `batchEmbedContents` of the Gemini API (<https://ai.google.dev/api/embeddings>), `predict` and
//! `embedContent` of Vertex AI
//! (<https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api>). The end of the vendor's
//! path names the method.

use super::answer::{Answer, Vector};
use super::request::Request;
use super::say::{only_text, spoken};
use crate::chat::Losses;
use crate::usage::{Count, lenient};
use crate::vendor_fault::{invalid, parsed};
use crate::{Operation, Spoken, Usage, Vendor, percent_encoded};
use postern_fault::Fault;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub(crate) fn encode(
    request: Request,
    vendor: &Vendor,
    losses: &mut Losses,
) -> Result<Spoken, Fault> {
    if request.user.is_some() {
        losses.add("user", "Google has no field for the end user");
    }
    let own = crate::vendor::own_path(&vendor.quirks, Operation::Embeddings, &vendor.model);
    let path = own.unwrap_or_else(|| {
        format!("/models/{}:batchEmbedContents", percent_encoded(&vendor.model))
    });
    let task_type = request.input_type.as_deref().map(task);
    let output_dimensionality = request.dimensions;
    if path.ends_with(":predict") {
        let instances = request.inputs.into_iter();
        let instances =
            instances.map(|content| Instance { content, task_type: task_type.clone() }).collect();
        let parameters = output_dimensionality
            .map(|dimensions| Parameters { output_dimensionality: dimensions });
        return spoken(path, &Predict { instances, parameters });
    }
    if path.ends_with(":embedContent") {
        let content = Content::from(only_text(request.inputs)?);
        let embed_content_config = Config { task_type, output_dimensionality };
        return spoken(path, &EmbedContent { content, embed_content_config });
    }
    let model = format!("models/{}", vendor.model);
    let requests = request.inputs.into_iter().map(|text| One {
        model: &model,
        content: Content::from(text),
        config: Config { task_type: task_type.clone(), output_dimensionality },
    });
    spoken(path, &Batch { requests: requests.collect() })
}

/// Google's word for Cohere's; Google's own words pass unchanged.
fn task(input_type: &str) -> String {
    match input_type {
        "search_document" => "RETRIEVAL_DOCUMENT",
        "search_query" => "RETRIEVAL_QUERY",
        "classification" => "CLASSIFICATION",
        "clustering" => "CLUSTERING",
        own => own,
    }
    .to_owned()
}

#[derive(Serialize)]
struct Batch<'a> {
    requests: Vec<One<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    model: &'a str,
    content: Content,
    #[serde(flatten)]
    config: Config,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    #[serde(skip_serializing_if = "Option::is_none")]
    task_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_dimensionality: Option<u64>,
}

#[derive(Serialize)]
struct Content {
    parts: [Text; 1],
}

#[derive(Serialize)]
struct Text {
    text: String,
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Content { parts: [Text { text }] }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EmbedContent {
    content: Content,
    embed_content_config: Config,
}

#[derive(Serialize)]
struct Predict {
    instances: Vec<Instance>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Parameters>,
}

#[derive(Serialize)]
struct Instance {
    content: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_type: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    output_dimensionality: u64,
}

/// All three shapes together: each has a field of its own.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(borrow)]
    embeddings: Option<Vec<Embedding<'a>>>,
    #[serde(borrow)]
    embedding: Option<Embedding<'a>>,
    #[serde(borrow)]
    predictions: Option<Vec<Prediction<'a>>>,
    #[serde(default, deserialize_with = "lenient")]
    usage_metadata: Option<UsageMetadata>,
}

#[derive(Deserialize)]
struct Prediction<'a> {
    #[serde(borrow)]
    embeddings: Embedding<'a>,
}

#[derive(Deserialize)]
struct Embedding<'a> {
    #[serde(borrow)]
    values: &'a RawValue,
    #[serde(default, deserialize_with = "lenient")]
    statistics: Option<Statistics>,
}

#[derive(Deserialize)]
struct Statistics {
    #[serde(default)]
    token_count: Count,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UsageMetadata {
    #[serde(default)]
    prompt_token_count: Count,
}

/// For older models, the Gemini API reports no usage.
pub(crate) fn read(body: &str) -> Result<Answer, Fault> {
    let body: Body<'_> = parsed("an answer", body)?;
    let predictions = body
        .predictions
        .map(|predictions| predictions.into_iter().map(|one| one.embeddings).collect::<Vec<_>>());
    let embeddings = body
        .embeddings
        .or(predictions)
        .or(body.embedding.map(|embedding| vec![embedding]))
        .ok_or_else(|| invalid("the provider's answer has no vectors"))?;
    let counts =
        embeddings.iter().map(|embedding| embedding.statistics.as_ref()?.token_count.get());
    let counted = counts.sum::<Option<u64>>();
    let tokens = body.usage_metadata.and_then(|usage| usage.prompt_token_count.get()).or(counted);
    Ok(Answer {
        vectors: Vector::all(embeddings.into_iter().map(|embedding| embedding.values).collect())?,
        usage: tokens.map(|input_tokens| Usage { input_tokens, ..Usage::default() }),
        model: String::new(),
    })
}
