//! From the hub to a vendor's request.

use crate::{conversation, decode, encode, paths, vendor};
use postern_dialect::chat::{
    CacheControl, Content, File, Image, Losses, Message, Part, Reasoning, Request, Role, Source,
    ToolResult,
};
use postern_dialect::{Dialect, Memo, Operation, Vendor, openai};
use serde_json::{Value, json};

/// A request as a client of Anthropic's would have made it.
fn of_anthropic(messages: Vec<Message>) -> Request {
    Request { client: Dialect::Anthropic, messages, ..conversation("") }
}

fn message(role: Role, contents: Vec<Content>) -> Message {
    let part = |(index, content)| Part::new(format!("messages[0].content[{index}]"), content);
    let parts = contents.into_iter().enumerate().map(part).collect();
    Message { path: "messages[0]".into(), role, parts, name: None }
}

fn text(text: &str) -> Content {
    Content::Text(text.into())
}

fn png() -> Content {
    let source = Source::Base64 { media_type: "image/png".into(), data: "iVBO".into() };
    Content::Image(Image { source, detail: None })
}

fn result(call_id: &str, contents: Vec<Content>) -> Content {
    let parts = message(Role::Tool, contents).parts;
    Content::ToolResult(ToolResult { call_id: call_id.into(), parts, is_error: false })
}

#[test]
fn results_of_one_message_become_several_and_their_pictures_follow_all_of_them() {
    let results = message(
        Role::Tool,
        vec![result("c1", vec![text("a"), png()]), result("c2", vec![png()]), result("c3", vec![])],
    );
    let request = of_anthropic(vec![results, message(Role::User, vec![text("and now?")])]);
    let (sent, losses) = encode(request, &vendor());
    assert_eq!(losses, Losses::default());
    let image =
        json!({ "type": "image_url", "image_url": { "url": "data:image/png;base64,iVBO" } });
    let label = |id: &str| json!({ "type": "text", "text": format!("From the result of the tool call {id}:") });
    assert_eq!(
        sent["messages"],
        json!([
            { "role": "tool", "tool_call_id": "c1", "content": "a" },
            { "role": "tool", "tool_call_id": "c2", "content": "The result follows in the next message." },
            { "role": "tool", "tool_call_id": "c3", "content": "" },
            { "role": "user", "content": [label("c1"), image, label("c2"), image] },
            { "role": "user", "content": "and now?" },
        ])
    );
}

#[test]
fn a_failed_result_and_marks_that_have_no_place_are_told() {
    let mut failed = message(Role::Tool, vec![result("c1", vec![text("no such file")])]);
    if let Content::ToolResult(result) = &mut failed.parts[0].content {
        result.is_error = true;
    }
    failed.parts[0].cache = Some(CacheControl::default());
    let (sent, losses) = encode(of_anthropic(vec![failed]), &vendor());
    assert_eq!(sent["messages"][0]["content"], "no such file");
    assert_eq!(
        paths(&losses),
        ["messages[0].content[0].cache_control", "messages[0].content[0].is_error"]
    );
}

#[test]
fn content_that_this_api_has_no_form_for_is_refused_by_its_path() {
    let file = |source| Content::File(File { source, name: None, context: None, citations: false });
    for content in [
        file(Source::FileId("file_1".into())),
        file(Source::Url("https://x.test/a.pdf".into())),
        Content::Image(Image { source: Source::FileId("file_1".into()), detail: None }),
        Content::Image(Image { source: Source::Url("gs://a/b".into()), detail: None }),
        Content::Foreign(Dialect::Anthropic, json!({ "type": "search_result" })),
    ] {
        let request = of_anthropic(vec![message(Role::User, vec![content])]);
        let mut losses = Losses::default();
        let fault =
            openai::encode_chat(request, &vendor(), &mut losses, &mut Memo::default()).unwrap_err();
        assert_eq!(fault.param.as_deref(), Some("messages[0].content[0]"));
        assert_eq!(fault.code.as_deref(), Some("unsupported_content"));
    }
}

#[test]
fn a_document_of_text_is_text_with_its_name_and_what_is_said_of_it() {
    let file = Content::File(File {
        source: Source::Text("Once.".into()),
        name: Some("Tale".into()),
        context: Some("By Ada.".into()),
        citations: true,
    });
    let (sent, losses) = encode(of_anthropic(vec![message(Role::User, vec![file])]), &vendor());
    let texts =
        json!([{ "type": "text", "text": "By Ada." }, { "type": "text", "text": "Tale\n\nOnce." }]);
    assert_eq!(sent["messages"][0]["content"], texts);
    assert_eq!(paths(&losses), ["messages[0].content[0].citations"]);
}

fn quirky(change: impl FnOnce(&mut Vendor)) -> Vendor {
    let mut vendor = vendor();
    change(&mut vendor);
    vendor
}

fn asked(vendor: &Vendor, members: &str) -> (Value, Losses) {
    let body = format!(
        r#"{{"model":"m","messages":[{{"role":"developer","content":"d"}},{{"role":"user","content":"u"}}],{members}}}"#
    );
    encode(decode(&body), vendor)
}

