//! Facts and texts of a request.

use crate::fixtures::with;
use postern_dialect::{Dialect, Operation, Role, Vendor, apply, responses};
use serde_json::json;

fn texts(body: &str) -> Vec<(Role, String)> {
    let request = responses::read(Operation::Chat, body).unwrap();
    let text = |span: postern_dialect::Span| span.of(body).unwrap().to_owned();
    request.segments.iter().map(|segment| (segment.role, text(segment.span))).collect()
}

#[test]
fn reads_what_the_gateway_acts_on() {
    let body = with(json!({
        "input": "hi", "stream": true, "max_output_tokens": 9, "tools": [{}, {}],
    }));
    let facts = responses::read(Operation::Chat, &body).unwrap().facts;
    assert_eq!((facts.client, facts.operation), (Dialect::Responses, Operation::Chat));
    assert_eq!((facts.model.as_str(), facts.model_span.of(&body)), ("m", Some("\"m\"")));
    assert!(facts.stream && facts.usage_in_stream);
    assert_eq!((facts.output_cap_tokens, facts.tools, facts.choices), (Some(9), 2, 1));
}

#[test]
fn finds_every_text_and_who_says_it() {
    let body = with(json!({
        "instructions": "rules",
        "input": [
            { "role": "user", "content": "a" },
            { "content": [{ "type": "input_text", "text": "b" }, { "type": "input_image" }], "role": "developer" },
            { "type": "message", "role": "assistant", "content": [{ "type": "output_text", "text": "c" }] },
            { "type": "function_call", "call_id": "1", "name": "f", "arguments": "{}" },
            { "type": "function_call_output", "call_id": "1", "output": "d" },
            { "output": [{ "type": "input_text", "text": "e" }], "type": "custom_tool_call_output" },
            { "type": "reasoning", "summary": [{ "type": "summary_text", "text": "f" }] },
            { "type": "computer_call_output", "output": { "type": "computer_screenshot" } },
        ],
        "prompt": { "id": "p", "variables": { "x": "g", "y": { "type": "input_text", "text": "h" } } },
    }));
    let expected = [
        (Role::System, "rules"),
        (Role::User, "a"),
        (Role::System, "b"),
        (Role::Assistant, "c"),
        (Role::Assistant, "f"),
        (Role::Assistant, "{}"),
        (Role::Tool, "d"),
        (Role::Tool, "e"),
        (Role::Assistant, "f"),
        (Role::User, "p"),
        (Role::User, "g"),
        (Role::User, "h"),
    ];
    assert_eq!(texts(&body), expected.map(|(role, text)| (role, text.to_owned())));
    assert_eq!(texts(&with(json!({ "input": "x" }))), [(Role::User, "x".to_owned())]);
}

#[test]
fn refuses_fields_of_the_wrong_type_by_their_path() {
    for (members, param) in [
        (json!({ "input": 1 }), "input"),
        (json!({ "input": ["x"] }), "input[0]"),
        (json!({ "input": [{ "role": 1 }] }), "input[0].role"),
        (json!({ "input": [{ "role": "user", "content": 1 }] }), "input[0].content"),
        (json!({ "instructions": [] }), "instructions"),
        (json!({ "stream": "yes" }), "stream"),
        (json!({ "max_output_tokens": -1 }), "max_output_tokens"),
        (json!({ "tools": {} }), "tools"),
        (json!({ "model": null }), "model"),
    ] {
        let fault = responses::read(Operation::Chat, &with(members)).unwrap_err();
        assert_eq!(fault.param.as_deref(), Some(param));
    }
    let twice = r#"{"model":"m","input":"a","input":"b"}"#;
    let fault = responses::read(Operation::Chat, twice).unwrap_err();
    assert_eq!(fault.code.as_deref(), Some("duplicate_parameter"));
}

#[test]
fn passes_on_the_clients_bytes_but_for_the_model() {
    let body = r#"{ "z":1, "model" : "alias","input":"é" }"#;
    let facts = responses::read(Operation::Chat, body).unwrap().facts;
    let vendor = Vendor::new(Dialect::Responses, "gpt");
    let edits = responses::splice(&vendor, &facts, body).unwrap();
    assert_eq!(apply(body, &edits).unwrap(), r#"{ "z":1, "model" : "gpt","input":"é" }"#);
    let same = responses::splice(&Vendor::new(Dialect::Responses, "alias"), &facts, body).unwrap();
    assert!(same.is_empty());
    assert_eq!(responses::path(&vendor), "/responses");
}

#[test]
fn counts_pictures_recordings_and_documents_wherever_they_stand() {
    let image = json!({ "type": "input_image", "image_url": "data:image/png;base64,aQ==" });
    let body = with(json!({
        "input": [
            { "role": "user", "content": [
                image, { "type": "input_file", "file_id": "f" },
                { "input_audio": { "data": "", "format": "wav" }, "type": "input_audio" },
                { "type": "input_text", "text": "input_image" }, { "type": "input_video" },
            ] },
            { "type": "function_call_output", "call_id": "1", "output": [image, { "type": "input_file", "file_url": "u" }] },
            { "type": "computer_call_output", "call_id": "2", "output": { "type": "computer_screenshot", "image_url": "u" } },
            { "type": "image_generation_call", "id": "i", "result": "aQ==" },
        ],
        "prompt": { "id": "p", "variables": { "x": image, "y": "input_image" } },
    }));
    let facts = responses::read(Operation::Chat, &body).unwrap().facts;
    assert_eq!((facts.images, facts.audio, facts.documents), (5, 1, 2));
    let facts = responses::read(Operation::Chat, &with(json!({ "input": "x" }))).unwrap().facts;
    assert_eq!((facts.images, facts.audio, facts.documents), (0, 0, 0));
}

#[test]
fn refuses_a_part_of_two_types() {
    let body = r#"{"model":"m","input":[{"role":"user","content":[{"type":"input_text","type":"input_image"}]}]}"#;
    let fault = responses::read(Operation::Chat, body).unwrap_err();
    assert_eq!(fault.code.as_deref(), Some("duplicate_parameter"));
    assert_eq!(fault.param.as_deref(), Some("input[0].content[0].type"));
}

#[test]
fn counts_a_prompt_kept_at_the_vendor_as_one_that_has_tools() {
    let body = with(json!({ "input": "hi", "prompt": { "id": "pmpt_1" } }));
    assert_eq!(responses::read(Operation::Chat, &body).unwrap().facts.tools, 1);
}
