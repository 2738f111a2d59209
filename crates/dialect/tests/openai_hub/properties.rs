//! What holds of every text.

use crate::{conversation, encode, events, vendor};
use postern_dialect::openai;
use proptest::prelude::*;
use serde_json::{Value, json};

/// JSON that looks like what is read, of wrong types and shapes.
fn odd() -> impl Strategy<Value = Value> {
    let names = [
        "choices",
        "delta",
        "message",
        "content",
        "tool_calls",
        "function",
        "arguments",
        "name",
        "id",
        "index",
        "reasoning_details",
        "type",
        "text",
        "audio",
        "usage",
        "model",
        "messages",
        "role",
        "error",
        "tools",
        "response_format",
        "stream_options",
        "image_url",
        "url",
        "refusal",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0_u64..5).prop_map(Value::from),
        prop::sample::select(vec![
            "user",
            "assistant",
            "tool",
            "text",
            "x",
            "reasoning.text",
            "postern.google..x"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 4, move |inner| {
        let members =
            prop::collection::vec((prop::sample::select(names.to_vec()), inner.clone()), 0..5);
        prop_oneof![
            prop::collection::vec(inner, 0..3).prop_map(Value::from),
            members.prop_map(|members| {
                Value::Object(
                    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                )
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_anything_panic(text in "\\PC{0,60}|[\\[\\]{}\":,\\\\u0dD8a0\r\n ]{0,60}") {
        let _ = openai::decode(&text);
        let _ = openai::read_whole(&text);
        let _ = events(&[&text, &text]);
    }

    #[test]
    fn no_json_makes_anything_panic(odd in odd()) {
        let _ = openai::decode(&odd.to_string());
        let _ = openai::decode(&json!({ "model": "m", "messages": [odd] }).to_string());
        let _ = openai::read_whole(&odd.to_string());
        let _ = openai::read_whole(&json!({ "choices": [{ "message": odd }] }).to_string());
        let chunk = json!({ "choices": [{ "delta": odd }] }).to_string();
        let _ = events(&[&chunk, &chunk, "[DONE]"]);
    }

    #[test]
    fn a_stream_cut_into_any_deltas_says_the_same(text in "\\PC{1,40}", arguments in "\\PC{0,40}", cut in 0_usize..40) {
        let whole = json!({ "choices": [{ "index": 0, "finish_reason": "tool_calls", "message": {
            "content": text, "tool_calls": [{ "id": "a", "function": { "name": "f", "arguments": arguments } }] } }] });
        let split = |text: &str| {
            let at = text.char_indices().nth(cut).map_or(text.len(), |(at, _)| at);
            let (first, second) = text.split_at(at);
            [first.to_owned(), second.to_owned()]
        };
        let chunk = |delta: Value| json!({ "choices": [{ "index": 0, "delta": delta }] }).to_string();
        let mut data: Vec<String> =
            split(&text).into_iter().map(|text| chunk(json!({ "content": text }))).collect();
        data.push(chunk(json!({ "tool_calls": [{ "index": 0, "id": "a", "function": { "name": "f" } }] })));
        data.extend(split(&arguments).into_iter().map(|piece| {
            chunk(json!({ "tool_calls": [{ "index": 0, "function": { "arguments": piece } }] }))
        }));
        data.push(json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "tool_calls" }] }).to_string());
        let data: Vec<&str> = data.iter().map(String::as_str).collect();
        prop_assert_eq!(crate::read(&data), openai::read_whole(&whole.to_string()).unwrap());
    }

    #[test]
    fn texts_cross_the_hub_unchanged(text in "\\PC{1,60}") {
        let message = json!({ "role": "user", "content": text });
        let (sent, _) = encode(conversation(&message.to_string()), &vendor());
        prop_assert_eq!(&sent["messages"][0], &message);
    }
}
