//! Decodes a request for completions into the hub.

use super::DEFAULT_MAX_TOKENS;
use crate::Dialect;
use crate::chat::{Content, Logprobs, Losses, Message, Part, Request, Role};
use postern_fault::{Fault, Kind};
use serde_json::{Map, Number, Value};

/// Decodes a request for completions as a chat of one user message.
///
/// # Errors
/// A field of the wrong type; prompts that are not texts, or more than one prompt.
pub fn decode(body: &str) -> Result<(Request, Losses), Fault> {
    let fields: Map<String, Value> = serde_json::from_str(body).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        Fault::new(Kind::InvalidRequest, format!("the body is not a JSON object: see {place}"))
    })?;
    let mut decoding =
        Decoding { request: nothing_asked(), prompt: None, losses: Losses::default() };
    for (name, value) in fields {
        if !value.is_null() {
            decoding.field(&name, value)?;
        }
    }
    decoding.finish()
}

struct Decoding {
    request: Request,
    prompt: Option<String>,
    losses: Losses,
}

impl Decoding {
    fn field(&mut self, name: &str, value: Value) -> Result<(), Fault> {
        let request = &mut self.request;
        let sampling = &mut request.sampling;
        match name {
            "model" => request.model = string(name, value)?,
            "prompt" => self.prompt = Some(prompt(value)?),
            "stream" => request.stream = boolean(name, &value)?,
            // Only the writer of the answer uses it.
            "stream_options" => {}
            "max_tokens" => request.max_output_tokens = Some(count(name, &value)?),
            "n" => request.choices = u32::try_from(count(name, &value)?).unwrap_or(u32::MAX).max(1),
            "stop" => request.stop = stop(value)?,
            "logprobs" => request.logprobs = Some(Logprobs { top: Some(count(name, &value)?) }),
            "user" => request.user = Some(string(name, value)?),
            "temperature" => sampling.temperature = Some(number(name, value)?),
            "top_p" => sampling.top_p = Some(number(name, value)?),
            "seed" => sampling.seed = Some(number(name, value)?),
            "frequency_penalty" => sampling.frequency_penalty = Some(number(name, value)?),
            "presence_penalty" => sampling.presence_penalty = Some(number(name, value)?),
            // An extension of vLLM and similar servers.
            "top_k" => sampling.top_k = Some(number(name, value)?),
            "min_p" => sampling.min_p = Some(number(name, value)?),
            "repetition_penalty" => sampling.repetition_penalty = Some(number(name, value)?),
            "logit_bias" => match value {
                Value::Object(bias) => sampling.logit_bias = Some(bias),
                _ => return Err(wrong_type(name, "an object")),
            },
            _ => self.lose(name, &value),
        }
        Ok(())
    }

    /// Notes a field that no chat has. Settings that ask for nothing are not losses.
    fn lose(&mut self, name: &str, value: &Value) {
        let reason = match name {
            "echo" if value == &Value::Bool(false) => return,
            "suffix" if value == &Value::String(String::new()) => return,
            "best_of" if value.as_u64() == Some(1) => return,
            "echo" => "a chat does not repeat its prompt",
            "suffix" => "a chat does not write between two texts",
            "best_of" => "a chat does not choose among answers",
            _ => "not known here",
        };
        self.losses.add(name, reason);
    }

    fn finish(mut self) -> Result<(Request, Losses), Fault> {
        for (there, name) in
            [(!self.request.model.is_empty(), "model"), (self.prompt.is_some(), "prompt")]
        {
            if !there {
                let fault = Fault::invalid_request(name, format!("`{name}` is missing"));
                return Err(fault.with_code("missing_required_parameter"));
            }
        }
        let part = Part::new("prompt", Content::Text(self.prompt.unwrap_or_default()));
        self.request.messages = vec![Message {
            path: "prompt".to_owned(),
            role: Role::User,
            parts: vec![part],
            name: None,
        }];
        Ok((self.request, self.losses))
    }
}

/// A text, or an array of one text.
fn prompt(value: Value) -> Result<String, Fault> {
    let refused = |public: &str| {
        Err(Fault::invalid_request("prompt", public).with_code("unsupported_content"))
    };
    match value {
        Value::String(text) => Ok(text),
        Value::Array(mut prompts) => match (prompts.pop(), prompts.len()) {
            (Some(Value::String(text)), 0) => Ok(text),
            (Some(Value::Number(_) | Value::Array(_)), _) => {
                refused("a chat model takes no prompt in tokens: send it as text")
            }
            (Some(Value::String(_)), _) => {
                refused("a chat model takes one prompt: send each in a request of its own")
            }
            _ => Err(wrong_type("prompt", "a string")),
        },
        _ => Err(wrong_type("prompt", "a string")),
    }
}

fn stop(value: Value) -> Result<Vec<String>, Fault> {
    match value {
        Value::Array(stops) => stops.into_iter().map(|stop| string("stop", stop)).collect(),
        one => Ok(vec![string("stop", one)?]),
    }
}

fn string(name: &str, value: Value) -> Result<String, Fault> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(wrong_type(name, "a string")),
    }
}

fn boolean(name: &str, value: &Value) -> Result<bool, Fault> {
    value.as_bool().ok_or_else(|| wrong_type(name, "true or false"))
}

fn number(name: &str, value: Value) -> Result<Number, Fault> {
    match value {
        Value::Number(number) => Ok(number),
        _ => Err(wrong_type(name, "a number")),
    }
}

fn count(name: &str, value: &Value) -> Result<u64, Fault> {
    value.as_u64().ok_or_else(|| wrong_type(name, "a whole number of at least 0"))
}

fn wrong_type(name: &str, wanted: &str) -> Fault {
    Fault::invalid_request(name, format!("`{name}` must be {wanted}")).with_code("invalid_type")
}

fn nothing_asked() -> Request {
    Request { max_output_tokens: Some(DEFAULT_MAX_TOKENS), ..Request::new(Dialect::OpenAi, "") }
}
