//! What holds of every text.

use crate::fixtures::{call, encode, hi, message, result, text, whole};
use postern_dialect::chat::Role;
use postern_dialect::{Memo, ReadAnswer, google};
use proptest::prelude::*;
use serde_json::{Value, json};

fn part() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<String>().prop_map(|text| json!({ "text": text })),
        any::<String>().prop_map(|text| json!({ "text": text, "thought": true })),
        any::<String>().prop_map(|text| json!({ "text": text, "thoughtSignature": "Uw==" })),
        any::<String>()
            .prop_map(|a| json!({ "functionCall": { "name": "f", "args": { "a": a } } })),
        Just(json!({ "thoughtSignature": "Uw==" })),
        Just(json!({ "inlineData": { "mimeType": "audio/wav", "data": "AQ==" } })),
        Just(json!({ "inlineData": { "mimeType": "image/png", "data": "AQ==" } })),
        Just(json!({ "codeExecutionResult": { "outcome": "OUTCOME_OK" } })),
    ]
}

fn read_as_event(text: &str) {
    let mut reader = google::Reader::new(&Memo::default());
    let mut events = Vec::new();
    let _ = reader.event(None, text, &mut events);
    let _ = reader.end(&mut events);
}

proptest! {
    #[test]
    fn one_part_an_event_is_the_same_as_all_at_once(parts in prop::collection::vec(part(), 0..8)) {
        let mut reader = google::Reader::new(&Memo::default());
        let mut events = Vec::new();
        for part in &parts {
            let mut event = whole(json!([part]), "STOP");
            event["candidates"][0].as_object_mut().unwrap().remove("finishReason");
            reader.event(None, &event.to_string(), &mut events).unwrap();
        }
        reader.event(None, &whole(json!([]), "STOP").to_string(), &mut events).unwrap();
        reader.end(&mut events).unwrap();
        let streamed = crate::fixtures::collect(events);
        prop_assert_eq!(streamed, crate::fixtures::read(&whole(Value::Array(parts), "STOP")));
    }

    #[test]
    fn no_text_makes_reading_panic(text in any::<String>(), status in 400_u16..600) {
        let _ = google::read_whole(&text);
        read_as_event(&text);
        let _ = google::explain(status, &[("retry-after".to_owned(), text.clone())], &text);
    }

    #[test]
    fn no_cut_or_broken_answer_makes_reading_panic(
        at in any::<prop::sample::Index>(),
        put in ".{0,2}",
        parts in prop::collection::vec(part(), 0..4),
    ) {
        let body = whole(Value::Array(parts), "STOP").to_string();
        let at = (0..=at.index(body.len())).rev().find(|&at| body.is_char_boundary(at)).unwrap();
        let _ = google::read_whole(&body[..at]);
        let broken = format!("{}{put}{}", &body[..at], &body[at..]);
        let _ = google::read_whole(&broken);
        read_as_event(&broken);
    }

    #[test]
    fn whatever_is_said_is_sent_as_json(
        words in any::<String>(),
        arguments in any::<String>(),
        name in any::<String>(),
        model in any::<String>(),
    ) {
        let mut request = hi();
        request.messages.push(message(Role::Assistant, vec![call("c", &name, &arguments)]));
        request.messages.push(message(Role::Tool, vec![result("c", vec![text(&words)], false)]));
        let sent = encode(request, &model);
        let called = &sent.body["contents"][1]["parts"][0]["functionCall"]["name"];
        let called = called.as_str().unwrap();
        let restored = sent.memo.tool_names.get(called).map_or(called, String::as_str);
        prop_assert_eq!(restored, &name);
    }
}
