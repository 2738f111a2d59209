//! Whatever comes, nothing panics.

use postern_dialect::anthropic::{Reader, decode, explain, read, read_whole, splice};
use postern_dialect::{Dialect, Memo, Operation, ReadAnswer, Vendor};
use proptest::prelude::*;

/// Text that is nearly a request, an event or an answer.
fn nearly() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"type\":",
        "\"text\"",
        "\"tool_use\"",
        "\"content\":",
        "\"messages\":",
        "\"model\":\"m\"",
        "\"index\":0",
        "\"delta\":",
        "\"role\":\"user\"",
        "null",
        "1",
        "\"content_block_start\"",
        "\"message_start\"",
        "\"message\":",
        "\"content_block\":",
        "\"input\":",
        "é",
        "\\",
        "\"stop_reason\":\"x\"",
    ]);
    prop_oneof![
        any::<String>(),
        prop::collection::vec(words, 0..24).prop_map(|words| words.concat())
    ]
}

proptest! {
    #[test]
    fn nothing_panics_and_nothing_empty_succeeds(texts in prop::collection::vec(nearly(), 1..4)) {
        let mut reader = Reader::new(&Memo::default());
        let mut events = Vec::new();
        for text in &texts {
            let _ = decode(text);
            let _ = explain(400, &[], text);
            if let Ok(request) = read(Operation::Chat, text) {
                let _ = splice(&Vendor::new(Dialect::Anthropic, "x"), &request.facts, text);
            }
            if let Ok(answer) = read_whole(text) {
                prop_assert!(answer.choices[0].finish.is_some());
            }
            let _ = reader.event(None, text, &mut events);
        }
        let _ = reader.end(&mut events);
    }
}
