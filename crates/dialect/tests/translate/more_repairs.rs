//! Repairs where client and vendor speak one dialect that only a translation makes, tools that were searched for, and marks of what
//! is worth caching: each with every client and every vendor that has it.

use crate::fixtures::{CLIENTS, heard, meaning, vendor};
use crate::repairs::{pairs, send_to, told};
use postern_dialect::{Dialect, Vendor};
use serde_json::{Value, json};

/// An object of any members, to which Anthropic cannot hold an answer.
fn misfit() -> Value {
    json!({ "type": "object", "additionalProperties": { "type": "string" } })
}

fn with_format(client: Dialect, schema: &Value) -> Value {
    match client {
        Dialect::Responses => json!({ "model": "alias", "input": "Hi",
            "text": { "format": { "type": "json_schema", "name": "n", "schema": schema } } }),
        Dialect::Anthropic => {
            json!({ "model": "alias", "max_tokens": 900, "messages": [{ "role": "user", "content": "Hi" }],
            "output_config": { "format": { "type": "json_schema", "schema": schema } } })
        }
        _ => json!({ "model": "alias", "messages": [{ "role": "user", "content": "Hi" }],
            "response_format": { "type": "json_schema", "json_schema": { "name": "n", "schema": schema } } }),
    }
}

#[test]
fn a_schema_that_claude_cannot_hold_to_is_a_tools_and_the_answer_is_a_text_again() {
    let old = Vendor {
        quirks: postern_dialect::Quirks {
            unsupported: vec!["output_format".to_owned()],
            ..postern_dialect::Quirks::default()
        },
        ..Vendor::new(Dialect::Anthropic, "claude-haiku-3")
    };
    let fits = json!({ "type": "object", "properties": {}, "additionalProperties": false });
    for (row, schema) in
        [(Vendor::new(Dialect::Anthropic, "claude-x"), misfit()), (old, fits.clone())]
    {
        for client in CLIENTS {
            let sent = send_to(&row, client, &with_format(client, &schema)).unwrap();
            assert!(sent.body.get("output_config").is_none(), "{client:?} {}", sent.body);
            let tool = sent.body["tools"][0]["name"].as_str().unwrap().to_owned();
            assert_eq!(sent.body["tool_choice"]["name"], tool, "{client:?} {}", sent.body);
            let answer = json!({ "id": "msg_1", "type": "message", "role": "assistant", "model": "m",
                "content": [{ "type": "tool_use", "id": "toolu_1", "name": tool, "input": { "a": "b" } }],
                "stop_reason": "tool_use", "stop_sequence": null,
                "usage": { "input_tokens": 1, "output_tokens": 1 } });
            let output = told(&sent, client, &answer.to_string(), false);
            let meant = meaning(&heard(client, &output, false));
            assert!(meant.calls.is_empty(), "{client:?} {output}");
            assert!(output.contains(r#"{\"a\":\"b\"}"#), "{client:?} {output}");
        }
    }
    // One that fits passes as it is.
    let row = Vendor::new(Dialect::Anthropic, "claude-x");
    let request = with_format(Dialect::Anthropic, &fits);
    let sent = send_to(&row, Dialect::Anthropic, &request).unwrap();
    assert_eq!(sent.body["output_config"], request["output_config"]);
}

#[test]
fn tools_that_were_searched_for_are_offered_and_the_search_is_told() {
    let request = json!({ "model": "alias",
        "tools": [{ "type": "tool_search" }, { "type": "function", "name": "known", "parameters": {} }],
        "input": [
            { "role": "user", "content": "Hi" },
            { "type": "tool_search_call", "id": "tsc_1", "call_id": "c0", "execution": "client", "arguments": { "query": "mail" } },
            { "type": "tool_search_output", "call_id": "c0", "execution": "client", "tools": [
                { "type": "function", "name": "known", "parameters": {} },
                { "type": "namespace", "name": "mail", "tools": [{ "type": "function", "name": "send", "parameters": {} }] }] },
            { "type": "function_call", "call_id": "c1", "namespace": "mail", "name": "send", "arguments": "{}" },
            { "type": "function_call_output", "call_id": "c1", "output": "sent" }] });
    for wire in Dialect::ALL {
        let sent = send_to(&vendor(wire), Dialect::Responses, &request).unwrap();
        let text = sent.body.to_string();
        if wire == Dialect::Responses {
            assert!(text.contains("tool_search_output"), "{text}");
            continue;
        }
        assert!(!text.contains("tool_search"), "{wire:?} {text}");
        // Offered, and called.
        assert!(text.matches("mail__send").count() >= 2, "{wire:?} {text}");
        assert_eq!(text.matches("\"known\"").count(), 1, "{wire:?} {text}");
        for path in ["tools[0]", "input[1]", "input[2]"] {
            assert!(
                sent.losses.iter().any(|lost| lost == path),
                "{wire:?} {path} {:?}",
                sent.losses
            );
        }
    }
}

fn cached(client: Dialect) -> Value {
    match client {
        Dialect::Anthropic => {
            json!({ "model": "alias", "max_tokens": 900, "messages": [{ "role": "user", "content": [
                { "type": "text", "text": "Long.", "cache_control": { "type": "ephemeral" } },
                { "type": "text", "text": "Hi" }] }] })
        }
        Dialect::Responses => json!({ "model": "alias", "input": [{ "role": "user", "content": [
                { "type": "input_text", "text": "Long.", "prompt_cache_breakpoint": { "mode": "explicit" } },
                { "type": "input_text", "text": "Hi" }] }] }),
        _ => json!({ "model": "alias", "messages": [{ "role": "user", "content": [
                { "type": "text", "text": "Long.", "prompt_cache_breakpoint": { "mode": "explicit" } },
                { "type": "text", "text": "Hi" }] }] }),
    }
}

#[test]
fn what_is_worth_caching_is_said_in_each_vendors_words_or_told_as_a_loss() {
    for (wire, client) in pairs() {
        for (model, is_new) in [("gpt-6-astra", true), ("gpt-4o", false)] {
            let model = match wire {
                Dialect::Bedrock => "anthropic.claude-sonnet-4-5",
                _ => model,
            };
            let row = Vendor { model: model.to_owned(), ..vendor(wire) };
            let sent = send_to(&row, client, &cached(client)).unwrap();
            let text = sent.body.to_string();
            let (mark, has) = match wire {
                Dialect::OpenAi | Dialect::Responses => ("prompt_cache_breakpoint", is_new),
                Dialect::Anthropic => ("cache_control", true),
                Dialect::Bedrock => ("cachePoint", true),
                Dialect::Google | Dialect::Cohere => ("cache", false),
            };
            assert_eq!(text.contains(mark), has, "{wire:?} {client:?} {model} {text}");
            let told = sent.losses.iter().any(|lost| lost.contains("cache"));
            assert_eq!(told, !has, "{wire:?} {client:?} {model} {:?}", sent.losses);
            assert!(text.contains("Long.") && text.contains("Hi"), "{wire:?} {client:?} {text}");
        }
    }
}

#[test]
fn every_vendor_says_an_effort_in_its_own_way() {
    let mut cells = 0;
    for (wire, client) in pairs() {
        let model = match wire {
            Dialect::Google => "gemini-2.5-flash",
            Dialect::Cohere => "command-a-reasoning-08-2025",
            Dialect::Bedrock | Dialect::Anthropic => "anthropic.claude-sonnet-4-5",
            _ => "model-x",
        };
        let row = Vendor { model: model.to_owned(), ..vendor(wire) };
        for effort in ["low", "medium", "high"] {
            let mut request = cached(client);
            match client {
                Dialect::Responses => request["reasoning"] = json!({ "effort": effort }),
                Dialect::Anthropic => {
                    request["max_tokens"] = 9000.into();
                    request["output_config"] = json!({ "effort": effort });
                }
                _ => request["reasoning_effort"] = effort.into(),
            }
            let sent = send_to(&row, client, &request).unwrap();
            let text = sent.body.to_string();
            let says =
                ["effort", "thinking", "thinkingConfig"].iter().any(|word| text.contains(word));
            let told = sent.losses.iter().any(|lost| lost.contains("effort"));
            assert!(says || told, "{wire:?} {client:?} {effort} {text} {:?}", sent.losses);
            cells += 1;
        }
    }
    assert_eq!(cells, Dialect::ALL.len() * CLIENTS.len() * 3);
}
