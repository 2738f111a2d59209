//! An application with OpenAI's SDK and chat completions.

use super::{Ask, Call, Seen, Usage, count, text, weather_schema};
use serde_json::{Map, Value, json};

pub fn request(ask: &Ask) -> Value {
    let content = match &ask.image {
        None => json!(ask.text),
        Some(data) => json!([
            { "type": "text", "text": ask.text },
            { "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{data}") } },
        ]),
    };
    let mut body = json!({
        "model": ask.model,
        "messages": [
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": content },
        ],
        "max_completion_tokens": 4096,
    });
    if ask.stream {
        body["stream"] = json!(true);
        body["stream_options"] = json!({ "include_usage": true });
    }
    if ask.tools {
        let function = json!({ "name": "get_weather", "description": "The weather.", "parameters": weather_schema() });
        body["tools"] = json!([{ "type": "function", "function": function }]);
    }
    if let Some(schema) = &ask.schema {
        let schema = json!({ "name": "answer", "schema": schema, "strict": true });
        body["response_format"] = json!({ "type": "json_schema", "json_schema": schema });
    }
    if ask.think {
        body["reasoning_effort"] = json!("low");
    }
    if let Some(stop) = &ask.stop {
        body["stop"] = json!([stop]);
    }
    body
}

pub fn next(before: &Value, seen: &Seen, results: &[&str]) -> Value {
    let mut body = before.clone();
    let messages = body["messages"].as_array_mut().expect("messages");
    messages.extend(seen.turn.iter().cloned());
    if seen.calls.is_empty() {
        messages.push(json!({ "role": "user", "content": results.join(" ") }));
    }
    for (call, result) in seen.calls.iter().zip(results) {
        messages.push(json!({ "role": "tool", "tool_call_id": call.id, "content": result }));
    }
    body
}

pub fn whole(body: &Value) -> Seen {
    assert_eq!(body["object"], "chat.completion", "{body}");
    let choice = &body["choices"][0];
    let message = &choice["message"];
    let calls = message["tool_calls"].as_array().cloned().unwrap_or_default();
    let usage = &body["usage"];
    assert_eq!(
        count(&usage["total_tokens"]),
        count(&usage["prompt_tokens"]) + count(&usage["completion_tokens"]),
        "{usage}"
    );
    Seen {
        text: text(&message["content"]),
        refusal: text(&message["refusal"]),
        thoughts: text(&message["reasoning_content"]),
        calls: calls
            .iter()
            .map(|call| Call {
                id: text(&call["id"]),
                name: text(&call["function"]["name"]),
                arguments: text(&call["function"]["arguments"]),
            })
            .collect(),
        finish: text(&choice["finish_reason"]),
        usage: Usage {
            input: count(&usage["prompt_tokens"]),
            cached: count(&usage["prompt_tokens_details"]["cached_tokens"]),
            output: count(&usage["completion_tokens"]),
            reasoning: count(&usage["completion_tokens_details"]["reasoning_tokens"]),
        },
        turn: vec![message.clone()],
    }
}

/// As the SDK accumulates chunks: strings are joined, lists by their index.
pub fn collected(chunks: &[&Value]) -> Value {
    let mut message = Map::new();
    let (mut finish, mut usage) = (Value::Null, Value::Null);
    for chunk in chunks {
        assert_eq!(chunk["object"], "chat.completion.chunk", "{chunk}");
        if !chunk["usage"].is_null() {
            usage = chunk["usage"].clone();
        }
        for choice in chunk["choices"].as_array().expect("choices") {
            if !choice["finish_reason"].is_null() {
                finish = choice["finish_reason"].clone();
            }
            merge(&mut message, choice["delta"].as_object().expect("a delta"));
        }
    }
    // The SDK leaves the position of a piece out of the whole.
    for list in ["tool_calls", "reasoning_details"] {
        let items = message.get_mut(list).and_then(Value::as_array_mut);
        for item in items.into_iter().flatten().filter_map(Value::as_object_mut) {
            item.remove("index");
        }
    }
    json!({
        "object": "chat.completion",
        "choices": [{ "index": 0, "message": message, "finish_reason": finish }],
        "usage": usage,
    })
}

fn merge(into: &mut Map<String, Value>, delta: &Map<String, Value>) {
    for (key, value) in delta {
        match (into.get_mut(key), value) {
            (Some(Value::String(before)), Value::String(more))
                if key != "role" && key != "type" =>
            {
                before.push_str(more);
            }
            (Some(Value::Object(before)), Value::Object(more)) => merge(before, more),
            (Some(Value::Array(before)), Value::Array(more)) => {
                for item in more {
                    let same = before.iter_mut().find(|old| {
                        old.get("index").is_some() && old.get("index") == item.get("index")
                    });
                    match (same, item) {
                        (Some(Value::Object(old)), Value::Object(item)) => merge(old, item),
                        _ => before.push(item.clone()),
                    }
                }
            }
            (_, Value::Null) => {}
            _ => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}
