//! The settings of a request that its answer repeats: <https://platform.openai.com/docs/api-reference/responses/object>.

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The repeated fields, in the order of the reference, with the value of a field that was not sent: the API's default, or null
/// where the model decides.
fn unasked() -> [(&'static str, Value); 16] {
    [
        ("background", Value::Bool(false)),
        ("instructions", Value::Null),
        ("max_output_tokens", Value::Null),
        ("max_tool_calls", Value::Null),
        ("parallel_tool_calls", Value::Bool(true)),
        ("previous_response_id", Value::Null),
        ("reasoning", json!({ "effort": null, "summary": null })),
        // The gateway stores nothing unless the vendor does.
        ("store", Value::Bool(false)),
        ("temperature", Value::Null),
        ("text", json!({ "format": { "type": "text" } })),
        ("tool_choice", Value::from("auto")),
        ("tools", json!([])),
        ("top_logprobs", json!(0)),
        ("top_p", Value::Null),
        ("truncation", Value::from("disabled")),
        ("metadata", json!({})),
    ]
}

/// Fields that are repeated only if they were sent.
const IF_ASKED: [&str; 4] =
    ["prompt_cache_key", "prompt_cache_retention", "safety_identifier", "user"];

/// The settings of a request that its answer repeats; none if the body is not a request.
pub fn echo(body: &str) -> Value {
    let asked: Asked = serde_json::from_str(body).unwrap_or_default();
    Value::Object(asked.0)
}

/// The settings for an unknown request.
pub(super) fn default() -> Map<String, Value> {
    unasked().into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Only the repeated fields are kept, as the input can be long.
struct Asked(Map<String, Value>);

impl Default for Asked {
    fn default() -> Self {
        Asked(default())
    }
}

impl<'de> Deserialize<'de> for Asked {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Visitor)
    }
}

struct Visitor;

impl<'de> serde::de::Visitor<'de> for Visitor {
    type Value = Asked;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a request")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut members: A) -> Result<Asked, A::Error> {
        let mut echo = default();
        while let Some(name) = members.next_key::<std::borrow::Cow<'de, str>>()? {
            let repeated = echo.contains_key(name.as_ref()) || IF_ASKED.contains(&name.as_ref());
            if !repeated {
                members.next_value::<serde::de::IgnoredAny>()?;
                continue;
            }
            let value: Value = members.next_value()?;
            if !value.is_null() {
                echo.insert(name.into_owned(), value);
            }
        }
        Ok(Asked(echo))
    }
}
