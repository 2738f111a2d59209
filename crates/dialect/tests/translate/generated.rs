//! What a stream that is cut is estimated at: the words, thoughts, refusals and arguments that came, and nothing of the JSON
//! around them.

use crate::fixtures::{CASES, CLIENTS, STREAM, WHOLE, answer, decoder, heard, meaning};
use postern_dialect::translate::{self, AnswerHead, Decoder};
use postern_dialect::{Dialect, Operation, Vendor};
use serde_json::{Value, json};

const VENDORS: [Dialect; 6] = [
    Dialect::OpenAi,
    Dialect::Responses,
    Dialect::Anthropic,
    Dialect::Bedrock,
    Dialect::Google,
    Dialect::Cohere,
];

/// Four bytes of ASCII are a token, and so is each other character.
fn tokens(text: &str) -> u64 {
    let ascii = text.bytes().filter(u8::is_ascii).count() as u64;
    ascii.div_ceil(4) + text.chars().filter(|c| !c.is_ascii()).count() as u64
}

/// The answer as if its vendor had never counted.
fn uncounted(text: &str) -> String {
    text.replace("\"usage\"", "\"unsaid\"").replace("\"usageMetadata\"", "\"unsaid\"")
}

#[test]
fn an_answer_without_a_count_is_what_it_says_in_every_dialect() {
    for vendor in VENDORS {
        for case in CASES {
            for stream in [false, true] {
                let text = uncounted(&answer(vendor, case, stream));
                let said = meaning(&heard(vendor, &text, stream));
                let calls: String = said
                    .calls
                    .iter()
                    .map(|(_, name, arguments)| name.clone() + arguments)
                    .collect();
                let expected = tokens(&(said.text + &said.thoughts + &calls));
                for client in CLIENTS {
                    let media_type = if stream { STREAM } else { WHOLE };
                    let mut decoder = decoder(vendor, client, stream, media_type);
                    let _ = decoder.push(&text).unwrap();
                    let _ = decoder.finish().unwrap();
                    let so_far = decoder.so_far();
                    let case = format!("{vendor:?} to {client:?}, {case}, stream {stream}");
                    // Blanks between arguments, and between pieces of thoughts, are as the vendor wrote them.
                    let near = so_far.output_tokens.abs_diff(expected) <= 4;
                    assert!(near, "{case}: {} and not {expected}", so_far.output_tokens);
                    assert!(so_far.estimated, "{case}");
                    assert_eq!(so_far.input_tokens, 0, "{case}: only the reservation knows it");
                }
            }
        }
    }
}

/// Kinds of what OpenAI's dialect generates, each in a piece of a stream and in a whole message.
fn kinds() -> Vec<(&'static str, Value)> {
    const SAID: &str = "twenty letters \\u00e9 x!";
    let call = |function: Value| json!([{ "index": 0, "id": "call_0123456789", "type": "function", "function": function }]);
    vec![
        ("text", json!({ "content": SAID })),
        ("parts", json!({ "content": [{ "type": "text", "text": SAID }] })),
        ("refusal", json!({ "refusal": SAID })),
        ("thoughts", json!({ "reasoning_content": SAID })),
        ("thoughts by another name", json!({ "reasoning": SAID })),
        (
            "thoughts twice",
            json!({ "reasoning": SAID,
            "reasoning_details": [{ "type": "reasoning.text", "text": SAID, "id": "r1", "index": 0 }] }),
        ),
        (
            "Mistral's thoughts",
            json!({ "content": [
            { "type": "thinking", "thinking": [{ "type": "text", "text": SAID }] }] }),
        ),
        ("arguments", json!({ "tool_calls": call(json!({ "arguments": SAID })) })),
        (
            "a custom call",
            json!({ "tool_calls": [
            { "index": 0, "id": "call_1", "type": "custom", "custom": { "input": SAID } }] }),
        ),
        ("a function call", json!({ "function_call": { "arguments": SAID } })),
        ("what is spoken", json!({ "audio": { "id": "audio_1", "transcript": SAID } })),
    ]
}

