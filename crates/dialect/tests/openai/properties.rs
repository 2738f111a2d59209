//! What holds of every text, however it is cut or broken.

use crate::fixtures::{
    JSON, STREAM, chat_with, decode, decode_stream, decoder, encode, fixture, requests,
};
use postern_dialect::chat::Losses;
use postern_dialect::{Dialect, Operation, Vendor, apply, openai};
use proptest::prelude::*;
use serde_json::Value;

/// `text` cut at the character borders at or below `cuts`.
fn chunks<'a>(text: &'a str, cuts: &[usize]) -> Vec<&'a str> {
    let mut borders: Vec<usize> = cuts.iter().map(|cut| cut % (text.len() + 1)).collect();
    borders.retain(|&at| text.is_char_boundary(at));
    borders.extend([0, text.len()]);
    borders.sort_unstable();
    borders.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

fn stream() -> impl Strategy<Value = String> {
    let event = prop_oneof![
        Just("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"è 😀\"}}]}".to_owned()),
        Just("data: {\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}]}".to_owned()),
        Just("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}".to_owned()),
        Just("data: {\"choices\":\ndata: []}".to_owned()),
        Just(": comment".to_owned()),
        Just("data:".to_owned()),
        Just("event: ping\ndata: x".to_owned()),
        Just("data: [DONE]".to_owned()),
        Just("data: {\"error\":{\"type\":\"server_error\"}}".to_owned()),
        Just("data: {broken".to_owned()),
    ];
    let line_end = prop_oneof![Just("\n"), Just("\r\n"), Just("\r")];
    (prop::collection::vec(event, 0..8), line_end)
        .prop_map(|(events, end)| (events.join("\n\n") + "\n\n").replace('\n', end))
}

/// A valid request with some bytes replaced, put in, or taken out.
fn broken_request() -> impl Strategy<Value = String> {
    let all = requests();
    let mutation = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..3);
    let bytes: &[u8] = b"{}[]\":,\\u0d8\x00\x1f\nte-.9 \xc3\xa9";
    (0..all.len(), prop::collection::vec(mutation, 0..4)).prop_map(move |(request, mutations)| {
        let mut text = all[request].1.clone().into_bytes();
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
    fn any_cutting_of_a_stream_gives_the_same(
        stream in stream(),
        cuts in prop::collection::vec(any::<usize>(), 0..12),
        asked in any::<bool>(),
    ) {
        let members = format!(r#""stream":true,"stream_options":{{"include_usage":{asked}}},"#);
        let cut = decode(decoder(&members, STREAM), &chunks(&stream, &cuts));
        let one_by_one: Vec<usize> = (0..stream.len()).collect();
        let finest = decode(decoder(&members, STREAM), &chunks(&stream, &one_by_one));
        prop_assert_eq!(&cut, &finest);
        prop_assert_eq!(&cut, &decode_stream(&members, &stream));
        prop_assert!(cut.end.is_ok() == cut.output.contains("[DONE]"));
    }

    #[test]
    fn any_cutting_of_a_whole_answer_gives_the_same(
        cuts in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        let answer = fixture("answers/chat.json");
        let cut = decode(decoder("", JSON), &chunks(&answer, &cuts));
        prop_assert_eq!(cut.output, answer);
    }

    #[test]
    fn a_request_that_is_read_is_json_and_keeps_all_but_its_splices(
        body in broken_request(),
        upstream_model in "\\PC{0,12}",
    ) {
        for operation in [Operation::Chat, Operation::Embeddings] {
            let Ok(request) = openai::read(operation, &body) else { continue };
            let mut expected: Value = serde_json::from_str(&body).unwrap();
            prop_assert_eq!(&expected["model"], request.facts.model.as_str());
            for segment in &request.segments {
                let raw = segment.raw(&body).unwrap();
                let (open, close) = if segment.is_json_string { ("\"", "\"") } else { ("[", "]") };
                let literal = format!("{open}{raw}{close}");
                prop_assert!(serde_json::from_str::<Value>(&literal).is_ok());
            }
            let encoded = encode(&upstream_model, &request.facts, &body);
            let sent: Value = serde_json::from_str(&apply(&body, &encoded.edits).unwrap()).unwrap();
            expected["model"] = upstream_model.as_str().into();
            if request.facts.stream {
                if expected["stream_options"].is_null() {
                    expected["stream_options"] = serde_json::json!({});
                }
                expected["stream_options"]["include_usage"] = true.into();
            }
            prop_assert_eq!(sent, expected);
        }
    }

    #[test]
    fn no_text_makes_anything_panic(text in "\\PC{0,60}|[\\[\\]{}\":,\\\\a0\r\n ]{0,60}", status in 0_u16..700) {
        let _ = openai::read(Operation::Chat, &text);
        let _ = openai::read(Operation::Embeddings, &text);
        let _ = openai::explain(status, &[(text.clone(), text.clone())], &text);
        let _ = decode_stream(r#""stream":true,"#, &text);
        let _ = decode(decoder("", JSON), &[&text]);
        let (facts, _) = chat_with(r#""stream":true,"#);
        let vendor = Vendor::new(Dialect::OpenAi, text.as_str());
        let _ = openai::encode(&vendor, &facts, &text, &mut Losses::default());
    }
}
