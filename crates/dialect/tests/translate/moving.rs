//! A conversation whose answers come from another vendor at each turn: no vendor gets what it refuses of another's, and each gets
//! its own thoughts back.

use crate::fixtures::{CLIENTS, answer, vendor};
use crate::repairs::{Sent, send_to, told};
use postern_dialect::{Dialect, Vendor};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn begun(client: Dialect) -> Value {
    let said = json!({ "role": "user", "content": "Hi" });
    let tools = ["weather", "order", "now"];
    let schema = json!({ "type": "object", "properties": {} });
    match client {
        Dialect::Responses => {
            let tool =
                |name: &&str| json!({ "type": "function", "name": name, "parameters": schema });
            json!({ "model": "alias", "input": [said], "reasoning": { "effort": "medium" },
                "tools": tools.iter().map(tool).collect::<Vec<_>>() })
        }
        Dialect::Anthropic => {
            let tool = |name: &&str| json!({ "name": name, "input_schema": schema });
            json!({ "model": "alias", "max_tokens": 9000, "messages": [said],
                "thinking": { "type": "enabled", "budget_tokens": 2000 },
                "tools": tools.iter().map(tool).collect::<Vec<_>>() })
        }
        _ => {
            let tool = |name: &&str| json!({ "type": "function", "function": { "name": name, "parameters": schema } });
            json!({ "model": "alias", "messages": [said], "reasoning_effort": "medium",
                "tools": tools.iter().map(tool).collect::<Vec<_>>() })
        }
    }
}

/// Adds an answer to the conversation as a client does, and what comes after it: results of calls, or another question.
fn go_on(client: Dialect, request: &mut Value, said: &Value) {
    let list = if client == Dialect::Responses { "input" } else { "messages" };
    let turns = request[list].as_array_mut().unwrap();
    let mut calls = Vec::new();
    match client {
        Dialect::Responses => {
            for item in said["output"].as_array().unwrap() {
                calls.extend(item["call_id"].as_str().map(str::to_owned));
                turns.push(item.clone());
            }
            turns.extend(calls.iter().map(
                |id| json!({ "type": "function_call_output", "call_id": id, "output": "20" }),
            ));
        }
        Dialect::Anthropic => {
            let blocks = said["content"].as_array().unwrap();
            let own = blocks.iter().filter(|block| block["type"] == "tool_use");
            calls.extend(own.map(|block| block["id"].as_str().unwrap().to_owned()));
            turns.push(json!({ "role": "assistant", "content": blocks }));
            let results: Vec<Value> = calls
                .iter()
                .map(|id| json!({ "type": "tool_result", "tool_use_id": id, "content": "20" }))
                .collect();
            turns.extend(
                (!results.is_empty()).then(|| json!({ "role": "user", "content": results })),
            );
        }
        _ => {
            let message = &said["choices"][0]["message"];
            for call in message["tool_calls"].as_array().into_iter().flatten() {
                calls.push(call["id"].as_str().unwrap().to_owned());
            }
            turns.push(message.clone());
            turns.extend(
                calls
                    .iter()
                    .map(|id| json!({ "role": "tool", "tool_call_id": id, "content": "20" })),
            );
        }
    }
    if calls.is_empty() {
        turns.push(json!({ "role": "user", "content": "And?" }));
    }
}

/// What a vendor refuses of a conversation, as its reference says.
fn assert_takes(wire: Dialect, sent: &Sent, case: &str) {
    let text = sent.body.to_string();
    assert!(!text.contains("postern."), "an envelope reached {case}: {text}");
    if wire == Dialect::Anthropic {
        let turns = sent.body["messages"].as_array().unwrap();
        let mut last = "";
        for turn in turns {
            let role = turn["role"].as_str().unwrap();
            assert!(role != last || role == "user", "{case}");
            last = role;
            for block in turn["content"].as_array().into_iter().flatten() {
                for id in ["id", "tool_use_id"].iter().filter_map(|name| block[*name].as_str()) {
                    assert!(
                        id.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c)),
                        "{case} {id}"
                    );
                }
                if block["type"] == "thinking" {
                    assert!(
                        !block["signature"].as_str().unwrap_or_default().is_empty(),
                        "{case}: {text}"
                    );
                }
                if block["type"] == "text" {
                    assert!(!block["text"].as_str().unwrap().trim().is_empty(), "{case}");
                }
            }
        }
        // A call without its thoughts ends thinking.
        let [.., calls, results] = turns.as_slice() else { return };
        let is_loop = results["content"][0]["type"] == "tool_result";
        let first = &calls["content"][0]["type"];
        let thinks = sent.body["thinking"]["type"] == "enabled";
        assert!(
            !(is_loop && thinks) || first == "thinking" || first == "redacted_thinking",
            "{case}: {text}"
        );
    }
    if wire == Dialect::Responses {
        for item in
            sent.body["input"].as_array().unwrap().iter().filter(|item| item["type"] == "reasoning")
        {
            assert!(
                item["encrypted_content"].as_str().is_some_and(|sealed| !sealed.is_empty()),
                "{case}: {item}"
            );
        }
    }
}

