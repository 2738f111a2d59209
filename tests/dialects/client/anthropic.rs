//! An application with Anthropic's SDK and messages.

use super::{Ask, Call, Seen, Usage, count, text, weather_schema};
use serde_json::{Value, json};

pub fn request(ask: &Ask) -> Value {
    let content = match &ask.image {
        None => json!(ask.text),
        Some(data) => json!([
            { "type": "text", "text": ask.text },
            { "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": data } },
        ]),
    };
    let mut body = json!({
        "model": ask.model,
        "max_tokens": 4096,
        "system": "Be brief.",
        "messages": [{ "role": "user", "content": content }],
    });
    if ask.stream {
        body["stream"] = json!(true);
    }
    if ask.tools {
        body["tools"] = json!([{ "name": "get_weather", "description": "The weather.", "input_schema": weather_schema() }]);
    }
    if let Some(schema) = &ask.schema {
        body["output_config"] = json!({ "format": { "type": "json_schema", "schema": schema } });
    }
    if ask.think {
        body["thinking"] = json!({ "type": "enabled", "budget_tokens": 1024 });
    }
    if let Some(stop) = &ask.stop {
        body["stop_sequences"] = json!([stop]);
    }
    body
}

pub fn next(before: &Value, seen: &Seen, results: &[&str]) -> Value {
    let mut body = before.clone();
    let messages = body["messages"].as_array_mut().expect("messages");
    messages.extend(seen.turn.iter().cloned());
    let results: Vec<Value> = match seen.calls.is_empty() {
        true => vec![json!({ "type": "text", "text": results.join(" ") })],
        false => {
            let pairs = seen.calls.iter().zip(results);
            pairs
                .map(|(call, result)| json!({ "type": "tool_result", "tool_use_id": call.id, "content": result }))
                .collect()
        }
    };
    messages.push(json!({ "role": "user", "content": results }));
    body
}

pub fn whole(body: &Value) -> Seen {
    assert_eq!((&body["type"], &body["role"]), (&json!("message"), &json!("assistant")), "{body}");
    let blocks = body["content"].as_array().expect("content");
    let of = |kind: &'static str| blocks.iter().filter(move |block| block["type"] == kind);
    let joined = |kind, field: &str| of(kind).map(|block| text(&block[field])).collect::<String>();
    let usage = &body["usage"];
    let cached = count(&usage["cache_read_input_tokens"]);
    let written = count(&usage["cache_creation_input_tokens"]);
    Seen {
        text: joined("text", "text"),
        refusal: String::new(),
        thoughts: joined("thinking", "thinking"),
        calls: of("tool_use")
            .map(|block| Call {
                id: text(&block["id"]),
                name: text(&block["name"]),
                arguments: match &block["input"] {
                    // Arguments that were cut arrive as they were streamed, or in the wrapping that Anthropic documents:
                    // https://platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming
                    Value::String(cut) => cut.clone(),
                    whole => match &whole["INVALID_JSON"] {
                        Value::String(cut) => cut.clone(),
                        _ => whole.to_string(),
                    },
                },
            })
            .collect(),
        finish: text(&body["stop_reason"]),
        usage: Usage {
            // Anthropic counts what the cache holds apart.
            input: count(&usage["input_tokens"]) + cached + written,
            cached,
            output: count(&usage["output_tokens"]),
            reasoning: 0,
        },
        turn: vec![json!({ "role": "assistant", "content": blocks })],
    }
}

/// As the SDK accumulates events: one block after the other, counts replaced.
pub fn collected(events: &[&Value]) -> Value {
    let mut message = Value::Null;
    let mut inputs: Vec<String> = Vec::new();
    let mut open = None;
    for event in events {
        match event["type"].as_str().expect("a type") {
            "message_start" => message = event["message"].clone(),
            "content_block_start" => {
                assert_eq!(open, None, "blocks follow one another");
                open = event["index"].as_u64();
                let blocks = message["content"].as_array_mut().expect("content");
                assert_eq!(open, Some(blocks.len() as u64), "blocks are numbered in order");
                blocks.push(event["content_block"].clone());
                inputs.push(String::new());
            }
            "content_block_delta" => {
                assert_eq!(event["index"].as_u64(), open, "{event}");
                let block = message["content"].as_array_mut().and_then(|blocks| blocks.last_mut());
                let input = inputs.last_mut().expect("a block");
                add(block.expect("a block"), &event["delta"], input);
            }
            "content_block_stop" => {
                let blocks = message["content"].as_array_mut().expect("content");
                let (block, input) =
                    (blocks.last_mut().expect("a block"), &inputs[inputs.len() - 1]);
                if block["type"] == "tool_use" && !input.is_empty() {
                    block["input"] = serde_json::from_str(input).unwrap_or_else(|_| json!(input));
                }
                open = None;
            }
            "message_delta" => {
                for (key, value) in event["delta"].as_object().expect("a delta") {
                    message[key] = value.clone();
                }
                for (key, value) in event["usage"].as_object().expect("usage") {
                    message["usage"][key] = value.clone();
                }
            }
            "message_stop" | "ping" => {}
            other => panic!("no event of Anthropic's: {other}"),
        }
    }
    assert_eq!(events.last().expect("events")["type"], "message_stop");
    message
}

fn add(block: &mut Value, delta: &Value, input: &mut String) {
    let (field, more) = match delta["type"].as_str().expect("a type") {
        "text_delta" => ("text", text(&delta["text"])),
        "thinking_delta" => ("thinking", text(&delta["thinking"])),
        "signature_delta" => ("signature", text(&delta["signature"])),
        "input_json_delta" => return input.push_str(&text(&delta["partial_json"])),
        other => panic!("no delta of this test's: {other}"),
    };
    block[field] = json!(text(&block[field]) + &more);
}