#[test]
fn quirks_hold() {
    let old_cap = quirky(|vendor| vendor.quirks.max_tokens_field = Some("max_tokens".into()));
    let (sent, _) = asked(&old_cap, r#""max_completion_tokens":5"#);
    assert_eq!((&sent["max_tokens"], &sent["max_completion_tokens"]), (&json!(5), &Value::Null));
    let (sent, _) = asked(&vendor(), r#""max_tokens":5"#);
    assert_eq!((&sent["max_completion_tokens"], &sent["max_tokens"]), (&json!(5), &Value::Null));
    let no_developer = quirky(|vendor| vendor.quirks.no_developer_role = true);
    assert_eq!(asked(&no_developer, r#""n":1"#).0["messages"][0]["role"], "system");
    let no_options = quirky(|vendor| vendor.quirks.no_stream_options = true);
    let (sent, losses) = asked(&no_options, r#""stream":true"#);
    assert_eq!((&sent["stream"], &sent["stream_options"]), (&json!(true), &Value::Null));
    assert_eq!(losses, Losses::default());
    let refuses = quirky(|vendor| vendor.quirks.unsupported = vec!["seed".into(), "n".into()]);
    let (sent, losses) = asked(&refuses, r#""seed":1,"n":2,"top_k":3"#);
    assert_eq!(
        (&sent["seed"], &sent["n"], &sent["top_k"]),
        (&Value::Null, &Value::Null, &json!(3))
    );
    assert_eq!(paths(&losses), ["seed", "n"]);
}

#[test]
fn a_schema_becomes_words_and_json_mode_where_the_vendor_has_no_schemas() {
    let vendor = quirky(|vendor| vendor.quirks.no_json_schema = true);
    let format = r#""response_format":{"type":"json_schema","json_schema":{"name":"s","strict":true,"schema":{"type":"object"}}}"#;
    let (sent, losses) = asked(&vendor, format);
    assert_eq!(sent["response_format"], json!({ "type": "json_object" }));
    let words = sent["messages"][0]["content"].as_str().unwrap();
    assert!(words.starts_with("d\n\nAnswer with JSON") && words.ends_with(r#"{"type":"object"}"#));
    assert_eq!(paths(&losses), ["response_format"]);
}

#[test]
fn custom_tools_become_functions_where_the_vendor_has_none_and_the_memo_knows() {
    let vendor = quirky(|vendor| vendor.quirks.unsupported = vec!["custom_tools".into()]);
    let request = decode(
        r#"{"model":"m","messages":[{"role":"user","content":"u"}],"tool_choice":{"type":"custom","custom":{"name":"sh"}},"tools":[{"type":"custom","custom":{"name":"sh"}}]}"#,
    );
    let mut memo = Memo::default();
    let spoken = openai::encode_chat(request, &vendor, &mut Losses::default(), &mut memo).unwrap();
    let sent: Value = serde_json::from_str(&spoken.body).unwrap();
    assert_eq!(sent["tools"][0]["function"]["name"], "sh");
    assert_eq!(sent["tool_choice"], json!({ "type": "function", "function": { "name": "sh" } }));
    assert_eq!(memo.custom_tools, ["sh"]);
}

#[test]
fn allowed_tools_become_all_tools_where_the_vendor_cannot_choose_among_them() {
    let vendor = quirky(|vendor| vendor.quirks.unsupported = vec!["allowed_tools".into()]);
    let (sent, losses) = asked(
        &vendor,
        r#""tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}],
           "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"g"}}]}}"#,
    );
    assert_eq!(sent["tools"], json!([{ "type": "function", "function": { "name": "g" } }]));
    assert_eq!(sent["tool_choice"], "required");
    assert_eq!(losses, Losses::default());
}

#[test]
fn a_budget_becomes_an_effort_and_a_model_that_does_not_think_is_not_asked() {
    let budget = |vendor: &Vendor| {
        let mut request = of_anthropic(vec![message(Role::User, vec![text("x")])]);
        request.reasoning = Some(Reasoning { budget_tokens: Some(8_000), ..Reasoning::default() });
        encode(request, vendor)
    };
    let (sent, losses) = budget(&vendor());
    assert_eq!((&sent["reasoning_effort"], losses.0.len()), (&json!("medium"), 1));
    let (sent, losses) = budget(&quirky(|vendor| vendor.reasons = false));
    assert_eq!((&sent["reasoning_effort"], losses.0.len()), (&Value::Null, 1));
}

#[test]
fn what_means_nothing_without_tools_is_not_sent_without_them() {
    let (sent, losses) = asked(&vendor(), r#""parallel_tool_calls":true,"tool_choice":"auto""#);
    assert_eq!((&sent["parallel_tool_calls"], &sent["tool_choice"]), (&Value::Null, &Value::Null));
    assert_eq!(losses, Losses::default());
}

#[test]
fn the_path_is_the_vendors_own_or_that_of_the_api() {
    let path = |vendor: &Vendor| {
        let request = conversation(r#"{"role":"user","content":"x"}"#);
        let (mut losses, mut memo) = (Losses::default(), Memo::default());
        openai::encode_chat(request, vendor, &mut losses, &mut memo).unwrap().path
    };
    assert_eq!(path(&vendor()), "/chat/completions");
    let azure = quirky(|vendor| {
        vendor.quirks.paths = vec![(Operation::Chat, "/d/{model}/chat?api-version=1".into())];
    });
    assert_eq!(path(&azure), "/d/upstream/chat?api-version=1");
}

#[test]
fn arguments_go_back_as_the_model_wrote_them_and_none_are_an_empty_object() {
    let (sent, _) = encode(
        conversation(
            r#"{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"cut"}},{"id":"b","function":{"name":"f","arguments":""}}]}"#,
        ),
        &vendor(),
    );
    let calls = &sent["messages"][0]["tool_calls"];
    assert_eq!(calls[0]["function"]["arguments"], "{\"cut");
    assert_eq!(calls[1]["function"]["arguments"], "{}");
}
