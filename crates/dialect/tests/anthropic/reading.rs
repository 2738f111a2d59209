//! Facts and texts.

use postern_dialect::anthropic::read;
use postern_dialect::{Dialect, Operation, Role, SegmentKind as Kind};

const BODY: &str = r#"{"model":"claude","max_tokens":64,"stream":true,"tools":[{},{}],
 "system":[{"type":"text","text":"be brief"}],
 "messages":[{"content":"hello","role":"user"},
  {"role":"assistant","content":[{"type":"thinking","thinking":"sealed","signature":"s"},{"type":"text","text":"hi"}]},
  {"role":"user","content":[
   {"type":"tool_result","tool_use_id":"a","content":"one"},
   {"content":[{"type":"text","text":"two"}],"tool_use_id":"b","type":"tool_result"},
   {"type":"document","source":{"data":"words","type":"text","media_type":"text/plain"},"title":"t","context":"c"},
   {"type":"document","source":{"data":"JVBERi0=","type":"base64","media_type":"application/pdf"}},
   {"type":"text","text":"and?"}]}]}"#;

#[test]
fn tells_the_facts_of_a_request() {
    let facts = read(Operation::Chat, BODY).unwrap().facts;
    assert_eq!((facts.client, facts.model.as_str()), (Dialect::Anthropic, "claude"));
    assert_eq!(facts.model_span.of(BODY), Some("\"claude\""));
    assert_eq!((facts.stream, facts.usage_in_stream), (true, true));
    assert_eq!((facts.output_cap_tokens, facts.choices, facts.tools), (Some(64), 1, 2));
}

#[test]
fn finds_every_text_with_its_role_and_what_it_is() {
    let request = read(Operation::Chat, BODY).unwrap();
    let texts: Vec<_> = request
        .segments
        .iter()
        .map(|part| (part.role, part.kind, part.raw(BODY).unwrap()))
        .collect();
    assert_eq!(
        texts,
        [
            (Role::System, Kind::ToolSchema, "[{},{}]"),
            (Role::System, Kind::Instruction, "be brief"),
            (Role::User, Kind::UserText, "hello"),
            (Role::Assistant, Kind::Reasoning, "sealed"),
            (Role::Assistant, Kind::AssistantText, "hi"),
            (Role::Tool, Kind::ToolResult, "one"),
            (Role::Tool, Kind::ToolResult, "two"),
            (Role::User, Kind::Document, "words"),
            (Role::User, Kind::FileName, "t"),
            (Role::User, Kind::Document, "c"),
            (Role::User, Kind::Media, "JVBERi0="),
            (Role::User, Kind::UserText, "and?"),
        ]
    );
    assert_eq!(request.facts.texts, 9);
}

#[test]
fn demands_a_cap_of_a_chat_and_none_of_a_count() {
    let body = r#"{"model":"m","messages":[{"role":"user","content":"x"}],"stream":true}"#;
    let fault = read(Operation::Chat, body).unwrap_err();
    assert_eq!(fault.param.as_deref(), Some("max_tokens"));
    let facts = read(Operation::CountTokens, body).unwrap().facts;
    assert_eq!((facts.operation, facts.stream), (Operation::CountTokens, false));
}

#[test]
fn names_what_is_wrong() {
    for (body, param) in [
        (r#"{"max_tokens":1,"messages":[{"role":"user","content":"x"}]}"#, Some("model")),
        (r#"{"model":"m","max_tokens":1}"#, Some("messages")),
        (r#"{"model":"m","max_tokens":1,"messages":[]}"#, Some("messages")),
        (r#"{"model":"m","max_tokens":1,"messages":[{"content":"x"}]}"#, Some("messages[0].role")),
        (
            r#"{"model":"m","max_tokens":1,"messages":[{"role":"user","content":3}]}"#,
            Some("messages[0].content"),
        ),
        (r#"{"model":"m","model":"n"}"#, Some("model")),
        (r#"{"model":"m""#, None),
        ("[]", None),
    ] {
        let fault = read(Operation::Chat, body).unwrap_err();
        assert_eq!(fault.param.as_deref(), param, "{body}");
    }
}

#[test]
fn counts_pictures_and_documents_wherever_they_stand() {
    let image =
        r#"{"type":"image","source":{"type":"base64","media_type":"image/png","data":"aQ=="}}"#;
    let page = r#"{"source":{"type":"text","data":"words"},"type":"document"}"#;
    let body = format!(
        r#"{{"model":"m","max_tokens":1,"messages":[
 {{"role":"user","content":[{image},{{"type":"im\u0061ge"}},{{"type":"video"}},{{"type":"text","text":"image"}},
  {{"type":"document","source":{{"type":"content","content":[{image}]}}}},{{"type":"container_upload","file_id":"f"}}]}},
 {{"role":"user","content":[{{"content":[{image},{page}],"type":"tool_result","tool_use_id":"a"}},
  {{"type":"web_fetch_tool_result","tool_use_id":"b","content":{{"type":"web_fetch_result","content":{page}}}}}]}}]}}"#
    );
    for operation in [Operation::Chat, Operation::CountTokens] {
        let facts = read(operation, &body).unwrap().facts;
        assert_eq!((facts.images, facts.audio, facts.documents), (4, 0, 4));
    }
    let facts = read(Operation::Chat, BODY).unwrap().facts;
    assert_eq!((facts.images, facts.audio, facts.documents), (0, 0, 2));
}

#[test]
fn refuses_a_block_of_two_types() {
    let body = r#"{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","type":"image"}]}]}"#;
    let fault = read(Operation::Chat, body).unwrap_err();
    assert_eq!(fault.code.as_deref(), Some("duplicate_parameter"));
}

#[test]
fn counts_what_lets_the_model_use_tools_by_another_name() {
    let with = |field: &str| {
        let body = format!(
            r#"{{"model":"m","max_tokens":1,{field}"messages":[{{"role":"user","content":"x"}}]}}"#
        );
        read(Operation::Chat, &body).unwrap().facts.tools
    };
    assert_eq!(with(""), 0);
    assert_eq!(with(r#""mcp_servers":null,"#), 0);
    assert_eq!(with(r#""mcp_servers":[{"url":"https://a"}],"#), 1);
    assert_eq!(with(r#""mcp_servers":[{}],"tools":[{},{}],"#), 3);
}
