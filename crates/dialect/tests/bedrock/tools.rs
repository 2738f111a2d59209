//! Tools, their calls and results, and structured answers.

use crate::given::{CLAUDE, call, encode, hello, message, request, result, strings, text, tool};
use postern_dialect::chat::{
    Content, Format, Image, Request, Role, Schema, Source, ToolChoice, ToolKind,
};
use serde_json::{Value, json};

fn conversation() -> Request {
    request(vec![
        message(Role::User, vec![text("a")]),
        message(Role::Assistant, vec![call("1", "f", r#"{"z":1,  "a":2}"#), call("2", "f", "")]),
        message(Role::Tool, vec![result("1", vec![text("ok")], false)]),
        message(
            Role::Tool,
            vec![result(
                "2",
                vec![
                    text("no"),
                    Content::Image(Image {
                        source: Source::Base64 {
                            media_type: "image/png".into(),
                            data: "AAAA".into(),
                        },
                        detail: None,
                    }),
                ],
                true,
            )],
        ),
    ])
}

#[test]
fn calls_and_results_cross_with_arguments_byte_for_byte() {
    let mut asked = conversation();
    asked.tools = vec![tool("f")];
    let said = encode(asked, CLAUDE);
    assert!(said.text.contains(r#""input":{"z":1,  "a":2}"#));
    assert!(said.text.contains(r#""properties":{"z":{},"a":{}}"#));
    let expected = json!([
        {"role": "user", "content": [{"text": "a"}]},
        {"role": "assistant", "content": [
            {"toolUse": {"toolUseId": "1", "name": "f", "input": {"z": 1, "a": 2}}},
            {"toolUse": {"toolUseId": "2", "name": "f", "input": {}}},
        ]},
        {"role": "user", "content": [
            {"toolResult": {"toolUseId": "1", "content": [{"text": "ok"}]}},
            {"toolResult": {"toolUseId": "2", "status": "error", "content": [
                {"text": "no"},
                {"image": {"format": "png", "source": {"bytes": "AAAA"}}},
            ]}},
        ]},
    ]);
    assert_eq!(said.body["messages"], expected);
    let spec = json!({"tools": [{"toolSpec": {
        "name": "f",
        "description": "d",
        "inputSchema": {"json": {"type": "object", "properties": {"z": {}, "a": {}}}},
    }}]});
    assert_eq!(said.body["toolConfig"], spec);
    assert_eq!(said.losses, strings(&[]));
}

#[test]
fn cut_arguments_of_earlier_turns_are_kept_and_told() {
    let said =
        encode(request(vec![message(Role::Assistant, vec![call("1", "f", "{\"a\":")])]), CLAUDE);
    let input = &said.body["messages"][1]["content"][0]["toolUse"]["input"];
    assert_eq!(*input, json!({"arguments": "{\"a\":"}));
    assert!(said.losses.contains(&"messages[0].content[0].arguments".to_owned()));
}

#[test]
fn tool_choice_in_every_form() {
    let chosen = |choice: ToolChoice, model: &str| {
        let mut asked = hello();
        asked.tools = vec![tool("f"), tool("g")];
        asked.tool_choice = Some(choice);
        let said = encode(asked, model);
        let config = said.body["toolConfig"].clone();
        let names: Vec<Value> = config["tools"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|tool| tool["toolSpec"]["name"].clone())
            .collect();
        (names, config["toolChoice"].clone(), said.losses)
    };
    let both = vec![json!("f"), json!("g")];
    let f = || ToolChoice::Tool("f".into());
    let none = strings(&[]);
    assert_eq!(chosen(ToolChoice::Auto, CLAUDE), (both.clone(), json!({"auto": {}}), none.clone()));
    assert_eq!(
        chosen(ToolChoice::Required, CLAUDE),
        (both.clone(), json!({"any": {}}), none.clone())
    );
    assert_eq!(chosen(f(), CLAUDE), (both.clone(), json!({"tool": {"name": "f"}}), none.clone()));
    assert_eq!(chosen(ToolChoice::None, CLAUDE), (vec![], Value::Null, none.clone()));
    let allowed = ToolChoice::Allowed { names: vec!["g".into()], required: true };
    assert_eq!(chosen(allowed, CLAUDE), (vec![json!("g")], json!({"any": {}}), none.clone()));
    let mistral = "mistral.mistral-large-2407-v1:0";
    assert_eq!(chosen(f(), mistral), (vec![json!("f")], json!({"any": {}}), none));
    let llama = "us.meta.llama3-3-70b-instruct-v1:0";
    let lost = strings(&["tool_choice"]);
    assert_eq!(chosen(ToolChoice::Required, llama), (both, Value::Null, lost));
}

#[test]
fn a_conversation_that_called_tools_declares_them_even_when_none_may_be_called() {
    let mut asked = conversation();
    asked.tools = vec![tool("f")];
    asked.tool_choice = Some(ToolChoice::None);
    let said = encode(asked, CLAUDE);
    assert_eq!(said.body["toolConfig"]["tools"][0]["toolSpec"]["name"], json!("f"));
    assert_eq!(said.losses, strings(&["tool_choice"]));
    let said = encode(conversation(), CLAUDE);
    assert_eq!(said.body["toolConfig"]["tools"][0]["toolSpec"]["name"], json!("f"));
    assert_eq!(said.losses, strings(&["tools"]));
}

#[test]
fn names_and_ids_that_bedrock_refuses_are_changed_alike_everywhere() {
    let long = "call|".repeat(20);
    let mut asked = request(vec![
        message(Role::Assistant, vec![call(&long, "mcp.server/f", "{}")]),
        message(Role::Tool, vec![result(&long, vec![text("x")], false)]),
    ]);
    asked.tools = vec![tool("mcp.server/f"), tool("mcp.server.f")];
    asked.tool_choice = Some(ToolChoice::Tool("mcp.server/f".into()));
    let said = encode(asked, CLAUDE);
    let tool_use = &said.body["messages"][1]["content"][0]["toolUse"];
    let sent = tool_use["name"].as_str().unwrap();
    assert!(
        sent.len() <= 64 && sent.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
    );
    assert_eq!(said.memo.tool_names[sent], "mcp.server/f");
    assert_eq!(said.memo.tool_names.len(), 2);
    assert_eq!(said.body["toolConfig"]["toolChoice"]["tool"]["name"], json!(sent));
    assert_eq!(said.body["toolConfig"]["tools"][0]["toolSpec"]["name"], json!(sent));
    let id = tool_use["toolUseId"].as_str().unwrap();
    assert!(id.len() <= 64 && !id.contains('|'));
    let result = &said.body["messages"][2]["content"][0]["toolResult"];
    assert_eq!(result["toolUseId"], json!(id));
}

#[test]
fn custom_tools_become_functions_and_other_vendors_tools_are_losses() {
    let mut asked = hello();
    let custom = ToolKind::Custom { name: "run".into(), description: None, format: None };
    asked.tools = vec![tool("f"), tool("g")];
    asked.tools[0].kind = custom;
    asked.tools[1].kind =
        ToolKind::Foreign(postern_dialect::Dialect::Anthropic, json!({"type": "x"}));
    let said = encode(asked, CLAUDE);
    assert_eq!(said.memo.custom_tools, strings(&["run"]));
    assert_eq!(said.body["toolConfig"]["tools"].as_array().map(Vec::len), Some(1));
    assert_eq!(said.losses, strings(&["tools[0]"]));
}

#[test]
fn strict_tools_are_strict_where_the_model_can() {
    let strict = |model: &str| {
        let mut asked = hello();
        asked.tools = vec![tool("f")];
        if let ToolKind::Function { strict, .. } = &mut asked.tools[0].kind {
            *strict = Some(true);
        }
        let said = encode(asked, model);
        (said.body["toolConfig"]["tools"][0]["toolSpec"]["strict"].clone(), said.losses)
    };
    assert_eq!(strict(CLAUDE), (json!(true), strings(&[])));
    assert_eq!(strict("amazon.nova-pro-v1:0"), (Value::Null, strings(&["tools[0].strict"])));
}

#[test]
fn a_strict_schema_is_bedrocks_own_where_it_can_and_a_tool_elsewhere() {
    let schema = |strict: Option<bool>| {
        let mut asked = hello();
        let schema = json!({"type": "object", "properties": {"z": {}, "a": {}}});
        asked.format =
            Format::JsonSchema(Schema { name: "s".into(), description: None, schema, strict });
        asked
    };
    let said = encode(schema(Some(true)), CLAUDE);
    let text = r#"{"type":"object","properties":{"z":{},"a":{}},"additionalProperties":false}"#;
    let expected = json!({"textFormat": {
        "type": "json_schema",
        "structure": {"jsonSchema": {"schema": text, "name": "s"}},
    }});
    assert_eq!(said.body["outputConfig"], expected);
    assert_eq!((said.memo.schema_tool, said.losses), (None, strings(&[])));
    for (strict, model) in [(None, CLAUDE), (Some(true), "amazon.nova-pro-v1:0")] {
        let said = encode(schema(strict), model);
        let name = said.memo.schema_tool.unwrap();
        assert_eq!(said.body["toolConfig"]["toolChoice"]["tool"]["name"], json!(name));
        assert_eq!(said.body.get("outputConfig"), None);
        assert_eq!(said.losses, strings(&[]));
    }
}
