use super::named::{NAMED, Source};
use super::table::{Kind, STEPS, Then};
use super::*;
use crate::{Operation, needs};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// An answer that hands out one id of a kind, and a request in the same dialect that uses it.
struct Case {
    kind: Kind,
    client: Dialect,
    whole: Value,
    events: Vec<Value>,
    request: Value,
}

fn responses(kind: Kind, answer: Value, events: Vec<Value>, request: Value) -> Case {
    Case { kind, client: Dialect::Responses, whole: answer, events, request }
}

fn item(kind: Kind, item: &Value, request: Value) -> Case {
    let whole = json!({ "store": true, "output": [item] });
    let done = json!({ "type": "response.output_item.done", "item": item });
    let completed = json!({ "type": "response.completed", "response": whole });
    responses(kind, whole, vec![done, completed], request)
}

fn annotation(kind: Kind, annotation: &Value, request: Value) -> Case {
    let added =
        json!({ "type": "response.output_text.annotation.added", "annotation": annotation });
    let part = json!({ "type": "output_text", "text": "x", "annotations": [annotation] });
    let done = json!({ "type": "response.content_part.done", "part": part });
    let whole = json!({ "output": [{ "type": "message", "content": [part] }] });
    responses(kind, whole, vec![added, done], request)
}

fn block(kind: Kind, block: &Value, request: Value) -> Case {
    let start = json!({ "type": "content_block_start", "index": 0, "content_block": block });
    Case {
        kind,
        client: Dialect::Anthropic,
        whole: json!({ "type": "message", "id": "msg", "content": [block] }),
        events: vec![start],
        request,
    }
}

/// The id.
const ID: &str = "THE-ID";

/// The cases of all kinds of ids.
fn cases() -> Vec<Case> {
    let mut cases = kept_by_responses();
    cases.extend(made_for_responses());
    cases.extend(of_messages());
    cases.push(of_chats());
    cases
}

/// Responses, their conversations and their items.
fn kept_by_responses() -> Vec<Case> {
    let response = json!({ "id": ID, "object": "response", "output": [] });
    let conversation = json!({ "conversation": { "id": ID }, "output": [] });
    let within = |answer: &Value| {
        ["created", "in_progress", "completed"]
            .map(|name| json!({ "type": format!("response.{name}"), "response": answer }))
            .to_vec()
    };
    vec![
        responses(
            Kind::Response,
            response.clone(),
            within(&response),
            json!({ "previous_response_id": ID }),
        ),
        responses(
            Kind::Conversation,
            conversation.clone(),
            within(&conversation),
            json!({ "conversation": { "id": ID } }),
        ),
        item(
            Kind::Item,
            &json!({ "type": "message", "id": ID, "content": [] }),
            json!({ "input": [{ "type": "item_reference", "id": ID }] }),
        ),
        item(
            Kind::Item,
            &json!({ "type": "reasoning", "id": ID, "summary": [] }),
            json!({ "input": [{ "type": "reasoning", "id": ID, "summary": [] }] }),
        ),
    ]
}

/// Files and containers of OpenAI's responses.
fn made_for_responses() -> Vec<Case> {
    let input = |part: Value| json!({ "input": [{ "role": "user", "content": [part] }] });
    let file = || input(json!({ "type": "input_file", "file_id": ID }));
    let code =
        || json!({ "tools": [{ "type": "code_interpreter", "container": ID }], "input": "x" });
    vec![
        item(
            Kind::Container,
            &json!({ "type": "code_interpreter_call", "container_id": ID, "code": "" }),
            code(),
        ),
        item(
            Kind::Container,
            &json!({ "type": "shell_call", "environment": { "container_id": ID } }),
            code(),
        ),
        item(
            Kind::File,
            &json!({ "type": "file_search_call", "results": [{ "file_id": ID }] }),
            file(),
        ),
        item(
            Kind::File,
            &json!({ "type": "code_interpreter_call", "outputs": [{ "type": "files", "files": [{ "file_id": ID }] }] }),
            file(),
        ),
        annotation(Kind::File, &json!({ "type": "file_citation", "file_id": ID }), file()),
        annotation(Kind::File, &json!({ "type": "file_path", "file_id": ID }), file()),
        annotation(
            Kind::Container,
            &json!({ "type": "container_file_citation", "container_id": ID }),
            code(),
        ),
    ]
}

