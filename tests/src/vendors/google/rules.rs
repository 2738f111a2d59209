//! Which fields go together, and what is asked.

use super::errors::Refusal;
use super::turns;
use crate::vendors::decoded_bytes;
use crate::vendors::story::Seen;
use crate::vendors::values::{array, text};
use serde_json::Value;

/// Of stop sequences in a request.
const MAX_STOPS: usize = 5;

fn refuse(message: &str) -> Result<(), Refusal> {
    Err(Refusal::invalid(message))
}

pub(super) fn check(body: &Value) -> Result<(), Refusal> {
    let config = &body["generationConfig"];
    let thinking = &config["thinkingConfig"];
    if !thinking["thinkingBudget"].is_null() && !thinking["thinkingLevel"].is_null() {
        return refuse("You can only set only one of thinking budget and thinking level.");
    }
    if array(&config["stopSequences"]).len() > MAX_STOPS {
        return refuse(
            "* GenerateContentRequest.generation_config.stop_sequences: at most 5 are allowed",
        );
    }
    let schemas = ["responseSchema", "responseJsonSchema"];
    let set = schemas.iter().filter(|name| !config[**name].is_null()).count();
    if set > 1 {
        return refuse(
            "* GenerateContentRequest.generation_config: response_schema and response_json_schema must not be both set",
        );
    }
    if set == 1 && config["responseMimeType"] != "application/json" {
        return refuse(
            "* GenerateContentRequest.generation_config.response_mime_type: response_schema requires application/json",
        );
    }
    for declaration in declarations(body) {
        if !declaration["parameters"].is_null() && !declaration["parametersJsonSchema"].is_null() {
            return refuse(
                "* GenerateContentRequest.tools: parameters and parameters_json_schema must not be both set",
            );
        }
    }
    let calling = &body["toolConfig"]["functionCallingConfig"];
    let allowed = array(&calling["allowedFunctionNames"]);
    if !allowed.is_empty() && !["ANY", "VALIDATED"].contains(&text(&calling["mode"])) {
        return refuse(
            "* GenerateContentRequest.tool_config.function_calling_config.allowed_function_names: only supported in mode ANY and VALIDATED",
        );
    }
    if calling["mode"] == "ANY" && declarations(body).next().is_none() {
        return refuse("Function calling config is set without function_declarations.");
    }
    let unknown =
        allowed.iter().find(|name| !declarations(body).any(|each| each["name"] == **name));
    match unknown {
        Some(name) => refuse(&format!(
            "allowed_function_names contains {name}, which is no declared function"
        )),
        None => Ok(()),
    }
}

pub(super) fn declarations(body: &Value) -> impl Iterator<Item = &Value> {
    array(&body["tools"]).iter().flat_map(|tool| array(&tool["functionDeclarations"]))
}

pub(super) fn seen(body: &Value, streams: bool) -> Seen {
    let tools: Vec<(String, Value)> = declarations(body)
        .map(|each| {
            let schema =
                if each["parameters"].is_null() { "parametersJsonSchema" } else { "parameters" };
            (text(&each["name"]).to_owned(), each[schema].clone())
        })
        .collect();
    let calling = &body["toolConfig"]["functionCallingConfig"];
    let forced = (calling["mode"] == "ANY").then(|| {
        let allowed = calling["allowedFunctionNames"][0].as_str().map(str::to_owned);
        allowed.or_else(|| tools.first().map(|(name, _)| name.clone())).unwrap_or_default()
    });
    let config = &body["generationConfig"];
    let schema = (config["responseMimeType"] == "application/json").then(|| {
        let json = config["responseJsonSchema"].clone();
        if json.is_null() { config["responseSchema"].clone() } else { json }
    });
    let parts = || array(&body["contents"]).iter().flat_map(|content| array(&content["parts"]));
    let stop = array(&config["stopSequences"]).iter();
    Seen {
        forced,
        no_calls: calling["mode"] == "NONE",
        one_call: false,
        result: turns::result(body),
        calls_before: parts().filter(|part| part["functionCall"].is_object()).count(),
        images: parts().filter_map(image).collect(),
        schema,
        thinks: config["thinkingConfig"]["includeThoughts"] == true,
        stop: stop.map(|stop| text(stop).to_owned()).collect(),
        streams,
        tools,
    }
}

fn image(part: &Value) -> Option<(String, usize)> {
    if let Some(uri) = part["fileData"]["fileUri"].as_str() {
        return Some((uri.to_owned(), 0));
    }
    let blob = part["inlineData"].as_object()?;
    let bytes = decoded_bytes(text(&blob["data"])).unwrap_or_default();
    Some((text(&blob["mimeType"]).to_owned(), bytes.len()))
}
