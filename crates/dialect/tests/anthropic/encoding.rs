//! From the hub to a vendor: what clients of other dialects ask for.

use crate::fixtures::{encoded, json, message, request, vendor};
use postern_dialect::anthropic::encode;
use postern_dialect::chat::{
    Audio, Content, File, Format, Image, Logprobs, Losses, Part, Request, Role, Sampling, Schema,
    Source, Tool, ToolCall, ToolChoice, ToolKind, ToolResult,
};
use postern_dialect::{Dialect, Memo, Operation, Vendor};
use serde_json::{Number, json};

fn text(text: &str) -> Content {
    Content::Text(text.into())
}

fn call(id: &str, arguments: &str) -> Content {
    let (id, name, arguments) = (id.into(), "f".into(), arguments.into());
    Content::ToolCall(ToolCall { id, name, arguments, custom: false })
}

fn result(id: &str, words: &str) -> Content {
    let parts = vec![Part::new("part", text(words))];
    Content::ToolResult(ToolResult { call_id: id.into(), parts, is_error: false })
}

fn function(name: &str) -> Tool {
    let (description, strict) = (None, None);
    let parameters = Some(json!({ "properties": { "z": {}, "a": {} } }));
    let kind = ToolKind::Function { name: name.into(), description, parameters, strict };
    Tool { path: "tools[0]".into(), kind, cache: None }
}

fn asking(content: Content) -> Request {
    Request { messages: vec![message(Role::User, content)], ..request() }
}

fn refusal(content: Content) -> (Option<String>, Option<String>) {
    let (mut losses, mut memo) = (Losses::default(), Memo::default());
    let fault = encode(asking(content), &vendor(), &mut losses, &mut memo).unwrap_err();
    (fault.param, fault.code)
}

#[test]
fn a_cap_is_the_clients_or_the_catalogues_or_4096() {
    let none = Request { max_output_tokens: None, ..request() };
    assert_eq!(encoded(request(), &vendor()).0["max_tokens"], 100);
    assert_eq!(encoded(none.clone(), &vendor()).0["max_tokens"], 4_096);
    let known = Vendor { max_output_tokens: Some(64_000), ..vendor() };
    assert_eq!(encoded(none, &known).0["max_tokens"], 64_000);
}

#[test]
fn instructions_become_system_and_turns_alternate_with_results_first() {
    let mut messages = vec![
        message(Role::System, text("a")),
        message(Role::Developer, text("b")),
        message(Role::User, text("one")),
        message(Role::User, text("two")),
        message(Role::Assistant, text("")),
        message(Role::Assistant, call("call.1", "{\"z\": 1,\"a\":2.0}")),
        message(Role::Assistant, call("2", "")),
        message(Role::User, text("late")),
        message(Role::Tool, result("call.1", "r1")),
        message(Role::Tool, result("2", "")),
        message(Role::System, text("c")),
    ];
    messages[10].path = "messages[10]".into();
    messages[2].name = Some("Ann".into());
    let (body, losses, _) = encoded(Request { messages, ..request() }, &vendor());
    assert_eq!(losses, ["message.name", "messages[10]"]);
    let words: Vec<_> =
        body["system"].as_array().unwrap().iter().map(|b| b["text"].clone()).collect();
    assert_eq!(words, ["a", "b", "c"]);
    assert_eq!(
        body["messages"],
        json!([
            { "role": "user", "content": [
                { "type": "text", "text": "one" }, { "type": "text", "text": "two" }] },
            { "role": "assistant", "content": [
                { "type": "tool_use", "id": "call_1", "name": "f", "input": { "z": 1, "a": 2.0 } },
                { "type": "tool_use", "id": "2", "name": "f", "input": {} }] },
            { "role": "user", "content": [
                { "type": "tool_result", "tool_use_id": "call_1",
                  "content": [{ "type": "text", "text": "r1" }] },
                { "type": "tool_result", "tool_use_id": "2" },
                { "type": "text", "text": "late" }] },
        ])
    );
}

