//! Cohere's vectors: <https://docs.cohere.com/reference/embed>, and the answers of all models on Bedrock, whose shapes do
//! not collide with Cohere's.

use super::answer::{Answer, Vector};
use super::request::Request;
use super::say::spoken;
use crate::chat::Losses;
use crate::usage::{Count, lenient};
use crate::vendor_fault::{invalid, parsed};
use crate::{Operation, Spoken, Usage, Vendor};
use postern_fault::Fault;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Since v3, models require the purpose of the vectors, which OpenAI's clients do not state. Most vectors are made to be
/// stored; a question embedded with this type still finds them, though less well than as a `search_query`.
const USUAL_TYPE: &str = "search_document";

pub(crate) fn encode(
    request: Request,
    vendor: &Vendor,
    losses: &mut Losses,
) -> Result<Spoken, Fault> {
    let path = crate::vendor::own_path(&vendor.quirks, Operation::Embeddings, &vendor.model);
    let path = path.unwrap_or_else(|| "/embed".to_owned());
    spoken(path, &body(request, Some(&vendor.model), &vendor.model, losses))
}

/// The body for the model `name`; `model` is its name where the body has it.
pub(super) fn body<'a>(
    request: Request,
    model: Option<&'a str>,
    name: &str,
    losses: &mut Losses,
) -> Body<'a> {
    if request.user.is_some() {
        losses.add("user", "Cohere has no field for the end user");
    }
    // Models before v4 have one length (https://docs.cohere.com/docs/cohere-embed).
    let is_older =
        |model: &str| ["-v2", "-v3", "embed-english-light"].iter().any(|part| model.contains(part));
    let mut output_dimension = request.dimensions;
    if is_older(name) && output_dimension.take().is_some() {
        losses.add("dimensions", "this model of Cohere's has one length of vectors");
    }
    Body {
        model,
        texts: request.inputs,
        input_type: request.input_type.unwrap_or_else(|| USUAL_TYPE.to_owned()),
        embedding_types: ["float"],
        output_dimension,
    }
}

#[derive(Serialize)]
pub(super) struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    texts: Vec<String>,
    input_type: String,
    embedding_types: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    output_dimension: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Read<'a> {
    /// Cohere's: by type, or a bare list if no types were requested.
    #[serde(borrow)]
    embeddings: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "lenient")]
    meta: Option<Meta>,
    /// Titan's, for its one text.
    #[serde(borrow)]
    embedding: Option<&'a RawValue>,
    #[serde(default)]
    input_text_token_count: Count,
}

#[derive(Deserialize)]
struct ByType<'a> {
    #[serde(borrow)]
    float: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(default, deserialize_with = "lenient")]
    billed_units: Option<BilledUnits>,
}

#[derive(Deserialize)]
struct BilledUnits {
    #[serde(default)]
    input_tokens: Count,
}

pub(crate) fn read(body: &str) -> Result<Answer, Fault> {
    const WHAT: &str = "an answer";
    let read: Read<'_> = parsed(WHAT, body)?;
    let vectors = match (read.embeddings.map(RawValue::get), read.embedding) {
        (Some(bare), _) if bare.starts_with('[') => parsed(WHAT, bare)?,
        (Some(by_type), _) => parsed::<ByType<'_>>(WHAT, by_type)?.float,
        (None, Some(vector)) => vec![vector],
        (None, None) => return Err(invalid("the provider's answer has no vectors")),
    };
    let billed = read.meta.and_then(|meta| meta.billed_units?.input_tokens.get());
    let usage = read.input_text_token_count.get().or(billed);
    Ok(Answer {
        vectors: Vector::all(vectors)?,
        usage: usage.map(|input_tokens| Usage { input_tokens, ..Usage::default() }),
        model: String::new(),
    })
}
