//! Embeddings: texts become unit vectors, and the same text always the same vector.

mod request;
mod vector;

pub(crate) use request::{Encoding, encoding};

use crate::fields::Fields;
use crate::model::Behaviour;
use crate::refusal::Refusal;
use crate::script::{Script, Step};
use crate::seed::Seed;
use crate::spoil;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use request::{EmbeddingsRequest, Input};
use serde_json::{Value, json};

/// Answers `POST /embeddings`; one step per vector, so that two thousand of them are never in memory together.
pub(crate) fn embed(behaviour: Behaviour, _seed: &Seed, body: &Value) -> Result<Script, Refusal> {
    let request = EmbeddingsRequest::read(&Fields::of_body(body)?)?;
    let EmbeddingsRequest { model, inputs, dimensions, encoding } = request;
    let tokens: u64 = inputs.iter().map(Input::tokens).sum();
    let usage = json!({ "prompt_tokens": tokens, "total_tokens": tokens });
    let tail = format!(r#"],"model":{},"usage":{usage}}}"#, json!(model));
    let last = inputs.len().saturating_sub(1);
    let steps = inputs.into_iter().enumerate().map(move |(index, input)| {
        let before = if index == 0 { r#"{"object":"list","data":["# } else { "," };
        let after = if index == last { tail.as_str() } else { "" };
        let vector = vector::embed(&input, dimensions);
        Step::Write(format!("{before}{}{after}", item(index, &vector, encoding)))
    });
    Ok(Script::json_steps(200, spoil::whole(behaviour, steps)))
}

pub(crate) fn item(index: usize, vector: &[f32], encoding: Encoding) -> String {
    let embedding = match encoding {
        // Finite numbers always serialise.
        Encoding::Float => serde_json::to_string(vector).unwrap_or_default(),
        Encoding::Base64 => {
            let bytes: Vec<u8> = vector.iter().flat_map(|value| value.to_le_bytes()).collect();
            format!("\"{}\"", STANDARD.encode(bytes))
        }
    };
    format!(r#"{{"object":"embedding","index":{index},"embedding":{embedding}}}"#)
}
