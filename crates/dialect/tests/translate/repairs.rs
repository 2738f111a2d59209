//! Repairs of what a vendor refuses: each is tried with every client and every vendor, also where both speak one dialect and the
//! client's bytes pass.

use crate::fixtures::{CLIENTS, STREAM, WHOLE, answer, heard, meaning, vendor};
use postern_dialect::translate::{self, AnswerHead, Decoder, Rewritten};
use postern_dialect::{Dialect, Facts, Memo, Operation, Vendor, apply};
use postern_fault::Fault;
use serde_json::{Value, json};

/// What a vendor receives.
pub struct Sent {
    pub facts: Facts,
    pub vendor: Vendor,
    pub body: Value,
    pub losses: Vec<String>,
    pub memo: Memo,
}

pub fn send_to(vendor: &Vendor, client: Dialect, request: &Value) -> Result<Sent, Fault> {
    let body = request.to_string();
    let facts = translate::read(client, Operation::Chat, &body)?.facts;
    let encoded = translate::encode(vendor, &facts, &body)?;
    let said = match encoded.body {
        Rewritten::Edits(edits) => apply(&body, &edits).unwrap(),
        Rewritten::Whole(body) => body,
    };
    let losses = encoded.losses.into_iter().map(|loss| loss.path).collect();
    let body = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
    Ok(Sent { facts, vendor: vendor.clone(), body, losses, memo: encoded.memo })
}

pub fn send(wire: Dialect, client: Dialect, request: &Value) -> Sent {
    send_to(&vendor(wire), client, request)
        .unwrap_or_else(|fault| panic!("{wire:?} {client:?} {fault:?}"))
}

/// What the client gets of a vendor's answer.
fn told(sent: &Sent, client: Dialect, text: &str, stream: bool) -> String {
    let media_type = if stream { STREAM } else { WHOLE };
    let facts = Facts { stream, client, ..sent.facts.clone() };
    let head = AnswerHead {
        content_type: media_type.to_owned(),
        memo: sent.memo.clone(),
        ..AnswerHead::default()
    };
    let mut decoder = Decoder::new(&sent.vendor, &facts, head);
    let mut output = decoder.push(text).unwrap().output;
    output += &decoder.finish().unwrap().output;
    output
}

/// Every client with every vendor.
pub fn pairs() -> impl Iterator<Item = (Dialect, Dialect)> {
    Dialect::ALL
        .into_iter()
        .flat_map(|vendor| CLIENTS.into_iter().map(move |client| (vendor, client)))
}

/// A conversation in which a tool of this name is offered, must be called, was called, and answered.
fn with_tool(client: Dialect, name: &str) -> Value {
    let schema = json!({ "type": "object", "properties": { "city": { "type": "string" } } });
    let arguments = "{\"city\":\"Rome\"}";
    match client {
        Dialect::Anthropic => json!({ "model": "alias", "max_tokens": 2000,
            "tools": [{ "name": name, "description": "d", "input_schema": schema }],
            "tool_choice": { "type": "tool", "name": name },
            "messages": [
                { "role": "user", "content": "Hi" },
                { "role": "assistant", "content": [{ "type": "tool_use", "id": "k0", "name": name, "input": { "city": "Rome" } }] },
                { "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "k0", "content": "20" }] }] }),
        Dialect::Responses => json!({ "model": "alias",
            "tools": [{ "type": "function", "name": name, "description": "d", "parameters": schema }],
            "tool_choice": { "type": "function", "name": name },
            "input": [
                { "role": "user", "content": "Hi" },
                { "type": "function_call", "call_id": "k0", "name": name, "arguments": arguments },
                { "type": "function_call_output", "call_id": "k0", "output": "20" }] }),
        _ => json!({ "model": "alias",
            "tools": [{ "type": "function", "function": { "name": name, "description": "d", "parameters": schema } }],
            "tool_choice": { "type": "function", "function": { "name": name } },
            "messages": [
                { "role": "user", "content": "Hi" },
                { "role": "assistant", "content": null, "tool_calls": [
                    { "id": "k0", "type": "function", "function": { "name": name, "arguments": arguments } }] },
                { "role": "tool", "tool_call_id": "k0", "content": "20" }] }),
    }
}

/// All strings under a `name` or in a list of allowed names.
fn names(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| names(item, out)),
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(name) if key == "name" => out.push(name.clone()),
                    _ if key == "allowedFunctionNames" => {
                        out.extend(
                            value
                                .as_array()
                                .unwrap()
                                .iter()
                                .map(|name| name.as_str().unwrap().to_owned()),
                        );
                    }
                    _ => names(value, out),
                }
            }
        }
        _ => {}
    }
}

/// What the vendor's reference allows.
fn takes_name(vendor: Dialect, name: &str) -> bool {
    let all = |max: usize, more: &str| {
        name.len() <= max && name.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
    };
    match vendor {
        Dialect::Anthropic => all(128, "_-"),
        Dialect::Google => {
            all(64, "_-.:") && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        }
        Dialect::Cohere => all(64, "_") && !name.starts_with(|c: char| c.is_ascii_digit()),
        _ => all(64, "_-"),
    }
}

const REFUSED_NAMES: [&str; 4] = [
    "mcp__plugin_everything-claude-code_github__create_pull_request_review",
    "files.read/v1:öffnen",
    "9lives",
    "mcp__a_very_long_name_of_a_server_that_nobody_would_type_by_hand__and_a_tool_of_it_that_has_an_even_longer_name_than_the_server_has",
];

#[test]
fn names_of_tools_that_a_vendor_refuses_are_renamed_and_restored() {
    for (wire, client) in pairs() {
        for name in REFUSED_NAMES {
            let sent = send(wire, client, &with_tool(client, name));
            let mut found = Vec::new();
            names(&sent.body, &mut found);
            // Offered, required where a vendor can require one by its name, called.
            assert!(found.len() >= 2, "{wire:?} {client:?} {}", sent.body);
            for found in &found {
                assert!(takes_name(wire, found), "{wire:?} {client:?} {found}");
            }
            found.dedup();
            assert_eq!(found.len(), 1, "{wire:?} {client:?} {found:?}");
            if takes_name(wire, name) {
                assert_eq!(found[0], name, "{wire:?} {client:?}");
            }
            for stream in [false, true] {
                let text = answer(wire, "tools", stream)
                    .replace("\"weather\"", &format!("\"{}\"", found[0]));
                let output = told(&sent, client, &text, stream);
                let calls = meaning(&heard(client, &output, stream)).calls;
                assert_eq!(calls[0].1, name, "{wire:?} {client:?} {stream}\n{output}");
                assert!(
                    found[0] == name || !output.contains(&format!("\"{}\"", found[0])),
                    "{wire:?} {client:?} {stream}\n{output}"
                );
            }
        }
    }
}

#[test]
fn names_that_a_vendor_takes_stay_and_change_no_byte() {
    for (wire, client) in pairs() {
        let sent = send(wire, client, &with_tool(client, "weather_now"));
        assert!(sent.memo.tool_names.is_empty(), "{wire:?} {client:?}");
    }
}
