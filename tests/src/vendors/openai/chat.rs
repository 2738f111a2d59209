//! `POST /v1/chat/completions`: what OpenAI refuses, and what is asked.

use super::conversation;
use super::errors::{Body, Refusal, check};
use super::told;
use crate::upstream::Script;
use crate::vendors::reply::{self, Wrong};
use crate::vendors::shape::Shapes;
use crate::vendors::story::{Seen, tell};
use crate::vendors::values::{array, text};
use crate::vendors::{Scenario, decoded};
use serde_json::Value;
use std::sync::LazyLock;

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| Shapes::parse(include_str!("chat.shape")));

/// Models that think: they take neither `max_tokens` nor a temperature.
const THINKERS: [&str; 4] = ["o1", "o3", "o4", "gpt-5"];

pub(super) fn answer(body: &Body) -> Result<Script, Refusal> {
    let Body { value, model, scenario } = body;
    check(&SHAPES, "Chat", value)?;
    combinations(value, model)?;
    conversation::check(value)?;
    if let Scenario::Error(status) = scenario {
        return Ok(Refusal::scripted(*status).script());
    }
    let seen = seen(value)?;
    let told = tell(*scenario, &seen);
    let head = told::Head { model, choices: value["n"].as_u64().unwrap_or(1) };
    if !seen.streams {
        return Ok(match scenario {
            Scenario::MidstreamError => Refusal::scripted(500).script(),
            _ => reply::whole(*scenario, &told::completion(&head, &told)),
        });
    }
    let include_usage = value["stream_options"]["include_usage"] == true;
    let wrong = Wrong {
        error: Refusal::scripted(500).event().into(),
        malformed: "data: {\"choices\": [{]}\n\n".into(),
    };
    Ok(reply::stream(*scenario, told::events(&head, &told, include_usage), wrong))
}

/// Fields that do not go together.
fn combinations(body: &Value, model: &str) -> Result<(), Refusal> {
    if !body["stream_options"].is_null() && body["stream"] != true {
        let message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
        return Err(Refusal::invalid(message, "stream_options", None));
    }
    for field in ["tool_choice", "parallel_tool_calls"] {
        if !body[field].is_null() && body["tools"].is_null() {
            let message = format!(
                "Invalid value for '{field}': '{field}' is only allowed when 'tools' are specified."
            );
            return Err(Refusal::invalid(&message, field, None));
        }
    }
    if !body["top_logprobs"].is_null() && body["logprobs"] != true {
        let message = "'top_logprobs' is only allowed when 'logprobs' is enabled.";
        return Err(Refusal::invalid(message, "top_logprobs", None));
    }
    if !body["max_tokens"].is_null() && !body["max_completion_tokens"].is_null() {
        let message =
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.";
        return Err(Refusal::invalid(message, "max_tokens", Some("invalid_parameter_combination")));
    }
    if body["stop"].as_array().is_some_and(|stops| stops.len() > 4) {
        let message = "Invalid 'stop': array too long. Expected an array with maximum length 4.";
        return Err(Refusal::invalid(message, "stop", Some("array_above_max_length")));
    }
    if THINKERS.iter().any(|thinker| model.starts_with(thinker)) {
        thinkers(body)?;
    }
    formats(body)
}

fn thinkers(body: &Value) -> Result<(), Refusal> {
    if !body["max_tokens"].is_null() {
        let message = "Unsupported parameter: 'max_tokens' is not supported with this model. Use \
            'max_completion_tokens' instead.";
        return Err(Refusal::invalid(message, "max_tokens", Some("unsupported_parameter")));
    }
    for field in ["temperature", "top_p"] {
        if body[field].as_f64().is_some_and(|value| value != 1.0) {
            let message = format!(
                "Unsupported value: '{field}' does not support {} with this model. Only the default (1) \
                 value is supported.",
                body[field]
            );
            return Err(Refusal::invalid(&message, field, Some("unsupported_value")));
        }
    }
    Ok(())
}

/// JSON mode needs the word in the prompt; strict schemas say of every object what is in it.
fn formats(body: &Value) -> Result<(), Refusal> {
    let format = &body["response_format"];
    if format["type"] == "json_object"
        && !body["messages"].to_string().to_ascii_lowercase().contains("json")
    {
        let message = "'messages' must contain the word 'json' in some form, to use \
            'response_format' of type 'json_object'.";
        return Err(Refusal::invalid(message, "messages", None));
    }
    let schema = &format["json_schema"];
    if schema["strict"] == true {
        strict(
            &schema["schema"],
            &format!("response_format '{}'", text(&schema["name"])),
            "response_format",
        )?;
    }
    for (index, tool) in array(&body["tools"]).iter().enumerate() {
        if tool["function"]["strict"] == true {
            let name = format!("function '{}'", text(&tool["function"]["name"]));
            let param = format!("tools[{index}].function.parameters");
            strict(&tool["function"]["parameters"], &name, &param)?;
        }
    }
    Ok(())
}

