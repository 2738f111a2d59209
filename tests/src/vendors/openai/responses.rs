//! `POST /v1/responses`: what OpenAI refuses, and what is asked.

use super::chat::{image, strict};
use super::errors::{Body, Refusal, check};
use super::responses_told::{SEALER, Teller};
use crate::upstream::Script;
use crate::vendors::reply::{self, Wrong};
use crate::vendors::shape::Shapes;
use crate::vendors::story::{Seen, tell};
use crate::vendors::values::{array, text};
use crate::vendors::{Scenario, seal};
use serde_json::Value;
use std::sync::LazyLock;

pub(super) static SHAPES: LazyLock<Shapes> =
    LazyLock::new(|| Shapes::parse(include_str!("responses.shape")));

pub(super) fn answer(body: &Body) -> Result<Script, Refusal> {
    let Body { value, model, scenario } = body;
    check(&SHAPES, "Responses", value)?;
    combinations(value)?;
    items(&value["input"])?;
    if let Scenario::Error(status) = scenario {
        return Ok(Refusal::scripted(*status).script());
    }
    let seen = seen(value)?;
    let told = tell(*scenario, &seen);
    let teller = Teller::new(model, value);
    if !seen.streams {
        return Ok(match scenario {
            Scenario::MidstreamError => Refusal::scripted(500).script(),
            _ => reply::whole(*scenario, &teller.response(&told)),
        });
    }
    let wrong = Wrong {
        error: Teller::error().into(),
        malformed: "event: response.output_text.delta\ndata: {\"type\":]\n\n".into(),
    };
    Ok(reply::stream(*scenario, teller.events(&told), wrong))
}

fn combinations(body: &Value) -> Result<(), Refusal> {
    if !body["stream_options"].is_null() && body["stream"] != true {
        let message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
        return Err(Refusal::invalid(message, "stream_options", None));
    }
    let format = &body["text"]["format"];
    if format["strict"] == true {
        strict(
            &format["schema"],
            &format!("response_format '{}'", text(&format["name"])),
            "text.format.schema",
        )?;
    }
    if format["type"] == "json_object"
        && !(body["input"].to_string() + text(&body["instructions"]))
            .to_ascii_lowercase()
            .contains("json")
    {
        let message = "Response input messages must contain the word 'json' in some form to use \
            'text.format' of type 'json_object'.";
        return Err(Refusal::invalid(message, "input", None));
    }
    for (index, tool) in array(&body["tools"]).iter().enumerate() {
        if tool["strict"] == true {
            let name = format!("function '{}'", text(&tool["name"]));
            strict(&tool["parameters"], &name, &format!("tools[{index}].parameters"))?;
        }
    }
    Ok(())
}

/// Every call has its output, every output its call, and thoughts are sealed as they were.
fn items(input: &Value) -> Result<(), Refusal> {
    let items = array(input);
    let ids = |kinds: [&str; 2]| {
        let found = items.iter().filter(move |item| kinds.contains(&text(&item["type"])));
        found.map(|item| text(&item["call_id"])).collect::<Vec<_>>()
    };
    let calls = ids(["function_call", "custom_tool_call"]);
    let outputs = ids(["function_call_output", "custom_tool_call_output"]);
    if let Some(id) = outputs.iter().find(|id| !calls.contains(id)) {
        let message = format!("No tool call found for function call output with call_id {id}.");
        return Err(Refusal::invalid(&message, "input", None));
    }
    if let Some(id) = calls.iter().find(|id| !outputs.contains(id)) {
        let message = format!("No tool output found for function call {id}.");
        return Err(Refusal::invalid(&message, "input", None));
    }
    for (index, item) in items.iter().enumerate() {
        let sealed = item["encrypted_content"].as_str();
        if sealed.is_some_and(|sealed| sealed != seal(SEALER, text(&item["id"]))) {
            let message = "The encrypted content for item could not be verified. Reason: Encrypted content \
                could not be decrypted or parsed.";
            return Err(Refusal::invalid(message, "input", Some("invalid_encrypted_content")));
        }
        parts(index, item)?;
    }
    Ok(())
}

/// The model's texts are output, all others are input.
fn parts(index: usize, item: &Value) -> Result<(), Refusal> {
    let (role, allowed): (&str, &[&str]) = match text(&item["role"]) {
        "assistant" => ("assistant", &["output_text", "refusal"]),
        role => (role, &["input_text", "input_image", "input_file"]),
    };
    for (part_index, part) in array(&item["content"]).iter().enumerate() {
        let kind = text(&part["type"]);
        if !role.is_empty() && !allowed.contains(&kind) {
            let allowed: Vec<String> = allowed.iter().map(|each| format!("'{each}'")).collect();
            let message =
                format!("Invalid value: '{kind}'. Supported values are: {}.", allowed.join(", "));
            let param = format!("input[{index}].content[{part_index}]");
            return Err(Refusal::invalid(&message, &param, Some("invalid_value")));
        }
    }
    Ok(())
}

fn seen(body: &Value) -> Result<Seen, Refusal> {
    let functions = array(&body["tools"]).iter().filter(|tool| tool["type"] == "function");
    let tools: Vec<(String, Value)> = functions
        .map(|tool| (text(&tool["name"]).to_owned(), tool["parameters"].clone()))
        .collect();
    let forced = match &body["tool_choice"] {
        Value::String(choice) if choice == "required" => {
            tools.first().map(|(name, _)| name.clone())
        }
        choice => choice["name"].as_str().map(str::to_owned),
    };
    let input = array(&body["input"]);
    let is_output = |item: &&Value| text(&item["type"]).ends_with("_output");
    // Agents write reminders of their own after the results.
    let is_new =
        |item: &&Value| is_output(item) || item["role"].is_string() && item["role"] != "assistant";
    let results = input.iter().rev().take_while(is_new).filter(is_output);
    let mut results: Vec<String> = results.map(|item| words(&item["output"])).collect();
    results.reverse();
    let format = &body["text"]["format"];
    let schema = match text(&format["type"]) {
        "json_object" => Some(Value::Null),
        "json_schema" => Some(format["schema"].clone()),
        _ => None,
    };
    Ok(Seen {
        forced,
        no_calls: body["tool_choice"] == "none",
        one_call: body["parallel_tool_calls"] == false,
        result: (!results.is_empty()).then(|| results.join(" | ")),
        calls_before: input.iter().filter(|item| item["type"] == "function_call").count(),
        images: images(input)?,
        schema,
        thinks: true,
        stop: Vec::new(),
        streams: body["stream"] == true,
        tools,
    })
}

fn words(output: &Value) -> String {
    match output {
        Value::String(text) => text.clone(),
        parts => array(parts).iter().map(|part| text(&part["text"])).collect(),
    }
}

fn images(input: &[Value]) -> Result<Vec<(String, usize)>, Refusal> {
    let parts = input.iter().flat_map(|item| array(&item["content"]));
    let urls = parts
        .filter(|part| part["type"] == "input_image")
        .map(|part| image(text(&part["image_url"]), "input"));
    urls.collect()
}
