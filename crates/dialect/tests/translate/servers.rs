//! Servers of OpenAI's dialect that refuse what OpenAI takes: every client's request, in a form that the server accepts.

use crate::fixtures::{CLIENTS, answer, heard, meaning};
use crate::repairs::{Sent, send_to, told};
use postern_dialect::{Dialect, Vendor, translate};
use serde_json::{Value, json};

/// A server's row, and what it refuses of a body.
struct Server {
    name: &'static str,
    row: fn(&mut Vendor),
    refuses: fn(&Value) -> Option<String>,
}

const SERVERS: [Server; 3] = [
    Server { name: "qwen on vllm", row: vllm, refuses: qwen },
    Server { name: "mistral", row: mistral_row, refuses: mistral },
    Server { name: "ollama", row: vllm, refuses: ollama },
];

/// The quirks of the shipped rows `vllm`, `ollama`, `together` and `compatible`.
fn vllm(vendor: &mut Vendor) {
    vendor.quirks.no_developer_role = true;
    vendor.quirks.no_custom_tools = true;
    vendor.quirks.single_system_message = true;
    vendor.quirks.unsupported_in_messages = names(&["refusal", "annotations", "audio"]);
}

/// Those of `mistral`.
fn mistral_row(vendor: &mut Vendor) {
    vendor.quirks.no_developer_role = true;
    vendor.quirks.no_custom_tools = true;
    vendor.quirks.nine_letter_call_ids = true;
    vendor.quirks.no_stream_options = true;
    vendor.quirks.max_tokens_field = Some("max_tokens".to_owned());
    vendor.quirks.unsupported_in_messages = names(&[
        "refusal",
        "annotations",
        "audio",
        "function_call",
        "reasoning_content",
        "reasoning",
        "reasoning_details",
    ]);
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn server(server: &Server) -> Vendor {
    let mut vendor = Vendor::new(Dialect::OpenAi, "model-x");
    (server.row)(&mut vendor);
    vendor
}

fn messages(body: &Value) -> &[Value] {
    body["messages"].as_array().unwrap()
}

/// Qwen's template on vLLM.
fn qwen(body: &Value) -> Option<String> {
    let misplaced = messages(body).iter().skip(1).any(|message| message["role"] == "system");
    if misplaced {
        return Some("System message must be at the beginning.".to_owned());
    }
    ollama(body)
}

/// A server with functions alone, and roles of old.
fn ollama(body: &Value) -> Option<String> {
    let roles = ["system", "user", "assistant", "tool"];
    let known = |message: &Value| roles.contains(&message["role"].as_str().unwrap());
    if !messages(body).iter().all(known) {
        return Some("unexpected role".to_owned());
    }
    let tools = body["tools"].as_array().into_iter().flatten();
    let calls = messages(body).iter().flat_map(|message| message["tool_calls"].as_array());
    let all = tools.chain(calls.flatten());
    all.into_iter()
        .any(|tool| tool["type"] != "function" || !tool["function"].is_object())
        .then(|| "tools[0].type must be function".to_owned())
}

/// Mistral's validation.
fn mistral(body: &Value) -> Option<String> {
    let known = ["role", "content", "tool_calls", "tool_call_id", "name", "prefix"];
    for message in messages(body) {
        let unknown = message.as_object().unwrap().keys().find(|key| !known.contains(&&***key));
        if let Some(unknown) = unknown {
            return Some(format!("messages.{unknown}: Extra inputs are not permitted"));
        }
        let ids = message["tool_calls"].as_array().into_iter().flatten().map(|call| &call["id"]);
        for id in ids.chain(message.get("tool_call_id")) {
            let id = id.as_str().unwrap();
            if id.len() != 9 || !id.chars().all(|c| c.is_ascii_alphanumeric()) {
                return Some(format!(
                    "Tool call id was {id} but must be a-z, A-Z, 0-9, with a length of 9."
                ));
            }
        }
    }
    ollama(body)
}

/// What the servers refuse, in each client's dialect; none where the dialect has no such thing.
fn request(kind: &str, client: Dialect) -> Option<Value> {
    match kind {
        "two instructions" => two_instructions(client),
        "a later instruction" => a_later_instruction(client),
        "a custom tool" => a_custom_tool(client),
        "a call's id" => a_calls_id(client),
        _ => fields_of_an_answer(client),
    }
}

fn two_instructions(client: Dialect) -> Option<Value> {
    Some(match client {
        Dialect::Responses => {
            json!({ "model": "alias", "instructions": "Be brief.",
            "input": [{ "role": "developer", "content": "Say please." }, { "role": "user", "content": "Hi" }] })
        }
        Dialect::Anthropic => json!({ "model": "alias", "max_tokens": 900,
            "system": [{ "type": "text", "text": "Be brief." }, { "type": "text", "text": "Say please." }],
            "messages": [{ "role": "user", "content": "Hi" }] }),
        _ => json!({ "model": "alias", "messages": [
            { "role": "system", "content": "Be brief." },
            { "role": "developer", "content": [{ "type": "text", "text": "Say please." }] },
            { "role": "user", "content": "Hi" }] }),
    })
}

fn a_later_instruction(client: Dialect) -> Option<Value> {
    Some(match client {
        Dialect::Responses => json!({ "model": "alias", "input": [
            { "role": "user", "content": "Hi" },
            { "role": "developer", "content": "Be brief." }, { "role": "developer", "content": "Say please." }] }),
        Dialect::Anthropic => return None,
        _ => json!({ "model": "alias", "messages": [
            { "role": "user", "content": "Hi" }, { "role": "developer", "content": "Be brief." },
            { "role": "system", "content": "Say please." }] }),
    })
}

fn a_custom_tool(client: Dialect) -> Option<Value> {
    Some(match client {
        Dialect::Responses => {
            json!({ "model": "alias", "tools": [{ "type": "custom", "name": "weather", "description": "d" }],
            "input": [{ "role": "user", "content": "Hi" },
                { "type": "custom_tool_call", "call_id": "call_abc.1", "name": "weather", "input": "Rome" },
                { "type": "custom_tool_call_output", "call_id": "call_abc.1", "output": "20" }] })
        }
        Dialect::Anthropic => return None,
        _ => {
            json!({ "model": "alias", "tools": [{ "type": "custom", "custom": { "name": "weather", "description": "d" } }],
            "messages": [{ "role": "user", "content": "Hi" },
                { "role": "assistant", "content": null, "tool_calls": [{ "id": "call_abc.1", "type": "custom", "custom": { "name": "weather", "input": "Rome" } }] },
                { "role": "tool", "tool_call_id": "call_abc.1", "content": "20" }] })
        }
    })
}

fn a_calls_id(client: Dialect) -> Option<Value> {
    let parameters = json!({ "type": "object", "properties": { "city": { "type": "string" } } });
    Some(match client {
        Dialect::Responses => json!({ "model": "alias",
            "tools": [{ "type": "function", "name": "weather", "parameters": parameters }],
            "input": [{ "role": "user", "content": "Hi" },
                { "type": "function_call", "call_id": "call_abc.1", "name": "weather", "arguments": "{}" },
                { "type": "function_call_output", "call_id": "call_abc.1", "output": "20" }] }),
        Dialect::Anthropic => json!({ "model": "alias", "max_tokens": 900,
            "tools": [{ "name": "weather", "input_schema": parameters }],
            "messages": [{ "role": "user", "content": "Hi" },
                { "role": "assistant", "content": [{ "type": "tool_use", "id": "toolu_01", "name": "weather", "input": {} }] },
                { "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "toolu_01", "content": "20" }] }] }),
        _ => json!({ "model": "alias",
            "tools": [{ "type": "function", "function": { "name": "weather", "parameters": parameters } }],
            "messages": [{ "role": "user", "content": "Hi" },
                { "role": "assistant", "content": null, "tool_calls": [{ "id": "call_abc.1", "type": "function", "function": { "name": "weather", "arguments": "{}" } }] },
                { "role": "tool", "tool_call_id": "call_abc.1", "content": "20" }] }),
    })
}

fn fields_of_an_answer(client: Dialect) -> Option<Value> {
    Some(match client {
        Dialect::Responses => json!({ "model": "alias", "input": [
            { "role": "user", "content": "Hi" },
            { "type": "message", "role": "assistant", "id": "msg_1", "status": "completed", "content": [
                { "type": "output_text", "text": "Hello", "annotations": [] }] },
            { "type": "message", "role": "assistant", "content": [{ "type": "refusal", "refusal": "I will not." }] },
            { "role": "user", "content": "Why?" }] }),
        Dialect::Anthropic => {
            json!({ "model": "alias", "max_tokens": 900, "messages": [
            { "role": "user", "content": "Hi" },
            { "role": "assistant", "content": [{ "type": "thinking", "thinking": "t", "signature": "" }, { "type": "text", "text": "Hello" }] },
            { "role": "user", "content": "Why?" }] })
        }
        _ => json!({ "model": "alias", "messages": [
            { "role": "user", "content": "Hi" },
            { "role": "assistant", "content": "Hello", "refusal": null, "annotations": [], "audio": null, "function_call": null,
                "reasoning_content": "t" },
            { "role": "assistant", "content": null, "refusal": "I will not.", "annotations": [] },
            { "role": "user", "content": "Why?" }] }),
    })
}

const KINDS: [&str; 5] = [
    "two instructions",
    "a later instruction",
    "a custom tool",
    "a call's id",
    "fields of an answer",
];

/// What must be left of each kind, in order.
fn words(kind: &str) -> &'static [&'static str] {
    match kind {
        "two instructions" | "a later instruction" => &["Be brief.", "Say please.", "Hi"],
        "a custom tool" => &["weather", "Hi", "Rome", "20"],
        "a call's id" => &["weather", "Hi", "20"],
        _ => &["Hi", "Hello", "Why?"],
    }
}

fn sent(server: &Server, client: Dialect, kind: &str) -> Option<Sent> {
    let request = request(kind, client)?;
    let vendor = self::server(server);
    Some(send_to(&vendor, client, &request).unwrap_or_else(|fault| panic!("{kind} {fault:?}")))
}

#[test]
fn every_server_accepts_what_every_client_asks() {
    let mut cells = 0;
    for server in &SERVERS {
        for client in CLIENTS {
            for kind in KINDS {
                let what = format!("{} {client:?} {kind}", server.name);
                let Some(sent) = sent(server, client, kind) else {
                    assert_eq!(client, Dialect::Anthropic, "{what}");
                    continue;
                };
                let refused = (server.refuses)(&sent.body);
                assert_eq!(refused, None, "{what}\n{}", sent.body);
                let text = sent.body.to_string();
                for word in words(kind) {
                    assert!(text.contains(word), "{what}: {word} is gone\n{text}");
                }
                if kind == "fields of an answer" && client != Dialect::Anthropic {
                    assert!(text.contains("I will not."), "{what}\n{text}");
                }
                cells += 1;
            }
        }
    }
    // Anthropic's clients have neither later instructions nor custom tools.
    assert_eq!(cells, SERVERS.len() * (CLIENTS.len() * KINDS.len() - 2));
}

#[test]
fn a_later_instruction_moves_to_the_beginning_and_that_is_told() {
    for client in [Dialect::OpenAi, Dialect::Responses] {
        let sent = sent(&SERVERS[0], client, "a later instruction").unwrap();
        let first = &messages(&sent.body)[0];
        assert_eq!(first, &json!({ "role": "system", "content": "Be brief.\n\nSay please." }));
        assert_eq!(sent.losses.len(), 2, "{client:?} {:?}", sent.losses);
    }
    let sent = sent(&SERVERS[0], Dialect::OpenAi, "two instructions").unwrap();
    assert_eq!(sent.losses, Vec::<String>::new());
}

#[test]
fn a_call_of_a_custom_tool_comes_back_as_one() {
    for server in &SERVERS {
        for client in [Dialect::OpenAi, Dialect::Responses] {
            let sent = sent(server, client, "a custom tool").unwrap();
            for stream in [false, true] {
                let text = answer(Dialect::OpenAi, "tools", stream);
                let output = told(&sent, client, &text, stream);
                assert!(output.contains("custom"), "{} {client:?} {stream}\n{output}", server.name);
                let calls = meaning(&heard(client, &output, stream)).calls;
                assert_eq!(calls[0].1, "weather", "{} {client:?}\n{output}", server.name);
            }
        }
    }
}

#[test]
fn call_and_result_keep_one_id() {
    for client in CLIENTS {
        let sent = sent(&SERVERS[1], client, "a call's id").unwrap();
        let said = messages(&sent.body);
        assert_eq!(said[1]["tool_calls"][0]["id"], said[2]["tool_call_id"], "{client:?}");
    }
}

#[test]
fn what_needs_no_repair_changes_no_byte() {
    let body = r#"{"model":"model-x", "messages":[ {"role":"system","content":"s"},{"role":"user","content":"u"} ],"guided_json":{}}"#;
    let facts =
        translate::read(Dialect::OpenAi, postern_dialect::Operation::Chat, body).unwrap().facts;
    for server in &SERVERS {
        let encoded = translate::encode(&self::server(server), &facts, body).unwrap();
        assert_eq!(encoded.body, translate::Rewritten::Edits(Vec::new()), "{}", server.name);
    }
}

#[test]
fn the_reason_of_a_422_is_read() {
    for (body, message, param) in [
        (
            r#"{"detail":[{"type":"extra_forbidden","loc":["body","messages",1,"refusal"],"msg":"Extra inputs are not permitted","input":"secret"}]}"#,
            "messages[1].refusal: Extra inputs are not permitted",
            "messages[1].refusal",
        ),
        (
            r#"{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted","input":7},{"loc":["body","messages",0,"role"],"msg":"Field required"}]},"type":"invalid_request_error","param":null,"code":null,"raw_status_code":422}"#,
            "seed: Extra inputs are not permitted; messages[0].role: Field required",
            "seed",
        ),
        (r#"{"detail":"Not so"}"#, "Not so", ""),
        (r#"{"detail":["Not so"]}"#, "Not so", ""),
        (
            r#"{"detail":[{"msg":"Not so"},{"loc":["query","n"],"msg":"Nor so"}]}"#,
            "Not so; query.n: Nor so",
            "query.n",
        ),
    ] {
        let fault = translate::explain(Dialect::OpenAi, 422, &[], body);
        assert_eq!(fault.public, message);
        assert_eq!(fault.param.as_deref().unwrap_or_default(), param, "{body}");
        for client in CLIENTS {
            let told = translate::error::body(client, &fault);
            assert!(told.contains("not permitted") || told.contains("Not so"), "{told}");
            assert!(!told.contains("secret"), "{told}");
        }
    }
}
