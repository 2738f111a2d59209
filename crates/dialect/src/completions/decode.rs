//! From a client's body to the hub: <https://platform.openai.com/docs/api-reference/completions/create>.

use crate::Wire;
use crate::chat::{Content, Format, Logprobs, Losses, Message, Part, Request, Role, Sampling};
use postern_fault::{Fault, Kind};
use serde::Deserialize;
use serde_json::{Map, Number, Value};

/// What completions have where nothing is said.
const USUAL_MAX_TOKENS: u64 = 16;

#[derive(Deserialize)]
struct Body {
    model: String,
    prompt: Value,
    max_tokens: Option<u64>,
    temperature: Option<Number>,
    top_p: Option<Number>,
    n: Option<u32>,
    stream: Option<bool>,
    stop: Option<Stop>,
    seed: Option<Number>,
    presence_penalty: Option<Number>,
    frequency_penalty: Option<Number>,
    logit_bias: Option<Map<String, Value>>,
    logprobs: Option<u64>,
    user: Option<String>,
    #[serde(rename = "stream_options")]
    _stream_options: Option<Value>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Stop {
    One(String),
    Several(Vec<String>),
}

/// Decode a client's body. The prompt is one message of the user's: a model that chats goes on with a text if it is asked
/// to, and otherwise answers it.
///
/// # Errors
/// What is no request for a completion; tokens instead of a text; several prompts, each of which would be a conversation.
pub fn decode(body: &str) -> Result<(Request, Losses), Fault> {
    let body: Body = serde_json::from_str(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let public =
            format!("the body is no request for a completion: see line {line} column {column}");
        Fault::new(Kind::InvalidRequest, public)
    })?;
    let mut losses = Losses::default();
    for (field, value) in body.others {
        // What they are if nothing is said asks for nothing.
        let usual = matches!(value, Value::Null | Value::Bool(false)) || value == 1;
        if !usual {
            losses.add(postern_fault::shown(&field), "chats have no such setting");
        }
    }
    let text = Part::new("prompt", Content::Text(prompt(body.prompt)?));
    let message =
        Message { path: "prompt".to_owned(), role: Role::User, parts: vec![text], name: None };
    let request = Request {
        client: Wire::OpenAi,
        model: body.model,
        messages: vec![message],
        tools: Vec::new(),
        tool_choice: None,
        parallel_tool_calls: None,
        format: Format::Text,
        max_output_tokens: Some(body.max_tokens.unwrap_or(USUAL_MAX_TOKENS)),
        stop: match body.stop {
            None => Vec::new(),
            Some(Stop::One(stop)) => vec![stop],
            Some(Stop::Several(stop)) => stop,
        },
        choices: body.n.unwrap_or(1).max(1),
        sampling: Sampling {
            temperature: body.temperature,
            top_p: body.top_p,
            seed: body.seed,
            frequency_penalty: body.frequency_penalty,
            presence_penalty: body.presence_penalty,
            logit_bias: body.logit_bias,
            ..Sampling::default()
        },
        logprobs: body.logprobs.map(|top| Logprobs { top: Some(top) }),
        reasoning: None,
        modalities: Vec::new(),
        audio: None,
        verbosity: None,
        service_tier: None,
        user: body.user,
        metadata: None,
        prompt_cache_key: None,
        cache: None,
        store: None,
        stream: body.stream.unwrap_or(false),
    };
    Ok((request, losses))
}

fn prompt(prompt: Value) -> Result<String, Fault> {
    let refused = |what: &str, code: &str| {
        Err(Fault::invalid_request("prompt", format!("`prompt` {what}")).with_code(code))
    };
    match prompt {
        Value::String(text) => Ok(text),
        Value::Array(mut prompts) => match (prompts.pop(), prompts.len()) {
            (Some(Value::String(text)), 0) => Ok(text),
            (Some(Value::String(_)), _) => {
                refused("has several texts, but this model takes one at a time", "too_many_inputs")
            }
            (Some(Value::Number(_) | Value::Array(_)), _) => {
                refused("is tokens, which only OpenAI's models can read", "unsupported_content")
            }
            _ => refused("must be a text", "invalid_type"),
        },
        _ => refused("must be a text", "invalid_type"),
    }
}
