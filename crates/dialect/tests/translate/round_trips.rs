//! What the hub can say, a dialect that is both a client's and a vendor's keeps.

use crate::fixtures::{encode, vendor};
use crate::hub::{requests, without_paths};
use postern_dialect::chat::{Content, Losses, Part, Request, ToolChoice, ToolKind};
use postern_dialect::{Dialect, anthropic, openai, responses};
use proptest::prelude::*;
use serde_json::Value;

fn decode(wire: Dialect, body: &str) -> (Request, Losses) {
    let decoded = match wire {
        Dialect::Responses => responses::decode(body),
        Dialect::Anthropic => anthropic::decode(body),
        _ => openai::decode(body),
    };
    decoded.unwrap_or_else(|fault| panic!("{fault}: {body}"))
}

/// Nothing of these requests has to be lost, so nothing is.
fn comes_back(wire: Dialect, asked: Request) {
    let (body, lost) = encode(asked.clone(), &vendor(wire)).unwrap();
    assert_eq!(lost, Vec::<String>::new(), "{body}");
    let (decoded, losses) = decode(wire, &body);
    assert_eq!(losses, Losses::default(), "{body}");
    assert_eq!(without_paths(decoded), asked, "{body}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_request_said_in_chat_completions_is_read_as_it_was_meant(asked in requests(Dialect::OpenAi)) {
        comes_back(Dialect::OpenAi, asked);
    }

    #[test]
    fn a_request_said_in_responses_is_read_as_it_was_meant(asked in requests(Dialect::Responses)) {
        comes_back(Dialect::Responses, asked);
    }

    #[test]
    fn a_request_said_in_messages_is_read_as_it_was_meant(asked in requests(Dialect::Anthropic)) {
        comes_back(Dialect::Anthropic, asked);
    }
}

const ARGUMENTS: &str = r#"{"z":{"y":[1,-0]},"a":2.50,"b":"é"}"#;

const SCHEMA: &str = r#"{"type":"object","properties":{"z":{"type":"string","minLength":1},"a":{"type":"integer"}},"required":["z","a"]}"#;

#[test]
fn arguments_and_schemas_reach_every_vendor_byte_for_byte() {
    let body = format!(
        r#"{{"model":"alias","messages":[{{"role":"user","content":"hi"}},
        {{"role":"assistant","tool_calls":[{{"id":"c","type":"function","function":{{"name":"f","arguments":{}}}}}]}},
        {{"role":"tool","tool_call_id":"c","content":"done"}}],
        "tools":[{{"type":"function","function":{{"name":"f","parameters":{SCHEMA}}}}}]}}"#,
        escaped(ARGUMENTS)
    );
    let (request, _) = decode(Dialect::OpenAi, &body);
    for wire in Dialect::ALL {
        let (said, _) = encode(request.clone(), &vendor(wire)).unwrap();
        assert!(said.contains(ARGUMENTS) || said.contains(&escaped(ARGUMENTS)), "{said}");
        assert!(said.contains(SCHEMA), "{wire:?}: {said}");
    }
}

/// As a string of JSON.
fn escaped(text: &str) -> String {
    Value::from(text).to_string()
}

/// Every text of a conversation but the model's thoughts.
fn texts(parts: &[Part]) -> Vec<&str> {
    let texts = parts.iter().flat_map(|part| match &part.content {
        Content::Text(text) => vec![text.as_str()],
        Content::ToolResult(result) => texts(&result.parts),
        _ => Vec::new(),
    });
    texts.collect()
}

/// No word of what a client says is lost on the way to any vendor, and what its tools are called neither.
fn reaches_every_vendor(asked: &Request) {
    for wire in Dialect::ALL {
        let body = match encode(asked.clone(), &vendor(wire)) {
            Ok((body, _)) => body,
            // A picture at an address, where the vendor fetches none.
            Err(fault) => {
                assert_eq!(fault.code.as_deref(), Some("unsupported_content"));
                continue;
            }
        };
        serde_json::from_str::<Value>(&body).unwrap();
        for text in asked.messages.iter().flat_map(|message| texts(&message.parts)) {
            let inside = escaped(text);
            let inside =
                inside.trim_start_matches('"').trim_end_matches('"').trim_end_matches('\\');
            // A text within JSON that is itself a text is escaped twice.
            let twice = escaped(inside);
            let twice = twice.trim_matches('"');
            assert!(body.contains(inside) || body.contains(twice), "{wire:?}: {inside} in {body}");
        }
        // Where the choice cannot be said, the tools that may not be called are left out.
        let free =
            matches!(asked.tool_choice, None | Some(ToolChoice::Auto | ToolChoice::Required));
        for tool in asked.tools.iter().filter(|_| free) {
            let ToolKind::Function { name, parameters, .. } = &tool.kind else { continue };
            let parameters = parameters.as_ref().unwrap().to_string();
            assert!(body.contains(name), "{wire:?}: {name} in {body}");
            assert!(body.contains(&parameters), "{wire:?}: {parameters} in {body}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_word_of_a_client_of_chat_completions_is_lost(asked in requests(Dialect::OpenAi)) {
        reaches_every_vendor(&asked);
    }

    #[test]
    fn no_word_of_a_client_of_responses_is_lost(asked in requests(Dialect::Responses)) {
        reaches_every_vendor(&asked);
    }

    #[test]
    fn no_word_of_a_client_of_messages_is_lost(asked in requests(Dialect::Anthropic)) {
        reaches_every_vendor(&asked);
    }
}
