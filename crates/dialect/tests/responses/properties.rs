//! What holds of every text.

use crate::fixtures::{everything, with, written};
use postern_dialect::{Memo, Operation, ReadAnswer, responses};
use proptest::prelude::*;
use serde_json::json;

fn events() -> Vec<String> {
    written(everything().into_events()).iter().map(ToString::to_string).collect()
}

fn request() -> String {
    with(json!({
        "instructions": "x", "tools": [{ "type": "function", "name": "f" }], "tool_choice": "auto",
        "text": { "format": { "type": "json_schema", "name": "n", "schema": {} } },
        "input": [
            { "role": "user", "content": [{ "type": "input_image", "image_url": "data:image/png;base64,AA" }] },
            { "type": "reasoning", "summary": [], "encrypted_content": "postern.anthropic.." },
            { "type": "function_call", "call_id": "1", "name": "f", "arguments": "{}" },
            { "type": "function_call_output", "call_id": "1", "output": "d" } ],
    }))
}

/// A text with some bytes replaced, put in, or taken out.
fn broken(texts: Vec<String>) -> impl Strategy<Value = String> {
    let mutation = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..3);
    let bytes: &[u8] = b"{}[]\":,\\u0d8\x00\x1f\nte-.9 \xc3\xa9";
    (0..texts.len(), prop::collection::vec(mutation, 0..4)).prop_map(move |(text, mutations)| {
        let mut text = texts[text].clone().into_bytes();
        for (at, byte, how) in mutations {
            let (at, byte) = (at.index(text.len()), bytes[byte.index(bytes.len())]);
            match how {
                0 => text[at] = byte,
                1 => text.insert(at, byte),
                _ => drop(text.remove(at)),
            }
        }
        String::from_utf8_lossy(&text).into_owned()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = responses::read(Operation::Chat, &text);
        let _ = responses::decode(&text);
        let _ = responses::read_whole(&text);
        let _ = responses::echo(&text);
        let _ = responses::explain(500, &[], &text);
        let _ = responses::Reader::new(&Memo::default()).event(None, &text, &mut Vec::new());
    }

    #[test]
    fn no_broken_request_panics(text in broken(vec![request()])) {
        let read = responses::read(Operation::Chat, &text);
        let decoded = responses::decode(&text);
        // What is decoded was read before; a model without a name went no further.
        let nameless = text.contains("\"model\":\"\"");
        prop_assert!(decoded.is_err() || read.is_ok() || nameless || text.contains("\\u"));
    }

    #[test]
    fn no_broken_answer_panics(
        broken in prop::collection::vec(broken(events()), 0..4),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..32),
    ) {
        let all: Vec<String> = events().into_iter().chain(broken).collect();
        let mut reader = responses::Reader::new(&Memo::default());
        let mut out = Vec::new();
        for index in order {
            let _ = reader.event(None, &all[index.index(all.len())], &mut out);
        }
        let _ = reader.end(&mut out);
        // A writer takes events in any order.
        written(out);
    }
}