fn read(operation: Operation, stream: bool, more: &str) -> Decoder {
    let said = match operation {
        Operation::Completions => r#""prompt":"hi""#,
        _ => r#""messages":[{"role":"user","content":"hi"}]"#,
    };
    let body = format!(r#"{{"model":"m",{said},"stream":{stream}{more}}}"#);
    let facts = translate::read(Dialect::OpenAi, operation, &body).unwrap().facts;
    let vendor = Vendor { native: true, ..Vendor::new(Dialect::OpenAi, "m") };
    let content_type = if stream { STREAM } else { WHOLE }.to_owned();
    let head = AnswerHead { content_type, ..AnswerHead::default() };
    Decoder::new(&vendor, &facts, head)
}

fn event(choices: &Value) -> String {
    format!("data: {}\n\n", json!({ "id": "chatcmpl-0123456789", "choices": choices }))
}

#[test]
fn each_kind_is_counted_by_what_it_says_and_by_nothing_around_it() {
    let once = tokens("twenty letters \\u00e9 x!");
    for (kind, said) in kinds() {
        let mut decoder = read(Operation::Chat, true, "");
        for _ in 0..50 {
            let choice = json!([{ "index": 0, "delta": said, "finish_reason": null }]);
            let _ = decoder.push(&event(&choice)).unwrap();
        }
        let counted = decoder.so_far().output_tokens;
        assert!(counted.abs_diff(once * 50) <= 50, "{kind}: {counted} of a stream");
        let mut decoder = read(Operation::Chat, false, "");
        let choice = json!([{ "index": 0, "message": said, "finish_reason": "stop" }]);
        let _ = decoder.push(&json!({ "id": "c", "choices": choice }).to_string()).unwrap();
        let _ = decoder.finish().unwrap();
        assert_eq!(decoder.so_far().output_tokens, once, "{kind}, whole");
    }
}

#[test]
fn pieces_of_a_character_or_two_cost_what_they_say() {
    // The arguments of a call, cut as vendors cut them: the JSON around them is twelve times as long.
    let arguments = r#"{"city":"Genova","days":[1,2,3]}"#;
    let mut decoder = read(Operation::Chat, true, "");
    for piece in arguments.as_bytes().chunks(2) {
        let piece = String::from_utf8_lossy(piece);
        let call = json!([{ "index": 0, "function": { "arguments": piece } }]);
        let choice =
            json!([{ "index": 0, "delta": { "tool_calls": call }, "finish_reason": null }]);
        let _ = decoder.push(&event(&choice)).unwrap();
    }
    assert_eq!(decoder.so_far().output_tokens, tokens(arguments));
}

#[test]
fn every_choice_of_several_is_counted() {
    let mut decoder = read(Operation::Chat, true, r#","n":3"#);
    for index in [0, 1, 2] {
        let delta = json!({ "content": "twelve chars" });
        let _ = decoder.push(&event(&json!([{ "index": index, "delta": delta }]))).unwrap();
    }
    assert_eq!(decoder.so_far().output_tokens, 9);
}

#[test]
fn completions_are_counted_whole_and_streamed() {
    for stream in [false, true] {
        let mut decoder = read(Operation::Completions, stream, "");
        let choices = json!([{ "index": 0, "text": "twelve chars", "finish_reason": "stop" },
            { "index": 1, "text": "twelve \\\"ars", "finish_reason": "stop" }]);
        let text = match stream {
            true => event(&choices),
            false => json!({ "choices": choices }).to_string(),
        };
        let _ = decoder.push(&text).unwrap();
        if !stream {
            assert!(!decoder.finish().unwrap().output.is_empty());
        }
        assert_eq!(decoder.so_far().output_tokens, 6, "stream {stream}");
    }
}
