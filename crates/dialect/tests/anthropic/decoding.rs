//! From a client's request to the hub, and back to a vendor of the same dialect.

use crate::fixtures::{decoded, encoded, json, vendor};
use postern_dialect::Dialect;
use postern_dialect::anthropic::decode;
use postern_dialect::chat::{Content, Effort, Format, Role, Source, ToolChoice, ToolKind};

const EVERYTHING: &str = r#"{
 "model":"claude-x","max_tokens":20000,
 "system":[{"type":"text","text":"be brief","cache_control":{"type":"ephemeral","ttl":"1h"}}],
 "messages":[
  {"role":"user","content":[
   {"type":"text","text":"look","cache_control":{"type":"ephemeral"}},
   {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBOR"}},
   {"type":"image","source":{"type":"url","url":"https://x.test/a.png"}},
   {"type":"image","source":{"type":"file","file_id":"file_1"}},
   {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBER"},
    "title":"t","context":"c","citations":{"enabled":true},"cache_control":{"type":"ephemeral"}},
   {"type":"document","source":{"type":"text","media_type":"text/plain","data":"words"}},
   {"type":"search_result","source":"https://x.test","title":"s","content":[{"type":"text","text":"r"}]}]},
  {"role":"assistant","content":[
   {"type":"thinking","thinking":"hm","signature":"c2ln"},
   {"type":"redacted_thinking","data":"ZW5j"},
   {"type":"text","text":"said","citations":[{"type":"char_location","cited_text":"w","document_index":0,
    "document_title":"t","start_char_index":0,"end_char_index":1}]},
   {"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"q"}},
   {"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[
    {"type":"web_search_result","url":"https://x.test","title":"x","encrypted_content":"e"}]},
   {"type":"tool_use","id":"toolu_1","name":"z","input":{"b":1.50,"a":"\u00e9"}},
   {"type":"tool_use","id":"toolu_2","name":"z","input":{}}]},
  {"role":"user","content":[
   {"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"r"},
    {"type":"image","source":{"type":"url","url":"https://x.test/b.png"}}],"is_error":true},
   {"type":"tool_result","tool_use_id":"toolu_2"},
   {"type":"text","text":"go on"}]}],
 "tools":[
  {"name":"z","description":"d","input_schema":{"type":"object","properties":{"b":{},"a":{}},"additionalProperties":false},"strict":true,
   "cache_control":{"type":"ephemeral"}},
  {"type":"web_search_20250305","name":"web_search","max_uses":2}],
 "tool_choice":{"type":"auto","disable_parallel_tool_use":true},
 "thinking":{"type":"enabled","budget_tokens":2048,"display":"summarized"},
 "output_config":{"effort":"high","format":{"type":"json_schema","schema":{"type":"object","properties":{},"additionalProperties":false,"z":1,"a":2}}},
 "stop_sequences":["END"],"service_tier":"auto",
 "metadata":{"user_id":"u"},"cache_control":{"type":"ephemeral"},"stream":true}"#;