/// <https://platform.openai.com/docs/guides/structured-outputs#supported-schemas>
pub(super) fn strict(schema: &Value, of: &str, param: &str) -> Result<(), Refusal> {
    let refuse = |what: &str| {
        let message = format!("Invalid schema for {of}: In context=(), {what}.");
        Err(Refusal::invalid(&message, param, Some("invalid_function_parameters")))
    };
    if let Some(properties) = schema["properties"].as_object() {
        if schema["additionalProperties"] != false {
            return refuse("'additionalProperties' is required to be supplied and to be false");
        }
        let required = array(&schema["required"]);
        if let Some(name) =
            properties.keys().find(|name| !required.contains(&(**name).clone().into()))
        {
            return refuse(&format!(
                "'required' is required to be supplied and to be an array including every key in \
                 properties. Missing '{name}'"
            ));
        }
        properties.values().try_for_each(|property| strict(property, of, param))?;
    }
    match &schema["items"] {
        Value::Null => Ok(()),
        items => strict(items, of, param),
    }
}

fn seen(body: &Value) -> Result<Seen, Refusal> {
    let function = |tool: &Value| {
        let function = &tool["function"];
        (text(&function["name"]).to_owned(), function["parameters"].clone())
    };
    let tools: Vec<(String, Value)> = array(&body["tools"]).iter().map(function).collect();
    let forced = match &body["tool_choice"] {
        Value::String(choice) if choice == "required" => {
            tools.first().map(|(name, _)| name.clone())
        }
        choice => choice["function"]["name"].as_str().map(str::to_owned),
    };
    if let Some(name) = &forced
        && !tools.iter().any(|(each, _)| each == name)
    {
        let message =
            format!("Invalid value for 'tool_choice': no function named {name} was specified.");
        return Err(Refusal::invalid(&message, "tool_choice", None));
    }
    let format = &body["response_format"];
    let schema = match text(&format["type"]) {
        "json_object" => Some(Value::Null),
        "json_schema" => Some(format["json_schema"]["schema"].clone()),
        _ => None,
    };
    let stop = match &body["stop"] {
        Value::String(stop) => vec![stop.clone()],
        stops => array(stops).iter().map(|stop| text(stop).to_owned()).collect(),
    };
    Ok(Seen {
        forced,
        no_calls: body["tool_choice"] == "none",
        one_call: body["parallel_tool_calls"] == false,
        result: conversation::result(&body["messages"]),
        calls_before: conversation::calls(&body["messages"]),
        images: images(&body["messages"])?,
        schema,
        // In Chat thoughts are counted and never told; vendors that do tell them are named after DeepSeek.
        thinks: true,
        stop,
        streams: body["stream"] == true,
        tools,
    })
}

fn images(messages: &Value) -> Result<Vec<(String, usize)>, Refusal> {
    let mut images = Vec::new();
    for (index, message) in array(messages).iter().enumerate() {
        for (part_index, part) in array(&message["content"]).iter().enumerate() {
            if part["type"] == "image_url" {
                let param = format!("messages[{index}].content[{part_index}].image_url.url");
                images.push(image(text(&part["image_url"]["url"]), &param)?);
            }
        }
    }
    Ok(images)
}

/// Media type and length, or the address and 0.
pub(super) fn image(url: &str, param: &str) -> Result<(String, usize), Refusal> {
    if url.starts_with("https://") || url.starts_with("http://") {
        return Ok((url.to_owned(), 0));
    }
    let parsed = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    let Some((media_type, data)) = parsed else {
        let message = "Invalid image URL: expected a base64-encoded data URL with an image MIME type \
            (e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), but got a value without the 'data:' prefix.";
        return Err(Refusal::invalid(message, param, Some("invalid_value")));
    };
    if !["image/png", "image/jpeg", "image/gif", "image/webp"].contains(&media_type) {
        let message = "You uploaded an unsupported image. Please make sure your image has of one the \
            following formats: ['png', 'jpeg', 'gif', 'webp'].";
        return Err(Refusal::invalid(message, param, Some("invalid_image_format")));
    }
    match decoded(data) {
        Some(bytes) => Ok((media_type.to_owned(), bytes.len())),
        None => Err(Refusal::invalid("Invalid base64 image_url.", param, Some("invalid_base64"))),
    }
}
