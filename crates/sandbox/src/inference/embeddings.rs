//! Embeddings: the call of the host, and the answer from its vectors.

use super::wire::Head;
use super::{HostError, allowed};
use crate::embeddings::{Encoding, encoding, item};
use crate::fields::{Fields, type_name};
use crate::refusal::{Refusal, SERVER_ERROR};
use crate::script::Script;
use serde_json::{Value, json};

/// OpenAI's bound: <https://platform.openai.com/docs/api-reference/embeddings/create>.
const MAX_INPUTS: usize = 2_048;

/// Texts to turn into vectors.
#[derive(Debug)]
pub struct Embedding {
    /// At least one, none of them empty.
    pub texts: Vec<String>,
    head: Head,
    encoding: Encoding,
}

/// The interface's `embeddings-result`.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedded {
    /// One for each text.
    pub vectors: Vec<Vec<f32>>,
    /// The tokens of the texts.
    pub prompt_tokens: u32,
}

pub(super) fn read(body: &Fields, head: Head) -> Result<Embedding, Refusal> {
    body.require_string("model")?;
    let input = body.require("input")?;
    allowed::check_embeddings(body)?;
    Ok(Embedding { texts: texts(input)?, head, encoding: encoding(body)? })
}

fn texts(input: &Value) -> Result<Vec<String>, Refusal> {
    let Value::Array(items) = input else { return Ok(vec![text(input, "input")?]) };
    if items.is_empty() || items.len() > MAX_INPUTS {
        let given = format!("{} inputs", items.len());
        return Err(Refusal::wrong_value("input", &given, "1 to 2048"));
    }
    items.iter().enumerate().map(|(i, item)| text(item, &format!("input[{i}]"))).collect()
}

/// Tokens belong to another model's tokenizer, and are refused.
fn text(value: &Value, at: &str) -> Result<String, Refusal> {
    match value {
        Value::String(text) if text.is_empty() => {
            Err(Refusal::wrong_value(at, "nothing", "a text that is not empty"))
        }
        Value::String(text) => Ok(text.clone()),
        other => Err(Refusal::wrong_type(at, "a string", type_name(other))),
    }
}

impl Embedding {
    /// The host's name of the model.
    pub fn model(&self) -> &str {
        &self.head.model
    }

    /// The vendor's answer, given the host's outcome.
    pub fn answer(self, outcome: Result<Embedded, HostError>) -> Script {
        let embedded = match outcome {
            Ok(embedded) => embedded,
            Err(error) => return error.into_refusal(&self.head.model).into_script(),
        };
        match self.fault_of(&embedded.vectors) {
            Some(message) => Refusal::new(500, SERVER_ERROR, message).into_script(),
            None => Script::json(200, self.list(&embedded)),
        }
    }

    /// Why the vectors cannot be passed on.
    fn fault_of(&self, vectors: &[Vec<f32>]) -> Option<String> {
        let (given, asked) = (vectors.len(), self.texts.len());
        if given != asked {
            return Some(format!("The host made {given} vectors of {asked} texts."));
        }
        let is_whole = |vector: &Vec<f32>| {
            !vector.is_empty() && vector.iter().all(|number| number.is_finite())
        };
        let broken = vectors.iter().position(|vector| !is_whole(vector))?;
        Some(format!("The host's vector {broken} is empty or has what is no number."))
    }

    fn list(&self, embedded: &Embedded) -> String {
        let items = embedded.vectors.iter().enumerate();
        let items: Vec<_> = items.map(|(i, vector)| item(i, vector, self.encoding)).collect();
        let prompt_tokens = embedded.prompt_tokens;
        let usage = json!({ "prompt_tokens": prompt_tokens, "total_tokens": prompt_tokens });
        let model = json!(self.head.model);
        format!(
            r#"{{"object":"list","data":[{}],"model":{model},"usage":{usage}}}"#,
            items.join(",")
        )
    }
}
