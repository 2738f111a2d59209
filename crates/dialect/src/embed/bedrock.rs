//! Vectors of models on Bedrock, by `InvokeModel`: Amazon's Titan
//! (<https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html>) and Cohere's
//! (<https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html>). Each accepts its maker's body.

use super::cohere;
use super::request::Request;
use super::say::{no_embeddings, only_text, spoken};
use crate::chat::Losses;
use crate::{Operation, Spoken, Vendor, percent_encoded};
use postern_fault::Fault;
use serde::Serialize;

pub(crate) fn encode(
    request: Request,
    vendor: &Vendor,
    losses: &mut Losses,
) -> Result<Spoken, Fault> {
    let own = crate::vendor::own_path(&vendor.quirks, Operation::Embeddings, &vendor.model);
    let path = own.unwrap_or_else(|| format!("/model/{}/invoke", percent_encoded(&vendor.model)));
    // A region or an account can come first: `us.cohere.embed-v4:0`, an ARN.
    match vendor.model.as_str() {
        model if model.contains("titan-embed") => spoken(path, &titan(request, model, losses)?),
        model if model.contains("cohere.embed") => {
            spoken(path, &cohere::body(request, None, model, losses))
        }
        _ => Err(no_embeddings()),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Titan {
    input_text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<u64>,
}

fn titan(request: Request, model: &str, losses: &mut Losses) -> Result<Titan, Fault> {
    if request.user.is_some() {
        losses.add("user", "Titan has no field for the end user");
    }
    if request.input_type.is_some() {
        losses.add("input_type", "Titan's vectors are for everything alike");
    }
    let first = model.contains("titan-embed-text-v1") || model.contains("titan-embed-g1");
    if first && request.dimensions.is_some() {
        losses.add("dimensions", "the first Titan has vectors of one size");
    }
    let dimensions = request.dimensions.filter(|_| !first);
    Ok(Titan { input_text: only_text(request.inputs)?, dimensions })
}
