//! An application with OpenAI's SDK and responses.

use super::{Ask, Call, Seen, Usage, count, text, weather_schema};
use serde_json::{Value, json};

pub fn request(ask: &Ask) -> Value {
    let mut content = vec![json!({ "type": "input_text", "text": ask.text })];
    if let Some(data) = &ask.image {
        let url = format!("data:image/png;base64,{data}");
        content.push(json!({ "type": "input_image", "image_url": url, "detail": "auto" }));
    }
    let mut body = json!({
        "model": ask.model,
        "instructions": "Be brief.",
        "input": [{ "role": "user", "content": content }],
        "max_output_tokens": 4096,
        "store": false,
    });
    if ask.stream {
        body["stream"] = json!(true);
    }
    if ask.tools {
        body["tools"] = json!([{
            "type": "function",
            "name": "get_weather",
            "description": "The weather.",
            "parameters": weather_schema(),
            "strict": true,
        }]);
    }
    if let Some(schema) = &ask.schema {
        let format =
            json!({ "type": "json_schema", "name": "answer", "schema": schema, "strict": true });
        body["text"] = json!({ "format": format });
    }
    if ask.think {
        body["reasoning"] = json!({ "effort": "low", "summary": "auto" });
        body["include"] = json!(["reasoning.encrypted_content"]);
    }
    body
}

pub fn next(before: &Value, seen: &Seen, results: &[&str]) -> Value {
    let mut body = before.clone();
    let input = body["input"].as_array_mut().expect("input");
    input.extend(seen.turn.iter().cloned());
    if seen.calls.is_empty() {
        input.push(json!({ "role": "user", "content": results.join(" ") }));
    }
    for (call, result) in seen.calls.iter().zip(results) {
        input.push(json!({ "type": "function_call_output", "call_id": call.id, "output": result }));
    }
    body
}

pub fn whole(body: &Value) -> Seen {
    assert_eq!(body["object"], "response", "{body}");
    let items = body["output"].as_array().expect("output");
    let of = |kind: &'static str| items.iter().filter(move |item| item["type"] == kind);
    let parts =
        |kind: &'static str, list: &'static str, part: &'static str, field: &'static str| {
            of(kind)
                .flat_map(move |item| item[list].as_array().cloned().unwrap_or_default())
                .filter(move |found| found["type"] == part)
                .map(move |found| text(&found[field]))
                .collect::<String>()
        };
    let usage = &body["usage"];
    Seen {
        text: parts("message", "content", "output_text", "text"),
        refusal: parts("message", "content", "refusal", "refusal"),
        thoughts: parts("reasoning", "summary", "summary_text", "text")
            + &parts("reasoning", "content", "reasoning_text", "text"),
        calls: of("function_call")
            .map(|item| Call {
                id: text(&item["call_id"]),
                name: text(&item["name"]),
                arguments: text(&item["arguments"]),
            })
            .collect(),
        finish: match text(&body["status"]).as_str() {
            "incomplete" => text(&body["incomplete_details"]["reason"]),
            status => status.to_owned(),
        },
        usage: Usage {
            input: count(&usage["input_tokens"]),
            cached: count(&usage["input_tokens_details"]["cached_tokens"]),
            output: count(&usage["output_tokens"]),
            reasoning: count(&usage["output_tokens_details"]["reasoning_tokens"]),
        },
        turn: items.clone(),
    }
}

/// The response of the last event, checked against the joined pieces.
pub fn collected(events: &[&Value]) -> Value {
    let numbers: Vec<_> = events.iter().map(|event| count(&event["sequence_number"])).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    assert_eq!(events[0]["type"], "response.created");
    let last = events.last().expect("events");
    let ends = ["response.completed", "response.incomplete"];
    assert!(ends.contains(&last["type"].as_str().expect("a type")), "{last}");
    let response = &last["response"];
    let joined = |kind: &str| -> String {
        events
            .iter()
            .filter(|event| event["type"] == kind)
            .map(|event| text(&event["delta"]))
            .collect()
    };
    let seen = whole(response);
    assert_eq!(joined("response.output_text.delta"), seen.text);
    assert_eq!(joined("response.refusal.delta"), seen.refusal);
    let arguments: String = seen.calls.iter().map(|call| call.arguments.as_str()).collect();
    assert_eq!(joined("response.function_call_arguments.delta"), arguments);
    response.clone()
}