#[test]
fn instructions_alone_are_asked_as_the_users() {
    let messages = vec![message(Role::System, text("write a poem"))];
    let (body, losses, _) = encoded(Request { messages, ..request() }, &vendor());
    assert_eq!(losses, ["messages"]);
    assert_eq!(body.get("system"), None);
    assert_eq!(body["messages"][0]["role"], "user");
}

#[test]
fn arguments_that_were_cut_are_sent_as_they_are_and_never_as_none() {
    for cut in ["{\"city\": \"Par", "[1]", "x"] {
        let messages =
            vec![message(Role::User, text("q")), message(Role::Assistant, call("1", cut))];
        let (body, _, _) = encoded(Request { messages, ..request() }, &vendor());
        let input = &body["messages"][1]["content"][0]["input"];
        assert_eq!(*input, json!({ "INVALID_JSON": cut }));
    }
}

#[test]
fn images_and_documents_are_sent_with_their_types() {
    let base64 = |media_type: &str, data: &str| Source::Base64 {
        media_type: media_type.into(),
        data: data.into(),
    };
    let image = |source| Content::Image(Image { source, detail: None });
    let file = |source| {
        Content::File(File { source, name: Some("n".into()), context: None, citations: false })
    };
    for (content, kind, source) in [
        (
            image(base64("", "/9j/4A")),
            "image",
            json!({"type":"base64","media_type":"image/jpeg","data":"/9j/4A"}),
        ),
        (
            image(base64("image/webp", "U")),
            "image",
            json!({"type":"base64","media_type":"image/webp","data":"U"}),
        ),
        (
            image(Source::Url("https://x.test/i".into())),
            "image",
            json!({"type":"url","url":"https://x.test/i"}),
        ),
        (
            image(Source::FileId("file_1".into())),
            "image",
            json!({"type":"file","file_id":"file_1"}),
        ),
        (
            file(base64("application/pdf", "JVB")),
            "document",
            json!({"type":"base64","media_type":"application/pdf","data":"JVB"}),
        ),
        (
            file(base64("text/plain; charset=utf-8", "aMOkIQ==")),
            "document",
            json!({"type":"text","media_type":"text/plain","data":"hä!"}),
        ),
        (
            file(Source::Text("t".into())),
            "document",
            json!({"type":"text","media_type":"text/plain","data":"t"}),
        ),
    ] {
        let (body, losses, _) = encoded(asking(content), &vendor());
        let block = &body["messages"][0]["content"][0];
        assert_eq!((&block["type"], &block["source"]), (&json!(kind), &source));
        assert_eq!(losses, [""; 0]);
    }
}

#[test]
fn content_that_is_not_taken_is_refused_by_its_path() {
    let named = (Some("part".to_owned()), Some("unsupported_content".to_owned()));
    let image = |source| Content::Image(Image { source, detail: None });
    let bmp = Source::Base64 { media_type: "image/bmp".into(), data: "Qk0".into() };
    for content in [
        Content::Audio(Audio { format: "wav".into(), data: "UklG".into(), ..Audio::default() }),
        image(bmp),
        image(Source::Url("gs://bucket/x".into())),
        image(Source::FileId("file-openais".into())),
    ] {
        assert_eq!(refusal(content), named);
    }
}

