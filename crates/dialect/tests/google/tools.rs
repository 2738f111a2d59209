//! What the model may call.

use crate::fixtures::{call, encode, function, hi, message, sent, text};
use postern_dialect::Dialect;
use postern_dialect::chat::{CacheControl, Format, Role, Schema, Tool, ToolChoice, ToolKind};
use serde_json::{Value, json};

const OLD: &str = "gemini-2.5-flash";
const NEW: &str = "gemini-3-flash-preview";

fn schema() -> Value {
    json!({
        "type": "object",
        "properties": { "z": { "$ref": "#/$defs/z" }, "a": { "type": ["string", "null"] } },
        "additionalProperties": false,
        "$defs": { "z": { "type": "string" } },
    })
}

#[test]
fn declares_functions_with_their_schemas_as_they_are() {
    let mut request = hi();
    request.tools = vec![function("b", schema()), function("a", json!({ "type": "object" }))];
    let sent = encode(request, OLD);
    assert_eq!(
        sent.body["tools"],
        json!([{ "functionDeclarations": [
            { "name": "b", "parametersJsonSchema": schema() },
            { "name": "a", "parametersJsonSchema": { "type": "object" } },
        ] }])
    );
    assert!(sent.text.contains(&schema().to_string()), "the keys are in the client's order");
    assert_eq!(sent.body.get("toolConfig"), None);
}

#[test]
fn says_whether_a_function_must_be_called() {
    let config = |choice: ToolChoice, strict: Option<bool>| {
        let mut request = hi();
        request.tools = vec![function("f", schema()), function("g", schema())];
        request.tool_choice = Some(choice);
        for tool in &mut request.tools {
            if let ToolKind::Function { strict: told, .. } = &mut tool.kind {
                *told = strict;
            }
        }
        sent(request, OLD)["toolConfig"]["functionCallingConfig"].take()
    };
    let allowed = |required| ToolChoice::Allowed { names: vec!["f".into(), "g".into()], required };
    assert_eq!(config(ToolChoice::Auto, None), json!({ "mode": "AUTO" }));
    assert_eq!(config(ToolChoice::Auto, Some(true)), json!({ "mode": "VALIDATED" }));
    assert_eq!(config(ToolChoice::None, Some(true)), json!({ "mode": "NONE" }));
    assert_eq!(config(ToolChoice::Required, None), json!({ "mode": "ANY" }));
    assert_eq!(
        config(ToolChoice::Tool("g".into()), None),
        json!({ "mode": "ANY", "allowedFunctionNames": ["g"] })
    );
    assert_eq!(
        config(allowed(true), None),
        json!({ "mode": "ANY", "allowedFunctionNames": ["f", "g"] })
    );
    assert_eq!(
        config(allowed(false), None),
        json!({ "mode": "VALIDATED", "allowedFunctionNames": ["f", "g"] })
    );
}

#[test]
fn changes_names_that_google_does_not_take_and_remembers_them() {
    let long = "x".repeat(70);
    let mut request = hi();
    request.tools = ["1st", "_1st", "a/b", "a b", &long, "ok.name:x-1"]
        .map(|name| function(name, json!({})))
        .into();
    request.tool_choice = Some(ToolChoice::Tool("a b".into()));
    request.messages.push(message(Role::Assistant, vec![call("c", "a/b", "{}"), text("x")]));
    let sent = encode(request, OLD);
    let declared = sent.body["tools"][0]["functionDeclarations"].as_array().unwrap();
    let names: Vec<&str> = declared.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["_1st_2", "_1st", "a_b", "a_b_2", &long[..64], "ok.name:x-1"]);
    let config = &sent.body["toolConfig"]["functionCallingConfig"];
    assert_eq!(config["allowedFunctionNames"], json!(["a_b_2"]));
    assert_eq!(sent.body["contents"][1]["parts"][0]["functionCall"]["name"], "a_b");
    assert_eq!(sent.memo.tool_names["_1st_2"], "1st");
    assert_eq!(sent.memo.tool_names["a_b_2"], "a b");
    assert_eq!(sent.memo.tool_names.len(), 4);
}

#[test]
fn tells_what_tools_lose() {
    let mut request = hi();
    let mut marked = function("f", json!({}));
    marked.cache = Some(CacheControl::default());
    let web = ToolKind::Foreign(Dialect::OpenAi, json!({ "type": "web_search" }));
    request.tools = vec![marked, Tool { path: "tools[1]".into(), kind: web, cache: None }];
    request.parallel_tool_calls = Some(false);
    assert_eq!(
        encode(request, OLD).losses,
        [
            "tools[f].cache_control: Google caches prompts by itself",
            "tools[1]: only OpenAI's chat completions has this tool",
            "parallel_tool_calls: Google cannot be kept from several calls at once",
        ]
    );
}

#[test]
fn makes_functions_of_custom_tools() {
    let mut request = hi();
    let kind = ToolKind::Custom { name: "run".into(), description: None, format: None };
    request.tools = vec![Tool { path: "tools[0]".into(), kind, cache: None }];
    let sent = encode(request, OLD);
    assert_eq!(sent.body["tools"][0]["functionDeclarations"][0]["name"], "run");
    assert_eq!(sent.memo.custom_tools, ["run"]);
}

fn wanted() -> Format {
    Format::JsonSchema(Schema {
        name: "n".into(),
        description: Some("what it is for".into()),
        schema: schema(),
        strict: Some(true),
    })
}

#[test]
fn asks_for_a_schema_natively() {
    let mut request = hi();
    request.format = wanted();
    let config = &sent(request, OLD)["generationConfig"];
    let mut expected = schema();
    expected["description"] = "what it is for".into();
    assert_eq!(
        *config,
        json!({ "responseMimeType": "application/json", "responseJsonSchema": expected })
    );
    let mut request = hi();
    request.format = Format::JsonObject;
    assert_eq!(
        sent(request, OLD)["generationConfig"],
        json!({ "responseMimeType": "application/json" })
    );
}

#[test]
fn asks_for_a_schema_beside_tools_natively_or_by_one_more_tool() {
    let mut request = hi();
    request.format = wanted();
    request.tools = vec![function("f", json!({}))];
    let body = sent(request.clone(), NEW);
    assert_eq!(body["generationConfig"]["responseMimeType"], "application/json");
    assert_eq!(body.get("toolConfig"), None);
    let sent = encode(request, OLD);
    assert_eq!(sent.body["generationConfig"], json!({}));
    assert_eq!(sent.body["tools"][0]["functionDeclarations"][1]["name"], "json_response");
    assert_eq!(sent.body["toolConfig"]["functionCallingConfig"], json!({ "mode": "ANY" }));
    assert_eq!(sent.memo.schema_tool.as_deref(), Some("json_response"));
}
