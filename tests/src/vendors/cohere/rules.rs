//! What may follow what, which fields go together, and what is asked.

use super::errors::Refusal;
use crate::vendors::decoded;
use crate::vendors::story::Seen;
use crate::vendors::values::{array, text};
use serde_json::Value;

/// Of stop sequences in a request.
const MAX_STOPS: usize = 5;

fn refuse(message: &str) -> Result<(), Refusal> {
    Err(Refusal::invalid(message))
}

pub(super) fn check(body: &Value) -> Result<(), Refusal> {
    let no_tools = array(&body["tools"]).is_empty();
    if !body["tool_choice"].is_null() && no_tools {
        return refuse("tool_choice may only be specified with tools.");
    }
    if body["strict_tools"] == true && no_tools {
        return refuse("strict_tools may only be specified with tools.");
    }
    if body["response_format"]["type"] == "json_object" && !no_tools {
        return refuse("response_format of type json_object may not be specified with tools.");
    }
    if array(&body["stop_sequences"]).len() > MAX_STOPS {
        return refuse("too many stop sequences, at most 5 are allowed.");
    }
    turns(array(&body["messages"]))
}

/// Every call is answered right after it, and nothing else is.
fn turns(messages: &[Value]) -> Result<(), Refusal> {
    let mut open: Vec<&str> = Vec::new();
    for message in messages {
        if message["role"] == "tool" {
            let id = text(&message["tool_call_id"]);
            match open.iter().position(|each| *each == id) {
                Some(index) => drop(open.remove(index)),
                None => {
                    return refuse(&format!(
                        "tool call id '{id}' not found in previous tool calls."
                    ));
                }
            }
            continue;
        }
        answered(&open)?;
        let calls = array(&message["tool_calls"]);
        open = calls.iter().map(|call| text(&call["id"])).collect();
        let arguments = calls.iter().map(|call| text(&call["function"]["arguments"]));
        if arguments.into_iter().any(|each| serde_json::from_str::<Value>(each).is_err()) {
            return refuse("arguments of tool calls must be valid JSON.");
        }
        if message["role"] == "assistant" && calls.is_empty() && message["content"].is_null() {
            return refuse("an assistant message must have content, tool_calls or tool_plan.");
        }
    }
    answered(&open)
}

fn answered(open: &[&str]) -> Result<(), Refusal> {
    match open.is_empty() {
        true => Ok(()),
        false => refuse(
            "all tool calls must be followed by a tool message with result with matching tool_call_id.",
        ),
    }
}

pub(super) fn seen(body: &Value) -> Result<Seen, Refusal> {
    let function = |tool: &Value| {
        let function = &tool["function"];
        (text(&function["name"]).to_owned(), function["parameters"].clone())
    };
    let tools: Vec<(String, Value)> = array(&body["tools"]).iter().map(function).collect();
    let messages = array(&body["messages"]);
    let results = messages.iter().rev().take_while(|message| message["role"] != "assistant");
    let results = results.filter(|message| message["role"] == "tool");
    let mut results: Vec<String> = results.map(|message| words(&message["content"])).collect();
    results.reverse();
    let format = &body["response_format"];
    let stop = array(&body["stop_sequences"]).iter();
    let parts = messages.iter().flat_map(|message| array(&message["content"]));
    let urls = parts.filter_map(|part| part["image_url"]["url"].as_str());
    Ok(Seen {
        forced: (body["tool_choice"] == "REQUIRED").then(|| tools[0].0.clone()),
        no_calls: body["tool_choice"] == "NONE",
        one_call: false,
        result: (!results.is_empty()).then(|| results.join(" | ")),
        calls_before: messages.iter().map(|message| array(&message["tool_calls"]).len()).sum(),
        images: urls.map(image).collect::<Result<_, _>>()?,
        schema: (format["type"] == "json_object").then(|| format["json_schema"].clone()),
        // Its models that think do so unless it is forbidden.
        thinks: body["thinking"]["type"] != "disabled",
        stop: stop.map(|stop| text(stop).to_owned()).collect(),
        streams: body["stream"] == true,
        tools,
    })
}

fn words(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        parts => array(parts)
            .iter()
            .map(|part| match &part["document"]["data"] {
                Value::Null => text(&part["text"]).to_owned(),
                Value::String(data) => data.clone(),
                data => data.to_string(),
            })
            .collect(),
    }
}

fn image(url: &str) -> Result<(String, usize), Refusal> {
    if url.starts_with("https://") {
        return Ok((url.to_owned(), 0));
    }
    let parsed = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    let bytes = parsed.and_then(|(media_type, data)| Some((media_type, decoded(data)?)));
    match bytes {
        Some((media_type, bytes)) => Ok((media_type.to_owned(), bytes.len())),
        None => Err(Refusal::invalid("image_url must be a data URI or an https URL.")),
    }
}
