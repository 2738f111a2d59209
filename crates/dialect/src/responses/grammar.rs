//! The format of a custom tool's input. The hub has the format of chat completions, where the description of a grammar is an
//! object of its own: <https://platform.openai.com/docs/guides/function-calling#context-free-grammars>.

use serde_json::{Map, Value};

/// Converts `{"type":"grammar","syntax","definition"}` into the form of chat completions.
pub(super) fn into_chat(mut format: Map<String, Value>) -> Value {
    if format.get("type").and_then(Value::as_str) == Some("grammar")
        && !format.contains_key("grammar")
    {
        let kind = format.shift_remove("type").unwrap_or_default();
        let grammar = Value::Object(std::mem::take(&mut format));
        format.insert("type".to_owned(), kind);
        format.insert("grammar".to_owned(), grammar);
    }
    Value::Object(format)
}

/// Converts the form of chat completions back.
pub(super) fn from_chat(format: Value) -> Value {
    match format {
        Value::Object(mut members) => {
            if let Some(Value::Object(grammar)) = members.shift_remove("grammar") {
                members.extend(grammar);
            }
            Value::Object(members)
        }
        other => other,
    }
}
