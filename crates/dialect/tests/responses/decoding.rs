//! Requests of clients, as the hub says them.

use crate::fixtures::{decoded, losses, with};
use postern_dialect::chat::{
    Content, Effort, File, Format, Image, Role, Sealed, Source, ToolChoice, ToolKind,
};
use postern_dialect::{Dialect, responses};
use serde_json::{Value, json};

fn contents(members: Value) -> Vec<Content> {
    let (request, lost) = decoded(members);
    assert!(lost.0.is_empty(), "{lost:?}");
    request.messages.into_iter().flat_map(|m| m.parts).map(|part| part.content).collect()
}

#[test]
fn instructions_come_first_wherever_they_stand() {
    let (request, _) = decoded(json!({ "input": "hi", "instructions": "rules" }));
    let said: Vec<_> = request.messages.iter().map(|m| (m.path.as_str(), m.role)).collect();
    assert_eq!(said, [("instructions", Role::System), ("input", Role::User)]);
}

#[test]
fn decodes_every_kind_of_content() {
    let said = contents(json!({ "input": [{ "role": "user", "content": [
        { "type": "input_text", "text": "t" },
        { "type": "input_image", "image_url": "https://a.example/i.png", "detail": "low" },
        { "type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "auto" },
        { "type": "input_image", "file_id": "file-1" },
        { "type": "input_file", "file_data": "data:application/pdf;base64,BBBB", "filename": "a.pdf" },
        { "type": "input_file", "file_url": "https://a.example/a.pdf" },
        { "type": "input_file", "file_id": "file-2" },
        { "type": "input_audio", "input_audio": { "data": "CCCC", "format": "wav" } },
    ] }] }));
    let image = |source, detail: Option<&str>| {
        Content::Image(Image { source, detail: detail.map(str::to_owned) })
    };
    let file = |source, name: Option<&str>| {
        let name = name.map(str::to_owned);
        Content::File(File { source, name, context: None, citations: false })
    };
    let bytes = |media_type: &str, data: &str| Source::Base64 {
        media_type: media_type.into(),
        data: data.into(),
    };
    assert_eq!(
        said[..7],
        [
            Content::Text("t".into()),
            image(Source::Url("https://a.example/i.png".into()), Some("low")),
            image(bytes("image/png", "AAAA"), None),
            image(Source::FileId("file-1".into()), None),
            file(bytes("application/pdf", "BBBB"), Some("a.pdf")),
            file(Source::Url("https://a.example/a.pdf".into()), None),
            file(Source::FileId("file-2".into()), None),
        ]
    );
    assert!(matches!(&said[7], Content::Audio(audio) if audio.format == "wav"));
}

#[test]
fn gathers_the_items_of_a_turn() {
    let (request, lost) = decoded(json!({ "input": [
        { "role": "user", "content": "a" },
        { "role": "user", "content": "b" },
        { "type": "reasoning", "id": "rs_1", "summary": [{ "type": "summary_text", "text": "s" }], "encrypted_content": "e" },
        { "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
          "content": [{ "type": "output_text", "text": "c", "annotations": [], "logprobs": [] }, { "type": "refusal", "refusal": "r" }] },
        { "type": "function_call", "id": "fc_1", "call_id": "1", "name": "f", "arguments": "{\"a", "status": "completed" },
        { "type": "custom_tool_call", "call_id": "2", "name": "g", "input": "in" },
        { "type": "function_call_output", "call_id": "1", "output": "d" },
        { "type": "custom_tool_call_output", "call_id": "2", "output": [{ "type": "input_text", "text": "e" }] },
        { "role": "assistant", "content": "f" },
    ] }));
    assert!(lost.0.is_empty(), "{lost:?}");
    let turns: Vec<_> =
        request.messages.iter().map(|m| (m.path.as_str(), m.role, m.parts.len())).collect();
    assert_eq!(
        turns,
        [
            ("input[0]", Role::User, 1),
            ("input[1]", Role::User, 1),
            ("input[2]", Role::Assistant, 5),
            ("input[6]", Role::Tool, 2),
            ("input[8]", Role::Assistant, 1),
        ]
    );
    let turn = &request.messages[2].parts;
    let Content::Reasoning(thought) = &turn[0].content else { panic!() };
    let sealed = Sealed { maker: Dialect::Responses, id: Some("rs_1".into()), data: "e".into() };
    assert_eq!(
        (thought.summary.as_slice(), thought.sealed.as_ref()),
        (&["s".to_owned()][..], Some(&sealed))
    );
    assert_eq!((turn[1].path.as_str(), turn[3].path.as_str()), ("input[3].content[0]", "input[4]"));
    let Content::ToolCall(cut) = &turn[3].content else { panic!() };
    assert_eq!(cut.arguments, "{\"a");
}

#[test]
fn decodes_every_setting() {
    let (request, lost) = decoded(json!({
        "input": "x", "stream": true, "max_output_tokens": 5, "temperature": 0.5, "top_p": 1,
        "top_logprobs": 3, "include": ["message.output_text.logprobs", "reasoning.encrypted_content"],
        "reasoning": { "effort": "minimal", "summary": "detailed" },
        "text": { "format": { "type": "json_schema", "name": "n", "schema": { "z": 1, "a": 2 }, "strict": true },
                  "verbosity": "low" },
        "truncation": "disabled", "service_tier": "flex", "safety_identifier": "u", "metadata": { "k": "v" },
        "prompt_cache_key": "p", "store": true, "background": false, "parallel_tool_calls": false,
        "previous_response_id": null, "stream_options": { "include_obfuscation": false },
    }));
    assert!(lost.0.is_empty(), "{lost:?}");
    assert!(request.stream && request.store == Some(true));
    assert_eq!((request.max_output_tokens, request.parallel_tool_calls), (Some(5), Some(false)));
    assert_eq!(request.sampling.temperature.unwrap().to_string(), "0.5");
    assert_eq!(request.logprobs.unwrap().top, Some(3));
    let reasoning = request.reasoning.unwrap();
    assert!(reasoning.encrypted);
    assert_eq!(
        (reasoning.effort, reasoning.summary.as_deref()),
        (Some(Effort::Minimal), Some("detailed"))
    );
    let Format::JsonSchema(schema) = request.format else { panic!() };
    assert_eq!(schema.schema.to_string(), r#"{"z":1,"a":2}"#);
    assert_eq!((request.user.as_deref(), request.verbosity.as_deref()), (Some("u"), Some("low")));
    assert_eq!(
        (request.service_tier.as_deref(), request.prompt_cache_key.as_deref()),
        (Some("flex"), Some("p"))
    );
}

#[test]
fn decodes_tools_and_the_choice_among_them() {
    let tools = json!([
        { "type": "function", "name": "f", "description": "d", "parameters": { "type": "object" }, "strict": true },
        { "type": "custom", "name": "g", "format": { "type": "grammar", "syntax": "lark", "definition": "x" } },
        { "type": "web_search" },
    ]);
    let (request, _) = decoded(json!({ "input": "x", "tools": tools }));
    assert!(matches!(&request.tools[0].kind, ToolKind::Function { strict: Some(true), .. }));
    let ToolKind::Custom { format, .. } = &request.tools[1].kind else { panic!() };
    assert_eq!(format.as_ref().unwrap()["grammar"]["syntax"], "lark");
    assert!(matches!(&request.tools[2].kind, ToolKind::Foreign(Dialect::Responses, _)));
    for (choice, expected) in [
        (json!("auto"), ToolChoice::Auto),
        (json!("none"), ToolChoice::None),
        (json!("required"), ToolChoice::Required),
        (json!({ "type": "function", "name": "f" }), ToolChoice::Tool("f".into())),
        (json!({ "type": "custom", "name": "g" }), ToolChoice::Tool("g".into())),
        (
            json!({ "type": "allowed_tools", "mode": "required", "tools": [{ "type": "function", "name": "f" }] }),
            ToolChoice::Allowed { names: vec!["f".into()], required: true },
        ),
    ] {
        let (request, lost) = decoded(json!({ "input": "x", "tool_choice": choice }));
        assert_eq!(request.tool_choice, Some(expected));
        assert!(lost.0.is_empty());
    }
}

#[test]
fn what_has_no_place_in_the_hub_is_a_loss_by_its_path() {
    let (_, lost) = decoded(json!({
        "input": [
            { "role": "assistant", "content": "x", "phase": "commentary" },
            { "role": "user", "content": [{ "type": "input_text", "text": "x", "new": 1 }] },
            { "type": "reasoning", "id": "rs_1", "summary": [] },
        ],
        "truncation": "auto", "max_tool_calls": 3, "new": true, "include": ["file_search_call.results"],
        "reasoning": { "mode": "pro" }, "tool_choice": { "type": "file_search" }, "top_logprobs": 2,
        "tools": [{ "type": "function", "name": "f", "defer_loading": true }],
    }));
    let mut lost = losses(&lost);
    lost.sort_unstable();
    assert_eq!(
        lost,
        [
            "include[0]",
            "input[0].phase",
            "input[1].content[0].new",
            "input[2]",
            "max_tool_calls",
            "new",
            "reasoning.mode",
            "tool_choice",
            "tools[0].defer_loading",
            "top_logprobs",
            "truncation",
        ]
    );
}

#[test]
fn what_only_the_vendor_that_keeps_it_could_answer_is_refused() {
    for (members, param) in [
        (json!({ "input": "x", "previous_response_id": "resp_1" }), "previous_response_id"),
        (json!({ "input": "x", "conversation": "conv_1" }), "conversation"),
        (json!({ "input": "x", "prompt": { "id": "p" } }), "prompt"),
        (json!({ "input": "x", "background": true }), "background"),
        (json!({ "input": [{ "type": "item_reference", "id": "msg_1" }] }), "input[0]"),
        (json!({ "input": [{ "id": "msg_1" }] }), "input[0]"),
        (json!({ "input": [{ "type": "compaction", "encrypted_content": "x" }] }), "input[0]"),
    ] {
        let fault = responses::decode(&with(members)).unwrap_err();
        assert_eq!(fault.param.as_deref(), Some(param));
        assert_eq!(fault.code.as_deref(), Some("unsupported_content"));
    }
    let fault = responses::decode(&with(json!({}))).unwrap_err();
    assert_eq!(fault.param.as_deref(), Some("input"));
}
