//! The same dialect in and out: not a byte changes but the model's name.

use crate::fixtures::{CASES, CLIENTS, STREAM, WHOLE, answer, decoder, run, vendor};
use postern_dialect::translate::{self, Rewritten};
use postern_dialect::{Dialect, Operation, apply};
use postern_fault::Kind;

/// A request as no serializer would write it: keys in any order, unknown ones, numbers and escapes of its own.
fn odd(client: Dialect) -> String {
    let said = match client {
        Dialect::Responses => {
            r#""input" : [ {"role":"user","content":[{"type":"input_text","text":"a\u0062\/"}],"vendor_extra":[1.50,-0]} ]"#
        }
        _ => {
            r#""messages" : [ {"vendor_extra":[1.50,-0],"role":"user","content":[{"text":"a\u0062\/","type":"text","cache_control":{"type":"ephemeral"}}]} ]"#
        }
    };
    let tool = match client {
        Dialect::Anthropic => r#"{"name":"f","input_schema":{"type":"object","z":1,"a":1e2}}"#,
        Dialect::Responses => {
            r#"{"type":"function","name":"f","parameters":{"type":"object","z":1,"a":1e2}}"#
        }
        _ => {
            r#"{"type":"function","function":{"name":"f","parameters":{"type":"object","z":1,"a":1e2}}}"#
        }
    };
    let cap = if client == Dialect::Responses { "max_output_tokens" } else { "max_tokens" };
    format!(
        "\n{{ \"new_field\": {{\"b\":1,\"a\":2}},\"{cap}\":9,\t{said},\n \"model\" : \"al\\u0069as\", \"tools\":[{tool}], \"stream\":false }} "
    )
}

#[test]
fn a_request_passes_but_for_the_models_name() {
    for client in CLIENTS {
        let body = odd(client);
        let facts = translate::read(client, Operation::Chat, &body).unwrap().facts;
        assert_eq!(facts.model, "alias");
        let encoded = translate::encode(&vendor(client), &facts, &body).unwrap();
        let Rewritten::Edits(edits) = encoded.body else { panic!("{client:?} is said anew") };
        let expected = body.replace(r#""al\u0069as""#, r#""model-x""#);
        assert_eq!(apply(&body, &edits).unwrap(), expected, "{client:?}");
        assert_eq!(encoded.losses, []);
    }
}

#[test]
fn an_answer_passes_as_it_came() {
    for client in CLIENTS {
        for case in CASES {
            for (stream, media_type) in [(false, WHOLE), (true, STREAM)] {
                let text = answer(client, case, stream);
                let odd = match stream {
                    true => format!(
                        ": comment\r\n\r\n{}",
                        text.replace("data: {", "data:  {\"new_field\":[1.50,-0],")
                    ),
                    false => text.replacen('{', "\n{ \"new_field\" : [1.50,-0],\t", 1),
                };
                for text in [text, odd] {
                    let outcome = run(decoder(client, client, stream, media_type), [text.as_str()]);
                    assert_eq!(outcome.end, Ok(()));
                    assert_eq!(outcome.output, text, "{client:?} {case}");
                    assert!(outcome.usage.is_some_and(|usage| usage.output_tokens == 30));
                }
            }
        }
    }
}

#[test]
fn tokens_are_counted_here_where_the_vendor_counts_none() {
    let body = r#"{"model":"alias","messages":[{"role":"user","content":"twelve chars"}]}"#;
    let read = translate::read(Dialect::Anthropic, Operation::CountTokens, body).unwrap();
    for wire in Dialect::ALL {
        let vendor = vendor(wire);
        let counted = translate::count(&vendor, &read.facts, body).unwrap();
        assert_eq!(counted, r#"{"input_tokens":7}"#, "{wire:?}");
        let encoded = translate::encode(&vendor, &read.facts, body);
        match wire {
            Dialect::Anthropic => assert_eq!(encoded.unwrap().path, "/messages/count_tokens"),
            _ => assert_eq!(encoded.unwrap_err().kind, Kind::InvalidRequest),
        }
    }
    let bad = r#"{"model":"alias","messages":[{"role":7}]}"#;
    let fault = translate::count(&vendor(Dialect::Google), &read.facts, bad).unwrap_err();
    assert_eq!(fault.kind, Kind::InvalidRequest);
}