/// Files and containers of Anthropic's messages.
fn of_messages() -> Vec<Case> {
    let upload = || json!({ "messages": [{ "role": "user", "content": [{ "type": "container_upload", "file_id": ID }] }] });
    let container = json!({ "type": "message", "content": [], "container": { "id": ID } });
    let returned = |kind: &str| {
        let output = json!({ "type": format!("{kind}code_execution_output"), "file_id": ID });
        json!({
            "type": format!("{kind}code_execution_tool_result"), "tool_use_id": "t",
            "content": { "type": format!("{kind}code_execution_result"), "content": [output] },
        })
    };
    vec![
        Case {
            kind: Kind::Container,
            client: Dialect::Anthropic,
            whole: container.clone(),
            events: vec![
                json!({ "type": "message_start", "message": container }),
                json!({ "type": "message_delta", "delta": { "container": { "id": ID } } }),
            ],
            request: json!({ "container": { "id": ID } }),
        },
        block(Kind::File, &returned(""), upload()),
        block(Kind::File, &returned("bash_"), upload()),
        block(Kind::File, &json!({ "type": "container_upload", "file_id": ID }), upload()),
    ]
}

/// The model's speech in OpenAI's chats.
fn of_chats() -> Case {
    let spoken = |member: &str| json!({ "choices": [{ "index": 0, member: { "audio": { "id": ID, "data": "" } } }] });
    Case {
        kind: Kind::Audio,
        client: Dialect::OpenAi,
        whole: spoken("message"),
        events: vec![spoken("delta")],
        request: json!({ "messages": [{ "role": "assistant", "audio": { "id": ID } }] }),
    }
}

fn whole(client: Dialect, answer: &Value) -> Vec<String> {
    HandedOut::new(client, false).read(&answer.to_string())
}

fn stream(events: &[Value]) -> String {
    events.iter().map(|event| format!("event: x\ndata: {event}\n\n")).collect()
}

#[test]
fn what_a_request_can_use_an_answer_has_handed_out() {
    for Case { client, whole: answer, events, request, .. } in cases() {
        assert_eq!(whole(client, &answer), [ID], "{answer}");
        for event in &events {
            let mut reading = HandedOut::new(client, true);
            assert_eq!(reading.read(&stream(std::slice::from_ref(event))), [ID], "{event}");
        }
        let mut reading = HandedOut::new(client, true);
        assert_eq!(reading.read(&stream(&events)), [ID], "once");
        assert_eq!(reading.read(&stream(&events)), [""; 0], "and not again");
        let needs = needs::of(client, Operation::Chat, &request.to_string()).unwrap();
        assert!(needs.ids.contains_key(ID), "{client:?} {request}: {:?}", needs.ids);
    }
}

#[test]
fn every_field_that_names_something_has_its_row() {
    let named: Vec<&str> = NAMED.iter().flat_map(|(_, fields)| fields.iter().copied()).collect();
    let listed: BTreeSet<String> = named.iter().map(|name| needs::plain_name(name)).collect();
    assert_eq!(listed.len(), named.len(), "a field is there twice");
    let mut missing = needs::naming_fields();
    missing.retain(|name| !listed.contains(name));
    assert!(missing.is_empty(), "in no row of crates/dialect/src/handed_out/named.rs: {missing:?}");
}