#[test]
fn tools_and_whether_they_must_be_called() {
    let choose = |choice, parallel| {
        let tools = vec![function("f"), function("g")];
        let tool_choice = choice;
        let parallel_tool_calls = parallel;
        encoded(Request { tools, tool_choice, parallel_tool_calls, ..request() }, &vendor()).0
    };
    assert_eq!(choose(None, None).get("tool_choice"), None);
    let one = json!({ "type": "auto", "disable_parallel_tool_use": true });
    assert_eq!(choose(None, Some(false))["tool_choice"], one);
    assert_eq!(choose(Some(ToolChoice::None), Some(false))["tool_choice"], json!({"type":"none"}));
    assert_eq!(
        choose(Some(ToolChoice::Required), Some(true))["tool_choice"],
        json!({"type":"any"})
    );
    let named = json!({ "type": "tool", "name": "g", "disable_parallel_tool_use": true });
    assert_eq!(choose(Some(ToolChoice::Tool("g".into())), Some(false))["tool_choice"], named);
    let allowed = ToolChoice::Allowed { names: vec!["g".into()], required: true };
    let body = choose(Some(allowed), None);
    assert_eq!(body["tool_choice"], json!({ "type": "any" }));
    assert_eq!(body["tools"].as_array().unwrap().len(), 1);
    let schema = &body["tools"][0]["input_schema"];
    assert_eq!(schema.to_string(), r#"{"properties":{"z":{},"a":{}},"type":"object"}"#);
}

#[test]
fn tools_get_names_that_are_taken_and_the_memo_keeps_the_clients() {
    let mut messages = request().messages;
    let mut called = call("1", "{}");
    if let Content::ToolCall(call) = &mut called {
        call.name = "my.tool".into();
    }
    messages.push(message(Role::Assistant, called));
    let tools = vec![function("my.tool"), function("my/tool")];
    let tool_choice = Some(ToolChoice::Tool("my/tool".into()));
    let (body, _, memo) = encoded(Request { messages, tools, tool_choice, ..request() }, &vendor());
    assert_eq!(body["tools"][0]["name"], "my_tool");
    assert_eq!(body["tools"][1]["name"], "my_tool_3");
    assert_eq!(body["tool_choice"]["name"], "my_tool_3");
    assert_eq!(body["messages"][1]["content"][0]["name"], "my_tool");
    assert_eq!(memo.tool_names["my_tool_3"], "my/tool");
}

#[test]
fn tools_of_other_makers_are_lost_and_custom_ones_become_functions() {
    let foreign = Tool {
        path: "tools[0]".into(),
        kind: ToolKind::Foreign(Dialect::OpenAi, json!({"type":"web_search"})),
        cache: None,
    };
    let custom = ToolKind::Custom { name: "run".into(), description: None, format: None };
    let custom = Tool { path: "tools[1]".into(), kind: custom, cache: None };
    let (body, losses, memo) =
        encoded(Request { tools: vec![foreign, custom], ..request() }, &vendor());
    assert_eq!(losses, ["tools[0]"]);
    assert_eq!(body["tools"][0]["input_schema"]["required"], json!(["input"]));
    assert_eq!(memo.custom_tools, ["run"]);
}

fn with_schema() -> Request {
    let schema = Schema {
        name: "n".into(),
        description: Some("d".into()),
        schema: json!({ "type": "object", "properties": {}, "additionalProperties": false, "z": 1, "a": 2 }),
        strict: Some(true),
    };
    Request { format: Format::JsonSchema(schema), ..request() }
}

#[test]
fn schemas_are_native_or_a_tool() {
    let (body, losses, memo) = encoded(with_schema(), &vendor());
    let written = r#"{"type":"json_schema","schema":{"type":"object","properties":{},"additionalProperties":false,"z":1,"a":2,"description":"d"}}"#;
    assert_eq!(body["output_config"]["format"].to_string(), written);
    assert_eq!((losses.len(), memo.schema_tool), (0, None));
    let mut old = vendor();
    old.quirks.unsupported = vec!["output_format".into()];
    let (body, losses, memo) = encoded(with_schema(), &old);
    assert_eq!(body.get("output_config"), None);
    assert_eq!(body["tool_choice"]["name"].as_str(), memo.schema_tool.as_deref());
    assert_eq!(body["tools"][0]["input_schema"]["a"], 2);
    assert_eq!(losses, [""; 0]);
    let (_, _, memo) = encoded(Request { format: Format::JsonObject, ..request() }, &vendor());
    assert!(memo.schema_tool.is_some());
}

#[test]
fn sampling_stays_in_anthropics_ranges() {
    let sample = |temperature: Option<f64>, top_p: Option<f64>| {
        let number = |value: Option<f64>| value.and_then(Number::from_f64);
        let (temperature, top_p) = (number(temperature), number(top_p));
        let sampling = Sampling { temperature, top_p, ..Sampling::default() };
        let (body, losses, _) = encoded(Request { sampling, ..request() }, &vendor());
        (body["temperature"].as_f64(), body["top_p"].as_f64(), losses)
    };
    assert_eq!(sample(Some(0.7), None), (Some(0.7), None, vec![]));
    assert_eq!(sample(Some(1.6), None), (Some(1.0), None, vec!["temperature".into()]));
    assert_eq!(sample(Some(0.7), Some(1.0)), (Some(0.7), None, vec![]));
    assert_eq!(sample(Some(0.7), Some(0.5)), (Some(0.7), None, vec!["top_p".into()]));
    assert_eq!(sample(None, Some(0.5)), (None, Some(0.5), vec![]));
    let mut picky = vendor();
    picky.quirks.unsupported = vec!["temperature".into()];
    let sampling = Sampling { temperature: Some(Number::from(0)), ..Sampling::default() };
    let (body, losses, _) = encoded(Request { sampling, ..request() }, &picky);
    assert_eq!((body.get("temperature"), losses), (None, vec!["temperature".to_owned()]));
}

#[test]
fn what_anthropic_does_not_have_is_told() {
    let one = || Some(Number::from(1));
    let request = Request {
        choices: 2,
        sampling: Sampling {
            seed: one(),
            min_p: one(),
            frequency_penalty: one(),
            presence_penalty: Some(Number::from(0)),
            repetition_penalty: one(),
            logit_bias: Some(serde_json::Map::new()),
            ..Sampling::default()
        },
        logprobs: Some(Logprobs { top: Some(2) }),
        verbosity: Some("low".into()),
        modalities: vec!["text".into(), "audio".into()],
        audio: Some(json!({})),
        metadata: Some(serde_json::Map::new()),
        prompt_cache_key: Some("k".into()),
        store: Some(true),
        service_tier: Some("flex".into()),
        stop: vec!["\n".into(), "END".into()],
        user: Some("u".into()),
        ..request()
    };
    let (body, losses, _) = encoded(request, &vendor());
    assert_eq!(
        losses,
        [
            "n",
            "seed",
            "min_p",
            "frequency_penalty",
            "repetition_penalty",
            "logit_bias",
            "logprobs",
            "top_logprobs",
            "verbosity",
            "audio",
            "metadata",
            "prompt_cache_key",
            "store",
            "modalities",
            "stop",
            "service_tier",
        ]
    );
    assert_eq!(body["stop_sequences"], json!(["END"]));
    assert_eq!(body["metadata"], json!({ "user_id": "u" }));
}

#[test]
fn tiers_are_anthropics_two() {
    for (asked, sent) in [("auto", "auto"), ("priority", "auto"), ("default", "standard_only")] {
        let request = Request { service_tier: Some(asked.into()), ..request() };
        assert_eq!(encoded(request, &vendor()).0["service_tier"], sent);
    }
}

#[test]
fn vertex_has_the_model_in_its_path_and_the_version_in_the_body() {
    let mut vertex = vendor();
    vertex.quirks.anthropic_version_in_body = Some("vertex-2023-10-16".into());
    vertex.quirks.paths =
        vec![(Operation::Chat, "/publishers/anthropic/models/{model}:rawPredict".into())];
    for (stream, verb) in [(false, "rawPredict"), (true, "streamRawPredict")] {
        let request = Request { stream, ..request() };
        let (mut losses, mut memo) = (Losses::default(), Memo::default());
        let spoken = encode(request, &vertex, &mut losses, &mut memo).unwrap();
        assert_eq!(spoken.path, format!("/publishers/anthropic/models/claude-x:{verb}"));
        assert_eq!(spoken.headers, []);
        let body = json(&spoken.body);
        assert_eq!(
            (body.get("model"), &body["anthropic_version"]),
            (None, &json!("vertex-2023-10-16"))
        );
    }
}
