//! The parameters of a request for embeddings.

use crate::fields::{Fields, type_name};
use crate::refusal::Refusal;
use crate::tokens;
use serde_json::Value;

/// The vendor's bounds and default: <https://platform.openai.com/docs/api-reference/embeddings/create>.
const MAX_INPUTS: usize = 2_048;
const MAX_TOKENS_PER_INPUT: u64 = 8_192;
const MAX_TOKENS: u64 = 300_000;
const MAX_DIMENSIONS: u64 = 3_072;
const DEFAULT_DIMENSIONS: u64 = 1_536;

/// A validated request.
pub(super) struct EmbeddingsRequest<'a> {
    pub(super) model: &'a str,
    pub(super) inputs: Vec<Input>,
    pub(super) dimensions: usize,
    pub(super) encoding: Encoding,
}

/// One text to embed, as text or as the caller's tokens.
pub(super) enum Input {
    Text(String),
    Tokens(Vec<u64>),
}

/// The encoding of a vector.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Encoding {
    Float,
    /// Of 32-bit floats, little-endian; the default of the vendor's own libraries.
    Base64,
}

impl<'a> EmbeddingsRequest<'a> {
    pub(super) fn read(body: &Fields<'a>) -> Result<Self, Refusal> {
        let dimensions = body.integer("dimensions", 1..=MAX_DIMENSIONS)?;
        let dimensions = dimensions.unwrap_or(DEFAULT_DIMENSIONS);
        Ok(EmbeddingsRequest {
            model: body.require_string("model")?,
            inputs: inputs(body)?,
            dimensions: usize::try_from(dimensions).unwrap_or_default(),
            encoding: encoding(body)?,
        })
    }
}

impl Input {
    pub(super) fn tokens(&self) -> u64 {
        match self {
            Input::Text(text) => tokens::count(text),
            Input::Tokens(tokens) => tokens.len() as u64,
        }
    }

    fn of(value: &Value, at: &str) -> Result<Self, Refusal> {
        let input = match value {
            Value::String(text) => Input::Text(text.clone()),
            Value::Array(tokens) => Input::Tokens(token_numbers(tokens, at)?),
            other => {
                let expected = "a string or an array of tokens";
                return Err(Refusal::wrong_type(at, expected, type_name(other)));
            }
        };
        match input.tokens() {
            0 => Err(Refusal::wrong_value(at, "nothing", "a text or tokens that are not empty")),
            1..=MAX_TOKENS_PER_INPUT => Ok(input),
            many => {
                let given = format!("{many} tokens");
                Err(Refusal::wrong_value(at, &given, "up to 8192 tokens for each input"))
            }
        }
    }
}

fn token_numbers(tokens: &[Value], at: &str) -> Result<Vec<u64>, Refusal> {
    let number = |token: &Value| {
        token.as_u64().ok_or_else(|| Refusal::wrong_type(at, "tokens", type_name(token)))
    };
    tokens.iter().map(number).collect()
}

/// A text, texts, tokens, or arrays of tokens.
fn inputs(body: &Fields) -> Result<Vec<Input>, Refusal> {
    let inputs = match body.require("input")? {
        Value::Array(items) if !items.iter().all(Value::is_number) => {
            if items.len() > MAX_INPUTS {
                let given = format!("{} inputs", items.len());
                return Err(Refusal::wrong_value("input", &given, "up to 2048"));
            }
            let items = items.iter().enumerate();
            items.map(|(i, item)| Input::of(item, &format!("input[{i}]"))).collect()
        }
        one => Input::of(one, "input").map(|input| vec![input]),
    }?;
    let tokens: u64 = inputs.iter().map(Input::tokens).sum();
    if tokens > MAX_TOKENS {
        let given = format!("{tokens} tokens");
        return Err(Refusal::wrong_value("input", &given, "up to 300000 tokens in all"));
    }
    Ok(inputs)
}

pub(crate) fn encoding(body: &Fields) -> Result<Encoding, Refusal> {
    match body.string("encoding_format")? {
        None | Some("float") => Ok(Encoding::Float),
        Some("base64") => Ok(Encoding::Base64),
        Some(other) => {
            let value = format!("'{other}'");
            Err(Refusal::wrong_value("encoding_format", &value, "'float' or 'base64'"))
        }
    }
}
