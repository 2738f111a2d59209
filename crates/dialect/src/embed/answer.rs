//! Vectors, and how a client of OpenAI's dialect gets them:
//! <https://platform.openai.com/docs/api-reference/embeddings/object>.

use crate::{Usage, base64};
use serde::{Serialize, Serializer};

/// An answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// One for each text, in their order.
    pub vectors: Vec<Vec<f64>>,
    /// What it cost, if the vendor says it.
    pub usage: Option<Usage>,
    /// The model that answered, as the vendor names it; empty if it does not say.
    pub model: String,
}

/// The client's body. `model` stands where the vendor does not say which one answered.
pub fn write(answer: &Answer, base64: bool, model: &str) -> String {
    let tokens = answer.usage.map_or(0, |usage| usage.input_tokens);
    let list = List {
        object: "list",
        data: (0..)
            .zip(&answer.vectors)
            .map(|(index, vector)| Item {
                object: "embedding",
                index,
                embedding: if base64 { Numbers::Base64(vector) } else { Numbers::Plain(vector) },
            })
            .collect(),
        model: if answer.model.is_empty() { model } else { &answer.model },
        usage: Tokens { prompt_tokens: tokens, total_tokens: tokens },
    };
    // Strings and numbers cannot fail to be written.
    serde_json::to_string(&list).unwrap_or_default()
}

#[derive(Serialize)]
struct List<'a> {
    object: &'static str,
    data: Vec<Item<'a>>,
    model: &'a str,
    usage: Tokens,
}

#[derive(Serialize)]
struct Item<'a> {
    object: &'static str,
    index: usize,
    embedding: Numbers<'a>,
}

#[derive(Serialize)]
struct Tokens {
    prompt_tokens: u64,
    total_tokens: u64,
}

enum Numbers<'a> {
    Plain(&'a [f64]),
    /// 32-bit floating point, the lowest byte first, as the SDKs take them apart.
    Base64(&'a [f64]),
}

impl Serialize for Numbers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Numbers::Plain(vector) => vector.serialize(serializer),
            Numbers::Base64(vector) => {
                let bytes: Vec<u8> =
                    vector.iter().flat_map(|number| (*number as f32).to_le_bytes()).collect();
                serializer.serialize_str(&base64::encode(&bytes))
            }
        }
    }
}
