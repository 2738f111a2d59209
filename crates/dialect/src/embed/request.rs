//! A client's request for vectors: <https://platform.openai.com/docs/api-reference/embeddings/create>.

use crate::chat::Losses;
use postern_fault::{Fault, Kind};
use serde_json::{Map, Value};

/// A request for vectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The model, as the client names it.
    pub model: String,
    /// The texts, at least one.
    pub inputs: Vec<String>,
    /// The number of dimensions of a vector.
    pub dimensions: Option<u64>,
    /// Whether vectors are requested as base64 of 32-bit numbers.
    pub base64: bool,
    /// The end user's opaque id.
    pub user: Option<String>,
    /// The purpose of the vectors, in Cohere's words (`search_query`). OpenAI has no such field; clients of models that need it
    /// send it beside OpenAI's fields.
    pub input_type: Option<String>,
}

/// Decodes a client's body.
///
/// # Errors
/// A body that is not a request for embeddings, and tokens instead of texts: they are numbers of OpenAI's own tokenizers.
pub fn decode(body: &str) -> Result<(Request, Losses), Fault> {
    let mut fields: Map<String, Value> = serde_json::from_str(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let public = format!("the body is not a JSON object: see line {line} column {column}");
        Fault::new(Kind::InvalidRequest, public)
    })?;
    let model = text(&mut fields, "model")?
        .ok_or_else(|| wrong("model", "the name of a model", "missing_required_parameter"))?;
    let request = Request {
        model,
        inputs: inputs(fields.shift_remove("input").unwrap_or_default())?,
        dimensions: dimensions(fields.shift_remove("dimensions").unwrap_or_default())?,
        base64: match text(&mut fields, "encoding_format")?.as_deref() {
            None | Some("float") => false,
            Some("base64") => true,
            Some(_) => {
                return Err(wrong("encoding_format", "`float` or `base64`", "invalid_value"));
            }
        },
        user: text(&mut fields, "user")?,
        input_type: text(&mut fields, "input_type")?,
    };
    let mut losses = Losses::default();
    for (field, _) in fields.into_iter().filter(|(_, value)| !value.is_null()) {
        losses.add(postern_fault::shown(&field), "not known of embeddings");
    }
    Ok((request, losses))
}

fn inputs(input: Value) -> Result<Vec<String>, Fault> {
    const TEXTS: &str = "a text or an array of texts";
    match input {
        Value::String(text) if !text.is_empty() => Ok(vec![text]),
        Value::Array(inputs) if !inputs.is_empty() => {
            inputs.into_iter().enumerate().map(|(at, input)| one(at, input)).collect()
        }
        Value::Null => Err(wrong("input", TEXTS, "missing_required_parameter")),
        Value::String(_) | Value::Array(_) => Err(wrong("input", "at least one text", "empty")),
        _ => Err(wrong("input", TEXTS, "invalid_type")),
    }
}

fn one(at: usize, input: Value) -> Result<String, Fault> {
    match input {
        Value::String(text) => Ok(text),
        Value::Number(_) | Value::Array(_) => {
            let public = "`input` is tokens, which only OpenAI's models can read: send texts";
            Err(Fault::invalid_request("input", public).with_code("unsupported_content"))
        }
        _ => Err(wrong(&format!("input[{at}]"), "a text", "invalid_type")),
    }
}

fn dimensions(value: Value) -> Result<Option<u64>, Fault> {
    match (&value, value.as_u64()) {
        (Value::Null, _) => Ok(None),
        (_, Some(dimensions)) if dimensions > 0 => Ok(Some(dimensions)),
        _ => Err(wrong("dimensions", "a whole number of at least 1", "invalid_value")),
    }
}

fn text(fields: &mut Map<String, Value>, name: &str) -> Result<Option<String>, Fault> {
    // The order of the other fields is that of the losses.
    match fields.shift_remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(name, "a string", "invalid_type")),
    }
}

fn wrong(param: &str, wanted: &str, code: &str) -> Fault {
    Fault::invalid_request(param, format!("`{param}` must be {wanted}")).with_code(code)
}
