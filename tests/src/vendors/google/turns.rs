//! What may follow what in a conversation.

use super::errors::Refusal;
use crate::vendors::values::{array, text};
use crate::vendors::{decoded_bytes, seal};
use serde_json::Value;

/// Under this name thoughts are sealed.
pub(super) const SEALER: &str = "google";

/// Of a part, exactly one of these is there.
const DATA: [&str; 7] = [
    "text",
    "inlineData",
    "fileData",
    "functionCall",
    "functionResponse",
    "executableCode",
    "codeExecutionResult",
];

/// What the documentation names for calls that another model made.
const ANY_SEAL: [&str; 2] =
    ["skip_thought_signature_validator", "context_engineering_is_the_way_to_go"];

fn refuse(message: &str) -> Result<(), Refusal> {
    Err(Refusal::invalid(message))
}

pub(super) fn check(body: &Value, demands_seals: bool) -> Result<(), Refusal> {
    let contents = array(&body["contents"]);
    for content in
        contents.iter().chain([&body["systemInstruction"]].into_iter().filter(|it| it.is_object()))
    {
        if content["parts"].as_array().is_some_and(Vec::is_empty) {
            return refuse(
                "* GenerateContentRequest.contents.parts: contents.parts must not be empty.",
            );
        }
        array(&content["parts"]).iter().try_for_each(one_kind)?;
    }
    for (index, content) in contents.iter().enumerate() {
        if !["", "user", "model", "function"].contains(&text(&content["role"])) {
            return refuse("Please use a valid role: user, model.");
        }
        let before = index.checked_sub(1).map(|before| &contents[before]);
        pairs(content, before)?;
        seals(content)?;
    }
    if contents.last().is_some_and(|last| !calls(last).is_empty()) {
        return refuse(
            "Please ensure that function call turn comes immediately after a user turn or after a function response turn, and is followed by its responses.",
        );
    }
    if demands_seals { sealed(contents) } else { Ok(()) }
}

fn one_kind(part: &Value) -> Result<(), Refusal> {
    match DATA.iter().filter(|kind| !part[**kind].is_null()).count() {
        1 => Ok(()),
        // An empty part may carry a seal.
        0 if !part["thoughtSignature"].is_null() => Ok(()),
        0 => refuse(
            "* GenerateContentRequest.contents.parts: contents.parts.data: required oneof field 'data' must have one initialized field",
        ),
        _ => refuse(
            "Invalid value at 'contents.parts' (oneof), oneof field 'data' is already set. Cannot set it twice.",
        ),
    }
}

fn calls(content: &Value) -> Vec<&Value> {
    let parts = array(&content["parts"]).iter().map(|part| &part["functionCall"]);
    parts.filter(|call| call.is_object()).collect()
}

fn responses(content: &Value) -> Vec<&Value> {
    let parts = array(&content["parts"]).iter().map(|part| &part["functionResponse"]);
    parts.filter(|response| response.is_object()).collect()
}

/// Responses answer the calls of the turn before: as many, of the same names and, if they have any, ids.
fn pairs(content: &Value, before: Option<&Value>) -> Result<(), Refusal> {
    let mut asked = before.map(calls).unwrap_or_default();
    let responses = responses(content);
    if !calls(content).is_empty() && content["role"] != "model" {
        return refuse("Please ensure that function call parts are only in turns of the model.");
    }
    if asked.len() != responses.len() {
        return refuse(
            "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.",
        );
    }
    for response in responses {
        let answers = |call: &&Value| {
            call["name"] == response["name"]
                && (call["id"].is_null()
                    || response["id"].is_null()
                    || call["id"] == response["id"])
        };
        match asked.iter().position(answers) {
            Some(index) => drop(asked.remove(index)),
            None => {
                return refuse(
                    "Please ensure that function response parts have the names of the function call parts of the function call turn.",
                );
            }
        }
    }
    Ok(())
}

/// What a signature of a call is on.
pub(super) fn call_words(call: &Value) -> String {
    format!("{}{}", text(&call["name"]), call["args"])
}

/// Names that stand for a signature, as they are or as bytes.
fn is_any(signature: &str) -> bool {
    let bytes = decoded_bytes(signature);
    ANY_SEAL.iter().any(|name| signature == *name || bytes.as_deref() == Some(name.as_bytes()))
}

/// Each signature that comes back is on what was signed.
fn seals(content: &Value) -> Result<(), Refusal> {
    let parts = array(&content["parts"]);
    let spoken: String = parts
        .iter()
        .filter(|part| part["thought"] != true)
        .map(|part| text(&part["text"]))
        .collect();
    for part in parts {
        let Some(signature) = part["thoughtSignature"].as_str() else { continue };
        let words = match &part["functionCall"] {
            Value::Null => spoken.clone(),
            call => call_words(call),
        };
        if !is_any(signature) && decoded_bytes(signature) != decoded_bytes(&seal(SEALER, &words)) {
            return refuse("Thought signature is not valid.");
        }
    }
    Ok(())
}

/// A model that thinks wants the signature of each first call since the user last spoke.
fn sealed(contents: &[Value]) -> Result<(), Refusal> {
    let turn = contents
        .iter()
        .rev()
        .take_while(|content| content["role"] == "model" || !responses(content).is_empty());
    for content in turn {
        let first = array(&content["parts"]).iter().find(|part| part["functionCall"].is_object());
        if let Some(part) = first.filter(|part| part["thoughtSignature"].is_null()) {
            return refuse(&format!(
                "Function call is missing a thought_signature in functionCall parts. This is required for \
                 tools to work correctly, and missing thought_signature may lead to degraded model \
                 performance. Additional data, function call `default_api:{}`.",
                text(&part["functionCall"]["name"])
            ));
        }
    }
    Ok(())
}

/// What the tools returned, if the conversation ends with it.
pub(super) fn result(body: &Value) -> Option<String> {
    let results = responses(array(&body["contents"]).last()?);
    let words = results.iter().map(|result| {
        let response = &result["response"];
        let usual = ["output", "result", "error"].iter().find_map(|name| response[*name].as_str());
        usual.map_or_else(|| response.to_string(), str::to_owned)
    });
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| words.join(" | "))
}