#[test]
fn everything_that_the_dialect_can_say_comes_out_as_it_went_in() {
    let (request, losses) = decoded(EVERYTHING);
    assert_eq!(losses, [""; 0]);
    let (body, losses, _) = encoded(request, &vendor());
    assert_eq!(losses, [""; 0]);
    let mut expected = json(EVERYTHING);
    expected["messages"][2]["content"][0]["is_error"] = true.into();
    assert_eq!(body, expected);
    // Keys and numbers as the client wrote them: a prompt cache counts bytes.
    let (request, _) = decoded(EVERYTHING);
    let spoken = postern_dialect::anthropic::encode(
        request,
        &vendor(),
        &mut Default::default(),
        &mut Default::default(),
    )
    .unwrap();
    assert!(spoken.body.contains(r#""input":{"b":1.50,"a":"\u00e9"}"#), "{}", spoken.body);
    assert!(spoken.body.contains(r#""properties":{"b":{},"a":{}}"#));
    assert_eq!(spoken.path, "/messages");
    assert_eq!(spoken.headers, [("anthropic-version", "2023-06-01".to_owned())]);
}

#[test]
fn what_tools_returned_is_a_message_of_its_own() {
    let (request, _) = decoded(EVERYTHING);
    let roles: Vec<Role> = request.messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::System, Role::User, Role::Assistant, Role::Tool, Role::User]);
    let Content::ToolResult(result) = &request.messages[3].parts[0].content else { panic!() };
    assert_eq!((result.call_id.as_str(), result.is_error), ("toolu_1", true));
    assert_eq!(request.messages[3].parts[0].path, "messages[2].content[0]");
    assert_eq!(request.messages[4].parts[0].path, "messages[2].content[2]");
}

#[test]
fn settings_reach_the_hub() {
    let (request, _) = decoded(EVERYTHING);
    assert_eq!(request.tool_choice, Some(ToolChoice::Auto));
    assert_eq!(request.parallel_tool_calls, Some(false));
    assert_eq!((request.user.as_deref(), request.stop.len()), (Some("u"), 1));
    assert_eq!(request.max_output_tokens, Some(20_000));
    let reasoning = request.reasoning.unwrap();
    assert_eq!(reasoning.effort, Some(Effort::High));
    assert_eq!((reasoning.enabled, reasoning.budget_tokens), (Some(true), Some(2_048)));
    let Format::JsonSchema(schema) = request.format else { panic!() };
    assert_eq!(schema.strict, Some(true));
    assert!(matches!(request.tools[1].kind, ToolKind::Foreign(Dialect::Anthropic, _)));
}

#[test]
fn strings_stand_for_blocks_and_sources_of_chunks_for_a_text() {
    let body = r#"{"model":"m","system":"s","messages":[{"role":"user","content":"u"},
     {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"r"},
      {"type":"document","source":{"type":"content","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}}]},
     {"role":"system","content":"later"}],"output_format":{"type":"json_schema","schema":{}}}"#;
    let (request, losses) = decoded(body);
    assert_eq!(losses, ["messages[1].content[1].source.content"]);
    let Content::File(file) = &request.messages[3].parts[0].content else { panic!() };
    assert_eq!(file.source, Source::Text("a\n\nb".into()));
    assert_eq!(request.messages[4].role, Role::System);
    assert!(matches!(request.format, Format::JsonSchema(_)));
}

#[test]
fn what_has_no_place_in_the_hub_is_told() {
    let body = r#"{"model":"m","max_tokens":1,"container":"c","mcp_servers":[],"context_management":{},
     "metadata":{"user_id":"u","more":1},"thinking":{"type":"adaptive","display":null},
     "tools":[{"name":"t","input_schema":{},"input_examples":[]}],
     "messages":[{"role":"user","content":[{"type":"text","text":"x","later":1}],"soon":2,"never":null}]}"#;
    let (_, losses) = decoded(body);
    assert_eq!(
        losses,
        [
            "messages[0].soon",
            "messages[0].content[0].later",
            "tools[0].input_examples",
            "metadata.more",
            "container",
            "mcp_servers",
            "context_management",
        ]
    );
}

#[test]
fn a_wrong_field_is_named_and_not_quoted() {
    let with = |rest: &str| format!(r#"{{"model":"m","messages":[{{"role":"user",{rest}}}]}}"#);
    for (body, param) in [
        (with(r#""content":[{"type":"text","text":17}]"#), "messages[0].content[0]"),
        (with(r#""content":[{"text":"secret"}]"#), "messages[0].content[0].type"),
        (with(r#""content":[{"type":"tool_use","id":"a"}]"#), "messages[0].content[0].name"),
        (
            with(r#""content":[{"type":"image","source":{"type":"secret"}}]"#),
            "messages[0].content[0].source.type",
        ),
        (with(r#""content":{}"#), "messages[0]"),
        (with(r#""nothing":"secret""#), "messages[0].content"),
        (
            r#"{"model":"m","messages":[{"role":"secret","content":"x"}]}"#.into(),
            "messages[0].role",
        ),
        (r#"{"messages":[]}"#.into(), "model"),
        (r#"{"model":"m"}"#.into(), "messages"),
        (
            r#"{"model":"m","messages":[],"tool_choice":{"type":"secret"}}"#.into(),
            "tool_choice.type",
        ),
    ] {
        let fault = decode(&body).unwrap_err();
        assert_eq!(fault.param.as_deref(), Some(param), "{body}");
        assert!(!fault.public.contains("secret"), "{}", fault.public);
    }
}

#[test]
fn seals_of_other_makers_are_known_again() {
    let body = r#"{"model":"m","messages":[{"role":"assistant","content":[
     {"type":"redacted_thinking","data":"postern.google..c2ln"},
     {"type":"thinking","thinking":"w","signature":"postern.responses.rs_1.ZW5j"}]}]}"#;
    let (request, _) = decoded(body);
    let seals: Vec<_> = request.messages[0]
        .parts
        .iter()
        .map(|part| match &part.content {
            Content::Reasoning(reasoned) => (reasoned.redacted, reasoned.sealed.clone().unwrap()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        (seals[0].0, seals[0].1.maker, seals[0].1.data.as_str()),
        (false, Dialect::Google, "c2ln")
    );
    assert_eq!((seals[1].1.maker, seals[1].1.id.as_deref()), (Dialect::Responses, Some("rs_1")));
    let (body, losses, _) = encoded(request, &vendor());
    assert_eq!(losses, ["messages[0]", "messages[0].content[0]", "messages[0].content[1]"]);
    assert_eq!(body["messages"].as_array().unwrap().len(), 1, "the user's, which is put first");
}
