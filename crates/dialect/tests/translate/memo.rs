//! What encoding did to a request is undone in the answer, for every client.

use crate::fixtures::{
    CLIENTS, STREAM, WHOLE, answer, decoder_with, encode_with_memo, heard, request, run, vendor,
};
use postern_dialect::chat::{
    Answer, Content, FinishReason, Format, Request, Schema, Tool, ToolCall, ToolKind,
};
use postern_dialect::{Dialect, Memo, Quirks, Vendor};
use serde_json::{Value, json};

const FUNCTION: &str = "søk/weather";
const CUSTOM: &str = "run.the shell";

fn tools() -> Request {
    let function = ToolKind::Function {
        name: FUNCTION.into(),
        description: None,
        parameters: Some(json!({ "type": "object", "properties": {} })),
        strict: None,
    };
    let custom = ToolKind::Custom { name: CUSTOM.into(), description: None, format: None };
    let tools = [function, custom].into_iter().enumerate().map(|(at, kind)| Tool {
        path: format!("tools[{at}]"),
        kind,
        cache: None,
    });
    Request { tools: tools.collect(), ..request() }
}

/// The name that was sent for the client's.
fn sent<'a>(memo: &'a Memo, own: &'a str) -> &'a str {
    let sent = memo.tool_names.iter().find(|(_, client)| *client == own);
    sent.map_or(own, |(sent, _)| sent)
}

fn calls(answer: &Answer) -> Vec<&ToolCall> {
    let calls = answer.choices[0].parts.iter().filter_map(|part| match &part.content {
        Content::ToolCall(call) => Some(call),
        _ => None,
    });
    calls.collect()
}

