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
pub fn told(sent: &Sent, client: Dialect, text: &str, stream: bool) -> String {
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

/// A vendor whose model takes these efforts.
fn that_takes(wire: Dialect, efforts: &[&str]) -> Vendor {
    let efforts = Some(efforts.iter().map(|effort| (*effort).to_owned()).collect());
    Vendor { efforts, ..vendor(wire) }
}

fn asking(client: Dialect, text: &str) -> Value {
    match client {
        Dialect::Responses => {
            json!({ "model": "alias", "input": [{ "role": "user", "content": text }] })
        }
        Dialect::Anthropic => {
            json!({ "model": "alias", "max_tokens": 9000, "messages": [{ "role": "user", "content": text }] })
        }
        _ => json!({ "model": "alias", "messages": [{ "role": "user", "content": text }] }),
    }
}

fn with_effort(client: Dialect, effort: &str) -> Value {
    let mut request = asking(client, "Hi");
    match client {
        Dialect::Responses => request["reasoning"] = json!({ "effort": effort }),
        Dialect::Anthropic => request["output_config"] = json!({ "effort": effort }),
        _ => request["reasoning_effort"] = effort.into(),
    }
    request
}

/// The effort that a vendor of words for it receives.
fn effort_of(wire: Dialect, body: &Value) -> Option<String> {
    let effort = match wire {
        Dialect::Responses => &body["reasoning"]["effort"],
        Dialect::Anthropic => &body["output_config"]["effort"],
        Dialect::Bedrock => &body["outputConfig"]["effort"],
        _ => &body["reasoning_effort"],
    };
    effort.as_str().map(str::to_owned)
}

#[test]
fn an_effort_that_the_model_does_not_have_becomes_the_next_one_and_is_told() {
    for (wire, client) in pairs() {
        // These say an amount in tokens or by the model's name.
        if matches!(wire, Dialect::Google | Dialect::Cohere) {
            continue;
        }
        for (asked, sent) in [
            ("xhigh", "high"),
            ("max", "high"),
            ("minimal", "low"),
            ("none", "low"),
            ("medium", "medium"),
        ] {
            let model =
                if wire == Dialect::Bedrock { "anthropic.claude-opus-5" } else { "model-x" };
            let mut row =
                Vendor { model: model.to_owned(), ..that_takes(wire, &["low", "medium", "high"]) };
            row.quirks.unsupported.push("budget_tokens".to_owned());
            let got = send_to(&row, client, &with_effort(client, asked)).unwrap();
            let effort = effort_of(wire, &got.body);
            // No thoughts at all can be asked for by Claude's clients in another way only.
            if asked == "none"
                && matches!(wire, Dialect::Anthropic | Dialect::Bedrock)
                && client != wire
            {
                continue;
            }
            if asked == "minimal" && client == Dialect::Anthropic && wire != client {
                continue;
            }
            assert_eq!(effort.as_deref(), Some(sent), "{wire:?} {client:?} {asked} {}", got.body);
            let told = got.losses.iter().any(|path| path.contains("effort"));
            let quiet = asked == sent
                || matches!(wire, Dialect::Anthropic | Dialect::Bedrock)
                    && client != wire
                    && asked == "minimal";
            assert!(told || quiet, "{wire:?} {client:?} {asked} {:?}", got.losses);
        }
        let mut row =
            Vendor { model: "anthropic.claude-opus-5".to_owned(), ..that_takes(wire, &[]) };
        row.quirks.unsupported.push("budget_tokens".to_owned());
        let got = send_to(&row, client, &with_effort(client, "high")).unwrap();
        assert_eq!(effort_of(wire, &got.body), None, "{wire:?} {client:?} {}", got.body);
        assert!(got.losses.iter().any(|path| path.contains("effort")), "{wire:?} {client:?}");
    }
}

#[test]
fn a_budget_made_of_an_effort_leaves_half_of_the_cap_for_words() {
    for (wire, client) in pairs().filter(|(_, client)| *client != Dialect::Anthropic) {
        let model = match wire {
            Dialect::Bedrock => "anthropic.claude-sonnet-4-5",
            Dialect::Google => "gemini-2.5-flash",
            _ => "model-x",
        };
        let mut request = with_effort(client, "high");
        let cap = if client == Dialect::Responses { "max_output_tokens" } else { "max_tokens" };
        request[cap] = 4000.into();
        let got =
            send_to(&Vendor { model: model.to_owned(), ..vendor(wire) }, client, &request).unwrap();
        let budget = match wire {
            Dialect::Anthropic => &got.body["thinking"]["budget_tokens"],
            Dialect::Bedrock => {
                &got.body["additionalModelRequestFields"]["thinking"]["budget_tokens"]
            }
            Dialect::Google => &got.body["generationConfig"]["thinkingConfig"]["thinkingBudget"],
            Dialect::Cohere => &got.body["thinking"]["token_budget"],
            _ => continue,
        };
        assert_eq!(budget, 2000, "{wire:?} {client:?} {}", got.body);
    }
}

#[test]
fn claude_does_not_think_beside_calls_whose_thoughts_have_gone() {
    for wire in [Dialect::Anthropic, Dialect::Bedrock] {
        for client in CLIENTS {
            let mut request = with_tool(client, "weather");
            request.as_object_mut().unwrap().remove("tool_choice");
            match client {
                Dialect::Responses => request["reasoning"] = json!({ "effort": "high" }),
                Dialect::Anthropic => {
                    request["max_tokens"] = 9000.into();
                    request["thinking"] = json!({ "type": "enabled", "budget_tokens": 2000 });
                }
                _ => request["reasoning_effort"] = "high".into(),
            }
            let model = "anthropic.claude-sonnet-4-5".to_owned();
            let got = send_to(&Vendor { model, ..vendor(wire) }, client, &request).unwrap();
            assert!(!got.body.to_string().contains("thinking"), "{wire:?} {client:?} {}", got.body);
            assert!(!got.losses.is_empty(), "{wire:?} {client:?}");
        }
    }
}

/// The texts of a conversation, in their order, with their speakers.
fn turns(wire: Dialect, body: &Value) -> Vec<(String, Value)> {
    let list = match wire {
        Dialect::Responses => &body["input"],
        Dialect::Google => &body["contents"],
        _ => &body["messages"],
    };
    let turn = |turn: &Value| {
        let content = if wire == Dialect::Google { &turn["parts"] } else { &turn["content"] };
        (turn["role"].as_str().unwrap_or("-").to_owned(), content.clone())
    };
    list.as_array().unwrap().iter().map(turn).collect()
}

fn talking(client: Dialect, turns: &[(&str, &str)]) -> Value {
    let said = |(role, text): &(&str, &str)| json!({ "role": role, "content": text });
    let mut turns: Vec<Value> = turns.iter().map(said).collect();
    match client {
        Dialect::Responses => json!({ "model": "alias", "input": turns }),
        Dialect::Anthropic => {
            let mut request = json!({ "model": "alias", "max_tokens": 9 });
            if turns[0]["role"] == "system" {
                request["system"] = turns.remove(0)["content"].clone();
            }
            request["messages"] = turns.into();
            request
        }
        _ => json!({ "model": "alias", "messages": turns }),
    }
}

const STRICT: [Dialect; 4] =
    [Dialect::Anthropic, Dialect::Bedrock, Dialect::Google, Dialect::Cohere];

#[test]
fn blank_texts_do_not_reach_a_vendor_that_refuses_them() {
    for (wire, client) in pairs().filter(|(wire, _)| STRICT.contains(wire)) {
        let request = talking(
            client,
            &[
                ("user", " \n"),
                ("user", "Hi"),
                ("assistant", "\t"),
                ("user", "So?"),
                ("assistant", "Yes, \n"),
            ],
        );
        let got = send(wire, client, &request);
        let turns = turns(wire, &got.body);
        for (role, content) in &turns {
            let blank = [" \n", "\t"]
                .iter()
                .any(|blank| content.to_string().contains(&Value::from(*blank).to_string()));
            // Cohere and Google take blank turns of the model's.
            let kept = matches!(wire, Dialect::Google | Dialect::Cohere)
                && matches!(role.as_str(), "assistant" | "model");
            assert!(!blank || kept, "{wire:?} {client:?} {content}");
        }
        assert!(!got.losses.is_empty(), "{wire:?} {client:?}");
        if matches!(wire, Dialect::Anthropic) {
            assert!(turns.last().unwrap().1.to_string().contains("Yes,\""), "{client:?} {turns:?}");
        }
    }
}

#[test]
fn instructions_alone_are_the_users_where_a_vendor_wants_a_user() {
    for (wire, client) in pairs().filter(|(wire, _)| STRICT.contains(wire)) {
        // Messages without messages are refused when they are read.
        if client == Dialect::Anthropic {
            continue;
        }
        let got = send(wire, client, &talking(client, &[("system", "Be brief.")]));
        let turns = turns(wire, &got.body);
        assert_eq!(turns.len(), 1, "{wire:?} {client:?}");
        assert_eq!(turns[0].0, "user", "{wire:?} {client:?}");
        assert!(turns[0].1.to_string().contains("Be brief."), "{wire:?} {client:?}");
    }
}

#[test]
fn a_conversation_that_says_nothing_is_refused_before_it_is_sent() {
    for (wire, client) in pairs().filter(|(wire, _)| STRICT.contains(wire)) {
        let fault = send_to(&vendor(wire), client, &asking(client, "  ")).map(|_| ()).unwrap_err();
        assert_eq!(fault.kind, postern_fault::Kind::InvalidRequest, "{wire:?} {client:?}");
        let place = if client == Dialect::Responses { "input" } else { "messages" };
        assert!(fault.public.contains(place) && fault.public.contains("send a text"), "{fault:?}");
    }
}

#[test]
fn a_conversation_that_begins_with_the_model_gets_a_users_turn_before_it() {
    let strict = [Dialect::Anthropic, Dialect::Bedrock, Dialect::Google];
    for (wire, client) in pairs().filter(|(wire, _)| strict.contains(wire)) {
        let request =
            talking(client, &[("system", "Be brief."), ("assistant", "Hello."), ("user", "Hi")]);
        let got = send(wire, client, &request);
        let turns = turns(wire, &got.body);
        assert_eq!(turns[0].0, "user", "{wire:?} {client:?} {}", got.body);
        assert_eq!(turns.len(), 3, "{wire:?} {client:?} {}", got.body);
        assert!(!got.losses.is_empty(), "{wire:?} {client:?}");
    }
}

#[test]
fn a_bedrock_s_redacted_thoughts_come_back_redacted_whatever_the_client() {
    let vendor = Vendor { model: "anthropic.claude-sonnet-4-5".into(), ..vendor(Dialect::Bedrock) };
    let answer = |block: &str| {
        format!(
            r#"{{"output":{{"message":{{"role":"assistant","content":[{block},{{"text":"Hello."}}]}}}},"stopReason":"end_turn","usage":{{"inputTokens":1,"outputTokens":1,"totalTokens":2}}}}"#
        )
    };
    for client in CLIENTS {
        for (block, is_redacted) in [
            (r#"{"reasoningContent":{"redactedContent":"c2ln"}}"#, true),
            (r#"{"reasoningContent":{"reasoningText":{"text":"","signature":"c2ln"}}}"#, false),
        ] {
            let first = send_to(&vendor, client, &asking(client, "Hi")).unwrap();
            let said: Value =
                serde_json::from_str(&told(&first, client, &answer(block), false)).unwrap();
            let mut next = asking(client, "Hi");
            let list = if client == Dialect::Responses { "input" } else { "messages" };
            let turns = next[list].as_array_mut().unwrap();
            match client {
                Dialect::Responses => turns.extend(said["output"].as_array().unwrap().clone()),
                Dialect::Anthropic => {
                    turns.push(json!({ "role": "assistant", "content": said["content"] }))
                }
                _ => turns.push(said["choices"][0]["message"].clone()),
            }
            turns.push(json!({ "role": "user", "content": "And?" }));
            let got = send_to(&vendor, client, &next).unwrap();
            let thought = &got.body["messages"][1]["content"][0]["reasoningContent"];
            match is_redacted {
                true => assert_eq!(thought["redactedContent"], "c2ln", "{client:?} {}", got.body),
                false => assert_eq!(
                    thought["reasoningText"]["signature"], "c2ln",
                    "{client:?} {}",
                    got.body
                ),
            }
        }
    }
}

fn with_schema(client: Dialect, schema: &Value) -> Value {
    let mut request = asking(client, "Hi");
    match client {
        Dialect::Responses => {
            request["text"] = json!({ "format": { "type": "json_schema", "name": "n", "schema": schema, "strict": true } });
            request["tools"] =
                json!([{ "type": "function", "name": "f", "parameters": schema, "strict": true }]);
        }
        Dialect::Anthropic => {
            request["output_config"] =
                json!({ "format": { "type": "json_schema", "schema": schema } });
            request["tools"] = json!([{ "name": "f", "input_schema": schema, "strict": true }]);
        }
        _ => {
            let named = json!({ "name": "n", "schema": schema, "strict": true });
            request["response_format"] = json!({ "type": "json_schema", "json_schema": named });
            let function = json!({ "name": "f", "parameters": schema, "strict": true });
            request["tools"] = json!([{ "type": "function", "function": function }]);
        }
    }
    request
}

/// The schemas that a vendor is to hold to exactly.
fn strict_schemas(wire: Dialect, body: &Value) -> Vec<Value> {
    let mut schemas = Vec::new();
    let mut strict = |holder: &Value, schema: &Value| {
        if holder["strict"] == true {
            schemas.push(schema.clone());
        }
    };
    for tool in body["tools"].as_array().into_iter().flatten() {
        match wire {
            Dialect::OpenAi => strict(&tool["function"], &tool["function"]["parameters"]),
            Dialect::Responses => strict(tool, &tool["parameters"]),
            _ => strict(tool, &tool["input_schema"]),
        }
    }
    match wire {
        Dialect::OpenAi => strict(
            &body["response_format"]["json_schema"],
            &body["response_format"]["json_schema"]["schema"],
        ),
        Dialect::Responses => strict(&body["text"]["format"], &body["text"]["format"]["schema"]),
        Dialect::Anthropic => {
            schemas.extend(body["output_config"]["format"].get("schema").cloned())
        }
        Dialect::Bedrock => {
            for tool in body["toolConfig"]["tools"].as_array().into_iter().flatten() {
                let spec = &tool["toolSpec"];
                if spec["strict"] == true {
                    schemas.push(spec["inputSchema"]["json"].clone());
                }
            }
            let text =
                body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"].as_str();
            schemas.extend(text.map(|text| serde_json::from_str::<Value>(text).unwrap()));
        }
        _ => {}
    }
    schemas
}

/// What the references of Anthropic and OpenAI say of schemas.
fn assert_strict(wire: Dialect, schema: &Value, case: &str) {
    let openai = matches!(wire, Dialect::OpenAi | Dialect::Responses);
    match schema {
        Value::Array(items) => items.iter().for_each(|item| assert_strict(wire, item, case)),
        Value::Object(members) => {
            if members.get("type") == Some(&json!("object")) {
                assert_eq!(members.get("additionalProperties"), Some(&json!(false)), "{case}");
                let required =
                    members.get("required").and_then(Value::as_array).map_or(0, Vec::len);
                let all =
                    members.get("properties").and_then(Value::as_object).map_or(0, |all| all.len());
                assert!(!openai || required == all, "{case}");
            }
            let bounds: &[&str] = match openai {
                true => &["minLength", "default", "allOf", "oneOf"],
                false => &["minimum", "maximum", "minLength", "maxItems", "oneOf"],
            };
            for (name, value) in members {
                assert!(!bounds.contains(&name.as_str()) || value.is_object(), "{case}: {name}");
                assert_strict(wire, value, case);
            }
        }
        _ => {}
    }
}

#[test]
fn a_strict_schema_fits_its_vendor_or_is_not_strict() {
    let bounded = json!({ "type": "object", "required": ["n", "s"], "properties": {
        "n": { "type": "integer", "minimum": 1, "maximum": 9, "description": "A number." },
        "s": { "type": "array", "items": { "type": "string", "minLength": 2 }, "maxItems": 3 } } });
    let optional = json!({ "type": "object", "additionalProperties": false, "required": ["a"],
        "properties": { "a": { "type": "string" }, "b": { "type": "string" } } });
    let open = json!({ "type": "object", "required": ["m"], "additionalProperties": false,
        "properties": { "m": { "type": "object", "additionalProperties": { "type": "string" } } } });
    let ring = json!({ "type": "object", "required": ["next"], "properties": { "next": { "anyOf": [
        { "$ref": "#/$defs/a" }, { "type": "null" }] } }, "$defs": { "a": { "type": "object", "required": ["next"],
        "properties": { "next": { "anyOf": [{ "$ref": "#/$defs/a" }, { "type": "null" }] } } } } });
    let plain = json!({ "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"],
        "additionalProperties": false });
    for (wire, client) in pairs() {
        for (name, schema) in [
            ("bounded", &bounded),
            ("optional", &optional),
            ("open", &open),
            ("ring", &ring),
            ("plain", &plain),
        ] {
            let model =
                if wire == Dialect::Bedrock { "anthropic.claude-opus-4-6" } else { "model-x" };
            let row = Vendor { model: model.to_owned(), reasons: false, ..vendor(wire) };
            let got = send_to(&row, client, &with_schema(client, schema)).unwrap();
            let case = format!("{wire:?} {client:?} {name}: {}", got.body);
            let strict = strict_schemas(wire, &got.body);
            // Anthropic says itself that its own client's schema cannot be followed: nothing could stand for it.
            if !(wire == Dialect::Anthropic && client == wire && matches!(name, "open" | "ring")) {
                strict.iter().for_each(|schema| assert_strict(wire, schema, &case));
            }
            let told =
                got.losses.iter().any(|path| path.contains("strict") || path.contains("format"));
            let openai = matches!(wire, Dialect::OpenAi | Dialect::Responses);
            let fits = match name {
                "plain" => true,
                "optional" => !openai,
                _ => false,
            };
            if matches!(wire, Dialect::Google | Dialect::Cohere) {
                continue;
            }
            assert!(told || fits || matches!(name, "ring" | "open"), "{case} {:?}", got.losses);
            assert!(!told || !fits, "{case} {:?}", got.losses);
            assert!(!fits || strict.contains(schema), "{case}");
            // What can be said in words stays exact.
            assert!(name != "bounded" || !strict.is_empty(), "{case}");
            // The client's schema is told to the model in any case.
            assert!(
                got.body.to_string().contains(if name == "open" || name == "plain" {
                    "\"m\""
                } else {
                    ""
                }) || name == "plain"
            );
        }
    }
}

#[test]
fn every_tool_takes_an_object() {
    for (wire, client) in pairs() {
        let mut request = with_tool(client, "weather");
        let tool = &mut request["tools"][0];
        let schema = match client {
            Dialect::Anthropic => &mut tool["input_schema"],
            Dialect::Responses => &mut tool["parameters"],
            _ => &mut tool["function"]["parameters"],
        };
        *schema = json!({ "properties": { "city": { "type": "string" } } });
        let got = send(wire, client, &request);
        let text = got.body.to_string();
        if wire != client && !matches!(wire, Dialect::Google) {
            assert!(text.contains(r#""type":"object""#), "{wire:?} {client:?} {text}");
        }
    }
}

#[test]
fn tools_in_namespaces_are_flat_for_other_vendors_and_come_back_in_them() {
    let tool = |name: &str| {
        json!({ "type": "function", "name": name, "description": "d", "strict": false,
        "parameters": { "type": "object", "properties": {} } })
    };
    let spaces = |name: &str| json!([{ "type": "namespace", "name": "mcp__gmail", "description": "Mail.", "tools": [tool(name)] }]);
    for wire in Dialect::ALL.into_iter().filter(|wire| *wire != Dialect::Responses) {
        for in_input in [false, true] {
            let mut request = json!({ "model": "alias", "input": [
                { "role": "user", "content": "Hi" },
                { "type": "function_call", "call_id": "k0", "namespace": "mcp__gmail", "name": "_search", "arguments": "{}" },
                { "type": "function_call_output", "call_id": "k0", "output": "20" }] });
            match in_input {
                false => request["tools"] = spaces("_search"),
                true => {
                    let item = json!({ "type": "additional_tools", "role": "developer", "tools": spaces("_search") });
                    request["input"].as_array_mut().unwrap().insert(0, item);
                }
            }
            let sent = send(wire, Dialect::Responses, &request);
            let mut found = Vec::new();
            names(&sent.body, &mut found);
            assert!(
                found.len() >= 2 && found.iter().all(|name| takes_name(wire, name)),
                "{wire:?} {found:?}"
            );
            assert!(found.iter().all(|name| name == "mcp__gmail___search"), "{wire:?} {found:?}");
            for stream in [false, true] {
                let text =
                    answer(wire, "tools", stream).replace("\"weather\"", "\"mcp__gmail___search\"");
                let output = told(&sent, Dialect::Responses, &text, stream);
                let call = r#""namespace":"mcp__gmail","name":"_search""#;
                assert!(output.contains(call), "{wire:?} {output}");
                assert!(!output.contains("mcp__gmail___search"), "{wire:?} {output}");
            }
        }
    }
    // What a vendor of the same dialect gets is the client's own.
    let request = json!({ "model": "alias", "input": "Hi", "tools": spaces("_search") });
    let sent = send(Dialect::Responses, Dialect::Responses, &request);
    assert_eq!(sent.body["tools"], request["tools"]);
}

#[test]
fn a_reference_to_a_tool_is_said_to_every_vendor() {
    for wire in Dialect::ALL {
        let mut request = with_tool(Dialect::Anthropic, "weather");
        request["messages"][2]["content"][0]["content"] =
            json!([{ "type": "tool_reference", "tool_name": "weather" }]);
        let sent = send(wire, Dialect::Anthropic, &request);
        let said = if wire == Dialect::Anthropic {
            "tool_reference"
        } else {
            "The tool `weather` is available."
        };
        assert!(sent.body.to_string().contains(said), "{wire:?} {}", sent.body);
        assert!(
            !sent.losses.iter().any(|path| path.starts_with("messages[2]")),
            "{wire:?} {:?}",
            sent.losses
        );
    }
}

#[test]
fn a_cap_above_the_models_is_the_models_and_told() {
    for (wire, client) in pairs() {
        let mut request = asking(client, "Hi");
        let name = match client {
            Dialect::Responses => "max_output_tokens",
            Dialect::Anthropic => "max_tokens",
            _ => "max_completion_tokens",
        };
        request[name] = 32_000.into();
        let row = Vendor { max_output_tokens: Some(16_384), ..vendor(wire) };
        let got = send_to(&row, client, &request).unwrap();
        let text = got.body.to_string();
        assert!(text.contains(":16384") && !text.contains("32000"), "{wire:?} {client:?} {text}");
        assert_eq!(got.losses, [name], "{wire:?} {client:?}");
        request[name] = 16_384.into();
        assert_eq!(send_to(&row, client, &request).unwrap().losses, [""; 0], "{wire:?} {client:?}");
    }
}

#[test]
fn fields_that_a_version_does_not_have_are_left_out_and_told() {
    for client in CLIENTS {
        for (model, has_ids) in [("gemini-2.5-flash", false), ("gemini-3.5-flash", true)] {
            let row = Vendor { model: model.to_owned(), ..vendor(Dialect::Google) };
            let got = send_to(&row, client, &with_tool(client, "weather")).unwrap();
            assert_eq!(
                got.body.to_string().contains("\"id\":\"k0\""),
                has_ids,
                "{client:?} {}",
                got.body
            );
        }
    }
    let body = r#"{"model":"alias","input":"a","dimensions":256}"#;
    let facts = translate::read(Dialect::OpenAi, Operation::Embeddings, body).unwrap().facts;
    for (model, has) in [("embed-english-v3.0", false), ("embed-v4.0", true)] {
        let row = Vendor { model: model.to_owned(), ..vendor(Dialect::Cohere) };
        let encoded = translate::encode(&row, &facts, body).unwrap();
        let Rewritten::Whole(text) = encoded.body else { panic!("{model}") };
        assert_eq!(text.contains("output_dimension"), has, "{model} {text}");
        assert_eq!(encoded.losses.is_empty(), has, "{model}");
    }
}

#[test]
fn rerank_is_refused_for_a_vendor_that_has_none() {
    let body = r#"{"model":"alias","query":"q","documents":["a"]}"#;
    let facts = translate::read(Dialect::OpenAi, Operation::Rerank, body).unwrap().facts;
    for wire in Dialect::ALL {
        let can = matches!(wire, Dialect::Cohere | Dialect::OpenAi);
        assert_eq!(translate::encode(&vendor(wire), &facts, body).is_ok(), can, "{wire:?}");
    }
}