#[test]
fn every_kind_is_handed_out_somewhere_and_every_step_is_walked() {
    let cases = cases();
    for (from, fields) in NAMED {
        match from {
            Source::Elsewhere(place) => assert!(!place.is_empty(), "{fields:?}"),
            Source::Answers(kind) => {
                let is_step = |(.., then): &(_, _, Then)| *then == Then::Id(*kind);
                assert!(STEPS.iter().any(is_step), "no answer hands out {fields:?}");
                assert!(cases.iter().any(|case| case.kind == *kind), "no case for {fields:?}");
            }
        }
    }
    // Every id that an answer can hand out has a field that uses it.
    for (place, member, then) in STEPS {
        if let Then::Id(kind) = then {
            let is_named = |(from, _): &(Source, _)| *from == Source::Answers(*kind);
            assert!(NAMED.iter().any(is_named), "{place:?}.{member}");
            assert!(
                Dialect::ALL
                    .into_iter()
                    .filter_map(|client| codecs::client(client).ids.as_ref())
                    .any(|ids| ids.may_be_in(&format!("{{\"{member}\":")) || member == &"id"),
                "{place:?}.{member} is passed over"
            );
        }
    }
}

#[test]
fn what_a_caller_can_put_into_an_answer_is_not_handed_out() {
    let own = json!({ "id": "foreign", "file_id": "foreign", "container_id": "foreign" });
    for answer in [
        json!({ "metadata": own, "prompt": own, "previous_response_id": "foreign" }),
        json!({ "tools": [{ "type": "file_search", "file_id": "foreign", "container": own }] }),
        json!({ "text": { "format": own }, "reasoning": own, "user": "foreign" }),
        json!({ "output": [{ "type": "function_call", "arguments": own, "input": own }] }),
        json!({ "output": [{ "type": "mcp_call", "output": own, "arguments": own }] }),
        json!({ "output": [{ "type": "file_search_call", "results": [{ "attributes": own }] }] }),
        json!({ "output": [{ "type": "message", "content": [{ "text": own.to_string() }] }] }),
    ] {
        assert_eq!(whole(Dialect::Responses, &answer), [""; 0], "{answer}");
    }
    for block in [
        json!({ "type": "tool_use", "id": "foreign", "input": own }),
        json!({ "type": "server_tool_use", "id": "foreign", "input": own }),
        json!({ "type": "mcp_tool_use", "input": own, "file_id": "foreign" }),
        json!({ "type": "mcp_tool_result", "content": [own], "file_id": "foreign" }),
        json!({ "type": "web_fetch_tool_result", "content": { "content": own } }),
        json!({ "type": "text", "text": own.to_string(), "citations": [own] }),
    ] {
        let answer = json!({ "content": [block] });
        assert_eq!(whole(Dialect::Anthropic, &answer), [""; 0], "{answer}");
    }
    let chat = json!({ "id": "foreign", "choices": [{ "message": { "content": own.to_string(), "tool_calls": [own] } }] });
    assert_eq!(whole(Dialect::OpenAi, &chat), [""; 0]);
}

#[test]
fn what_the_vendor_does_not_keep_is_not_handed_out() {
    let thought = json!({ "type": "reasoning", "id": "rs_1", "summary": [] });
    let sealed =
        json!({ "type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": "x" });
    let code = json!({ "type": "code_interpreter_call", "id": "ci_1", "container_id": "cntr_1" });
    let output = json!([thought, sealed, code, { "type": "message", "id": "msg_1" }]);
    // Also if `store` comes last.
    let text = format!("{{\"id\":\"resp_1\",\"output\":{output},\"store\":false}}");
    let mut reading = HandedOut::new(Dialect::Responses, false);
    assert_eq!(reading.read(&text), ["rs_1", "cntr_1"]);
    let mut reading = HandedOut::new(Dialect::Responses, true);
    let created = json!({ "response": { "id": "resp_1", "store": false } });
    assert_eq!(reading.read(&stream(&[created])), [""; 0]);
    assert_eq!(reading.read(&stream(&[json!({ "item": { "id": "msg_1" } })])), [""; 0]);
}

#[test]
fn what_cannot_be_read_hands_nothing_out() {
    for text in ["", "{", "{\"id\":", "[]", "\"id\"", "data: {\"id\"\n\n", "{\"id\":7}"] {
        for client in Dialect::ALL {
            for is_stream in [true, false] {
                assert_eq!(HandedOut::new(client, is_stream).read(text), [""; 0], "{text}");
            }
        }
    }
}
