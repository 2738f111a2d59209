//! Translation as a whole, by the way that the gateway goes.

use super::{check_events, pass, pieces, split};
use postern_dialect::translate::{self, Rewritten};
use postern_dialect::{Facts, Operation, Vendor, Wire, apply};
use serde_json::Value;
use serde_json::value::RawValue;

/// Any client's request to any vendor, of any operation: JSON is sent, or the caller is told why not.
pub fn translate_request(data: &[u8]) {
    let (_, text) = split(data);
    for client in CLIENTS {
        for operation in OPERATIONS {
            let Ok(read) = translate::read(client, operation, &text) else { continue };
            for wire in Wire::ALL {
                let vendor = Vendor::new(wire, "m");
                let Ok(encoded) = translate::encode(&vendor, &read.facts, &text) else { continue };
                let body = match encoded.body {
                    Rewritten::Whole(body) => body,
                    Rewritten::Edits(edits) => apply(&text, &edits).expect("edits fit the body"),
                };
                // A client's own number may be too large for anyone but the vendor.
                serde_json::from_str::<&RawValue>(&body).expect("what is sent is JSON");
            }
        }
    }
}

/// Any vendor's answer to any client: the same however it is cut, JSON in each event, and a fault in its place.
pub fn translate_answer(data: &[u8]) {
    let (size, text) = split(data);
    let pieces = pieces(&text, size);
    for client in CLIENTS {
        for (stream, media_type) in FORMS {
            let facts = facts(client, stream);
            for wire in Wire::ALL {
                let told = |pieces: &[&str]| {
                    let content_type = media_type.to_owned();
                    let head = translate::AnswerHead { content_type, ..Default::default() };
                    let vendor = Vendor::new(wire, "m");
                    pass(translate::Decoder::new(&vendor, &facts, head), pieces)
                };
                let whole = told(&[&text]);
                assert_eq!(whole, told(&pieces), "{wire:?} to {client:?}");
                let (output, _, end) = whole;
                if stream && wire != client {
                    check_events(&output);
                }
                if let Err(fault) = &end {
                    assert!(stream || output.is_empty(), "no half of a whole answer");
                    let body = translate::error::body(client, fault);
                    serde_json::from_str::<Value>(&body).expect("an error is JSON");
                }
            }
        }
    }
}

/// The clients' dialects.
const CLIENTS: [Wire; 3] = [Wire::OpenAi, Wire::Responses, Wire::Anthropic];

const OPERATIONS: [Operation; 5] = [
    Operation::Chat,
    Operation::Completions,
    Operation::Embeddings,
    Operation::CountTokens,
    Operation::Rerank,
];

/// What is asked for, and what the answer says that it is.
const FORMS: [(bool, &str); 3] =
    [(true, "text/event-stream"), (true, "application/json"), (false, "application/json")];

/// Those of a small chat.
fn facts(client: Wire, stream: bool) -> Facts {
    let said = match client {
        Wire::Responses => r#""input":"hi""#,
        _ => r#""max_tokens":9,"messages":[{"role":"user","content":"hi"}]"#,
    };
    let body = format!(r#"{{"model":"m","stream":{stream},{said}}}"#);
    translate::read(client, Operation::Chat, &body).expect("the request is right").facts
}