#[test]
fn tools_have_their_own_names_and_kinds_in_the_answer_again() {
    let mut emulated = 0;
    for wire in Dialect::ALL {
        let (body, _, memo) = encode_with_memo(tools(), &vendor(wire)).unwrap();
        if memo.custom_tools.is_empty() {
            continue;
        }
        emulated += 1;
        let (function, custom) = (sent(&memo, FUNCTION), sent(&memo, CUSTOM));
        let json = |name: &str| Value::from(name).to_string();
        assert!(body.contains(&json(function)) && body.contains(&json(custom)), "{body}");
        for client in CLIENTS {
            for stream in [false, true] {
                // The vendor calls them by the names that were sent.
                let text = answer(wire, "tools", stream)
                    .replace("\"weather\"", &json(function))
                    .replace("\"order\"", &json(custom))
                    .replace(r#"{"b":1,"a":{"z":null}}"#, r#"{"input":"ls"}"#)
                    .replace(r#"{\"b\":1,\"a\":{\"z\":null}}"#, r#"{\"input\":\"ls\"}"#);
                let media_type = if stream { STREAM } else { WHOLE };
                let decoder = decoder_with(wire, client, stream, media_type, memo.clone());
                if wire == client {
                    continue;
                }
                let outcome = run(decoder, [text.as_str()]);
                assert_eq!(outcome.end, Ok(()));
                let answer = heard(client, &outcome.output, stream);
                let calls = calls(&answer);
                assert_eq!(calls[0].name, FUNCTION, "{wire:?} to {client:?}");
                assert_eq!(calls[1].name, CUSTOM, "{wire:?} to {client:?}");
                // Anthropic's clients have functions only: a custom tool came as one of theirs, if at all.
                let of_anthropic = client == Dialect::Anthropic;
                let input = if of_anthropic { r#"{"input":"ls"}"# } else { "ls" };
                assert_eq!(calls[1].arguments, input, "{wire:?} to {client:?}");
                assert_eq!(calls[1].custom, !of_anthropic);
                assert_eq!(calls[2].name, "now");
                let finish = answer.choices[0].finish.as_ref().unwrap();
                assert_eq!(finish.reason, FinishReason::ToolCalls);
            }
        }
    }
    assert_eq!(emulated, 4, "Anthropic, Bedrock, Google and Cohere have functions only");
}

/// A vendor's answer that calls the tool of this name.
type Said = fn(&str) -> Value;

/// A vendor for whom a tool stands for the schema, and its answer with a call of that tool.
fn with_schema_tool(wire: Dialect) -> Option<(Vendor, Said)> {
    let vendor = Vendor { reasons: false, ..vendor(wire) };
    match wire {
        Dialect::Anthropic => {
            let unsupported = vec!["output_format".to_owned()];
            let quirks = Quirks { unsupported, ..Quirks::default() };
            Some((Vendor { quirks, ..vendor }, |tool| {
                json!({
                    "id": "msg_1", "type": "message", "role": "assistant", "model": "m",
                    "content": [{ "type": "tool_use", "id": "t", "name": tool, "input": { "z": 1, "a": 2 } }],
                    "stop_reason": "tool_use", "stop_sequence": null,
                    "usage": { "input_tokens": 3, "output_tokens": 4 },
                })
            }))
        }
        Dialect::Bedrock => Some((vendor, |tool| {
            let call = json!({ "toolUseId": "t", "name": tool, "input": { "z": 1, "a": 2 } });
            json!({
                "output": { "message": { "role": "assistant", "content": [{ "toolUse": call }] } },
                "stopReason": "tool_use",
                "usage": { "inputTokens": 3, "outputTokens": 4, "totalTokens": 7 },
            })
        })),
        _ => None,
    }
}

#[test]
fn the_call_of_the_tool_that_stands_for_a_schema_is_the_text_of_the_answer() {
    for wire in Dialect::ALL {
        let Some((vendor, answer)) = with_schema_tool(wire) else { continue };
        let schema = Schema {
            name: "answer".into(),
            description: None,
            schema: json!({ "type": "object", "properties": { "z": {}, "a": {} } }),
            strict: Some(true),
        };
        let request = Request { format: Format::JsonSchema(schema), ..request() };
        let (_, _, memo) = encode_with_memo(request, &vendor).unwrap();
        let tool = memo.schema_tool.clone().expect("a tool stands for it");
        let body = answer(&tool).to_string();
        for client in CLIENTS.into_iter().filter(|client| *client != wire) {
            for stream in [false, true] {
                let decoder = decoder_with(wire, client, stream, WHOLE, memo.clone());
                let outcome = run(decoder, [body.as_str()]);
                let answer = heard(client, &outcome.output, stream);
                let [part] = answer.choices[0].parts.as_slice() else { panic!("{answer:?}") };
                assert_eq!(part.content, Content::Text(r#"{"z":1,"a":2}"#.into()));
                let finish = answer.choices[0].finish.as_ref().unwrap();
                assert_eq!(finish.reason, FinishReason::Stop, "{wire:?} to {client:?}");
            }
        }
    }
}

#[test]
fn a_memo_survives_its_way_through_the_stages_as_json() {
    for wire in Dialect::ALL {
        let (_, _, memo) = encode_with_memo(tools(), &vendor(wire)).unwrap();
        let text = serde_json::to_string(&memo).unwrap();
        assert_eq!(serde_json::from_str::<Memo>(&text).unwrap(), memo);
    }
}

#[test]
fn a_vendor_that_says_no_usage_is_given_an_estimate_that_says_so() {
    for client in CLIENTS {
        for stream in [false, true] {
            let body = r#"{"output":{"message":{"role":"assistant","content":[{"text":"four letters"}]}},"stopReason":"end_turn"}"#;
            let memo = Memo { estimated_input_tokens: Some(11), ..Memo::default() };
            let outcome = run(decoder_with(Dialect::Bedrock, client, stream, WHOLE, memo), [body]);
            let usage = outcome.usage.unwrap();
            assert_eq!((usage.input_tokens, usage.output_tokens), (11, 3));
            assert!(usage.estimated);
            let told = heard(client, &outcome.output, stream).usage.unwrap();
            assert_eq!((told.input_tokens, told.output_tokens), (11, 3), "{client:?}");
        }
    }
}