/// A vendor's answer whose ids and seals are its own in this turn.
fn at_turn(wire: Dialect, case: &str, turn: usize) -> String {
    let text = answer(wire, case, false).replace("\"call_id\"", "\"CALL\"");
    let text = ["\"toolu_", "\"call_", "\"tooluse_", "\"fc_"]
        .iter()
        .fold(text, |text, id| text.replace(id, &format!("{id}{turn}")));
    text.replace("\"CALL\"", "\"call_id\"")
}

fn model(wire: Dialect) -> Vendor {
    let model = match wire {
        Dialect::Bedrock => "anthropic.claude-sonnet-4-5",
        Dialect::Google => "gemini-3.5-flash",
        _ => "model-x",
    };
    Vendor { model: model.to_owned(), ..vendor(wire) }
}

#[test]
fn a_conversation_survives_a_change_of_vendor_at_every_turn() {
    let mut tried = BTreeSet::new();
    for client in CLIENTS {
        for first in Dialect::ALL {
            for second in Dialect::ALL {
                for cases in [["thoughts", "tools"], ["tools", "thoughts"]] {
                    let mut request = begun(client);
                    let wires = [first, second, first, second, first];
                    for (turn, wire) in wires.into_iter().enumerate() {
                        let case = format!(
                            "{client:?} {first:?} {second:?} {cases:?} turn {turn} at {wire:?}"
                        );
                        let sent = send_to(&model(wire), client, &request)
                            .unwrap_or_else(|fault| panic!("{case}: {fault:?}\n{request}"));
                        assert_takes(wire, &sent, &case);
                        let said =
                            told(&sent, client, &at_turn(wire, cases[turn % 2], turn), false);
                        go_on(client, &mut request, &serde_json::from_str(&said).unwrap());
                        tried.insert((client, wire, turn));
                    }
                }
            }
        }
    }
    assert_eq!(tried.len(), CLIENTS.len() * Dialect::ALL.len() * 5);
}

#[test]
fn a_signature_of_claude_s_holds_on_both_platforms() {
    for client in CLIENTS {
        for (first, second) in
            [(Dialect::Bedrock, Dialect::Anthropic), (Dialect::Anthropic, Dialect::Bedrock)]
        {
            let mut request = begun(client);
            let sent = send_to(&model(first), client, &request).unwrap();
            let said = told(&sent, client, &answer(first, "thoughts", false), false);
            go_on(client, &mut request, &serde_json::from_str(&said).unwrap());
            let back = send_to(&model(second), client, &request).unwrap();
            let text = back.body.to_string();
            let has = text.contains("\"signature\":\"") && !text.contains("postern.");
            assert!(has, "{client:?} {first:?} {second:?} {text}");
        }
    }
}

/// The smallest conversations that were stuck for good.
#[test]
fn foreign_signatures_ids_and_empty_ones_do_not_reach_claude() {
    for signature in ["postern.openai..reasoning_content", "", "postern.google..c2ln"] {
        let request = json!({ "model": "alias", "max_tokens": 9000, "thinking": { "type": "enabled", "budget_tokens": 2000 },
            "messages": [
                { "role": "user", "content": "Hi" },
                { "role": "assistant", "content": [
                    { "type": "thinking", "thinking": "w", "signature": signature },
                    { "type": "tool_use", "id": "functions.Bash:0", "name": "Bash", "input": {} }] },
                { "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "functions.Bash:0", "content": "x" }] }] });
        let sent = send_to(&vendor(Dialect::Anthropic), Dialect::Anthropic, &request).unwrap();
        let blocks = &sent.body["messages"][1]["content"];
        assert_eq!(blocks.as_array().unwrap().len(), 1, "{}", sent.body);
        assert_eq!(blocks[0]["id"], "functions_Bash_0");
        assert_eq!(sent.body["messages"][2]["content"][0]["tool_use_id"], "functions_Bash_0");
        assert!(sent.body.get("thinking").is_none(), "{}", sent.body);
        assert!(sent.losses.contains(&"messages[1].content[0]".to_owned()), "{:?}", sent.losses);
    }
    let request = json!({ "model": "alias", "input": [
        { "role": "user", "content": "Hi" },
        { "type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "postern.anthropic..SIG" },
        { "type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": "own" },
        { "role": "assistant", "content": "Hello." }, { "role": "user", "content": "So?" }] });
    let sent = send_to(&vendor(Dialect::Responses), Dialect::Responses, &request).unwrap();
    assert_eq!(sent.body["input"].as_array().unwrap().len(), 4, "{}", sent.body);
    assert_eq!(sent.losses, ["input[1]"]);
}
