//! What holds of every text.

use crate::answers::read_stream;
use crate::given::{CLAUDE, call, message, request, result, text, try_encode};
use postern_dialect::bedrock;
use postern_dialect::chat::Role;
use proptest::prelude::*;

fn json_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(":"),
        Just(","),
        Just("\"text\""),
        Just("\"contentBlockIndex\""),
        Just("0"),
        Just("\"delta\""),
        Just("\"toolUse\""),
        Just("\"output\""),
        Just("\"message\""),
        Just("\"content\""),
        Just("null"),
        Just("-1"),
        Just("\"stopReason\""),
        Just("\"\\ud800\""),
        Just("1e999"),
        Just("\"usage\""),
    ];
    prop::collection::vec(word, 0..16).prop_map(|words| words.concat())
}

const NAMES: [&str; 7] = [
    "messageStart",
    "contentBlockStart",
    "contentBlockDelta",
    "contentBlockStop",
    "messageStop",
    "metadata",
    "validationException",
];

proptest! {
    #[test]
    fn no_answer_panics(body in prop_oneof![any::<String>(), json_text()], status in 0_u16..700) {
        let _ = bedrock::read_whole(&body);
        let _ = bedrock::explain(status, &[("x-amzn-errortype".into(), body.clone())], &body);
    }

    #[test]
    fn no_stream_panics(events in prop::collection::vec((0_usize..7, json_text()), 0..8)) {
        let events: Vec<(&str, &str)> =
            events.iter().map(|(name, data)| (NAMES[*name], data.as_str())).collect();
        let _ = read_stream(&events);
    }

    #[test]
    fn any_texts_and_names_make_json_that_bedrocks_patterns_take(
        words in any::<String>(), id in any::<String>(), name in any::<String>(),
        arguments in prop_oneof![any::<String>(), json_text()],
    ) {
        let asked = request(vec![
            message(Role::User, vec![text(&words)]),
            message(Role::Assistant, vec![call(&id, &name, &arguments)]),
            message(Role::Tool, vec![result(&id, vec![text(&words)], false)]),
        ]);
        let said = try_encode(asked, CLAUDE).unwrap();
        let last = said.body["messages"].as_array().unwrap().len() - 1;
        let used = &said.body["messages"][last - 1]["content"][0]["toolUse"];
        let fits = |text: &str, more: &str| {
            (1..=64).contains(&text.len())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
        };
        prop_assert!(fits(used["name"].as_str().unwrap(), "_-"));
        prop_assert!(fits(used["toolUseId"].as_str().unwrap(), "_.:-"));
        prop_assert!(used["input"].is_object());
        let answered = &said.body["messages"][last]["content"][0]["toolResult"];
        prop_assert_eq!(&answered["toolUseId"], &used["toolUseId"]);
    }
}
