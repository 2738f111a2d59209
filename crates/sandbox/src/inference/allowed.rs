//! The fields of a request that the interface supports; every other is refused.

use crate::fields::Fields;
use crate::refusal::Refusal;
use serde_json::{Value, json};

/// The fields of a chat that reach the host, or the form of the answer.
const CARRIED: &[&str] = &[
    "model",
    "messages",
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "top_p",
    "top_k",
    "repeat_penalty",
    "repetition_penalty",
    "repeat_last_n",
    "stop",
    "stream",
    "stream_options",
];

const CARRIED_OF_EMBEDDINGS: &[&str] = &["model", "input", "encoding_format"];

/// Fields that do not affect the text of an answer: for the vendor's records and caches, and for absent tools.
const WITHOUT_EFFECT: &[&str] = &[
    "user",
    "metadata",
    "safety_identifier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "prediction",
    "parallel_tool_calls",
];

/// Refuses a chat that requires more than text.
pub(super) fn check_chat(body: &Fields) -> Result<(), Refusal> {
    check(body, CARRIED)
}

/// Refuses embeddings in another form than the model's.
pub(super) fn check_embeddings(body: &Fields) -> Result<(), Refusal> {
    check(body, CARRIED_OF_EMBEDDINGS)
}

fn check(body: &Fields, carried: &[&str]) -> Result<(), Refusal> {
    let asked = |name: &&str| {
        let known = carried.contains(name) || WITHOUT_EFFECT.contains(name);
        !known && !body.get(name).is_some_and(|value| asks_for_nothing(name, value))
    };
    match body.names().find(asked) {
        Some(name) => Err(Refusal::unsupported(name, "unsupported_parameter")),
        None => Ok(()),
    }
}

/// Whether the field has the value that holds without it.
fn asks_for_nothing(name: &str, value: &Value) -> bool {
    match name {
        "n" => *value == json!(1),
        "frequency_penalty" | "presence_penalty" | "top_logprobs" => value.as_f64() == Some(0.0),
        "logprobs" | "store" => *value == json!(false),
        "tools" | "functions" => is_empty(value),
        "tool_choice" | "function_call" => *value == json!("none") || *value == json!("auto"),
        "logit_bias" => is_empty(value),
        "response_format" => value.get("type") == Some(&json!("text")),
        "modalities" => *value == json!(["text"]),
        "reasoning_effort" => *value == json!("none"),
        "service_tier" => *value == json!("auto") || *value == json!("default"),
        _ => false,
    }
}

/// Whether it is an empty array or object.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}
