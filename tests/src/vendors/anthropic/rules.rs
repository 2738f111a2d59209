//! Which fields go together, and what is asked.

use super::errors::Refusal;
use super::turns;
use crate::vendors::decoded;
use crate::vendors::story::Seen;
use crate::vendors::values::{array, text};
use serde_json::Value;

/// Models that take a temperature or `top_p`, and not both.
const ONE_SAMPLER: [&str; 4] =
    ["claude-opus-4-1", "claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5"];

/// Of prompt-cache markers in a request.
const MAX_CACHE_MARKERS: usize = 4;

pub(super) fn check(body: &Value) -> Result<(), Refusal> {
    thinking(body)?;
    tools(body)?;
    markers(body)?;
    let model = text(&body["model"]);
    if ONE_SAMPLER.iter().any(|name| model.starts_with(name))
        && !body["temperature"].is_null()
        && !body["top_p"].is_null()
    {
        let message = "`temperature` and `top_p` cannot both be specified for this model. Please use \
            only one.";
        return refuse(message);
    }
    let schema = &body["output_config"]["format"]["schema"];
    closed(schema)
}

/// What the version 2026-10-21 no longer takes.
pub(super) fn of_2026(body: &Value) -> Result<(), Refusal> {
    for field in ["temperature", "top_p", "top_k"] {
        if body.get(field).is_some() {
            return refuse(&format!("{field}: Extra inputs are not permitted"));
        }
    }
    for (index, message) in array(&body["messages"]).iter().enumerate() {
        for (block_index, block) in array(&message["content"]).iter().enumerate() {
            let at = format!("messages.{index}.content.{block_index}");
            if message["role"] == "assistant" && block["type"] == "document" {
                return refuse(&format!(
                    "{at}: `document` blocks are not permitted in `assistant` messages"
                ));
            }
            if message["role"] == "user" && !array(&block["citations"]).is_empty() {
                return refuse(&format!(
                    "{at}.citations: citations are not permitted in `user` messages"
                ));
            }
        }
    }
    Ok(())
}

fn refuse(message: &str) -> Result<(), Refusal> {
    Err(Refusal::new(400, message))
}

/// <https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking>
fn thinking(body: &Value) -> Result<(), Refusal> {
    if !thinks(body) {
        return Ok(());
    }
    let budget = body["thinking"]["budget_tokens"].as_u64().unwrap_or_default();
    if body["max_tokens"].as_u64().is_some_and(|cap| cap <= budget) {
        return refuse("`max_tokens` must be greater than `thinking.budget_tokens`.");
    }
    if body["temperature"].as_f64().is_some_and(|value| value != 1.0) {
        return refuse("`temperature` may only be set to 1 when thinking is enabled.");
    }
    if body["top_p"].as_f64().is_some_and(|value| value < 0.95) {
        return refuse(
            "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.",
        );
    }
    if !body["top_k"].is_null() {
        return refuse("`top_k` must be unset when thinking is enabled.");
    }
    if ["any", "tool"].contains(&text(&body["tool_choice"]["type"])) {
        return refuse("Thinking may not be enabled when tool_choice forces tool use.");
    }
    Ok(())
}

pub(super) fn thinks(body: &Value) -> bool {
    ["enabled", "adaptive"].contains(&text(&body["thinking"]["type"]))
}

fn tools(body: &Value) -> Result<(), Refusal> {
    let names: Vec<&str> = array(&body["tools"]).iter().map(|tool| text(&tool["name"])).collect();
    if names.iter().enumerate().any(|(index, name)| names[..index].contains(name)) {
        return refuse("tools: Tool names must be unique.");
    }
    if !body["tool_choice"].is_null() && names.is_empty() {
        return refuse("tool_choice may only be specified while providing tools");
    }
    match body["tool_choice"]["name"].as_str() {
        Some(name) if !names.contains(&name) => {
            refuse(&format!("Tool '{name}' not found in provided tools"))
        }
        _ => Ok(()),
    }
}

fn markers(body: &Value) -> Result<(), Refusal> {
    let found =
        ["tools", "system", "messages"].iter().map(|field| count(&body[*field])).sum::<usize>()
            + usize::from(body["cache_control"].is_object());
    if found > MAX_CACHE_MARKERS {
        return refuse(&format!(
            "A maximum of {MAX_CACHE_MARKERS} blocks with cache_control may be provided. Found {found}."
        ));
    }
    Ok(())
}

fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => {
            usize::from(fields.get("cache_control").is_some_and(Value::is_object))
                + fields.get("content").map(count).unwrap_or_default()
        }
        _ => 0,
    }
}

/// Every object of a schema that binds the answer says that it has no other fields.
fn closed(schema: &Value) -> Result<(), Refusal> {
    if schema["type"] == "object" && schema["additionalProperties"] != false {
        return refuse(
            "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly \
             set to false",
        );
    }
    if let Some(properties) = schema["properties"].as_object() {
        properties.values().try_for_each(closed)?;
    }
    match &schema["items"] {
        Value::Null => Ok(()),
        items => closed(items),
    }
}

pub(super) fn seen(body: &Value) -> Result<Seen, Refusal> {
    let tool = |tool: &Value| (text(&tool["name"]).to_owned(), tool["input_schema"].clone());
    let tools: Vec<(String, Value)> = array(&body["tools"]).iter().map(tool).collect();
    let choice = &body["tool_choice"];
    let forced = match text(&choice["type"]) {
        "any" => tools.first().map(|(name, _)| name.clone()),
        "tool" => choice["name"].as_str().map(str::to_owned),
        _ => None,
    };
    let format = &body["output_config"]["format"];
    let stop = array(&body["stop_sequences"]).iter();
    Ok(Seen {
        forced,
        no_calls: choice["type"] == "none",
        one_call: choice["disable_parallel_tool_use"] == true,
        result: turns::result(body),
        calls_before: turns::calls(body),
        images: images(&body["messages"])?,
        schema: format.is_object().then(|| format["schema"].clone()),
        thinks: thinks(body),
        stop: stop.map(|stop| text(stop).to_owned()).collect(),
        streams: body["stream"] == true,
        tools,
    })
}

/// Of the messages, not of what tools returned.
fn images(messages: &Value) -> Result<Vec<(String, usize)>, Refusal> {
    let blocks = array(messages).iter().flat_map(|message| array(&message["content"]));
    let sources = blocks.filter(|block| block["type"] == "image").map(|block| &block["source"]);
    sources
        .map(|source| match text(&source["type"]) {
            "base64" => {
                let bytes = decoded(text(&source["data"])).unwrap_or_default();
                if bytes.is_empty() {
                    return Err(Refusal::new(400, "Could not process image"));
                }
                Ok((text(&source["media_type"]).to_owned(), bytes.len()))
            }
            "url" => Ok((text(&source["url"]).to_owned(), 0)),
            _ => Ok((text(&source["file_id"]).to_owned(), 0)),
        })
        .collect()
}
