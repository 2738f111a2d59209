//! What holds of every text.

use crate::fixtures::{asked, encoded, events, said, text};
use postern_dialect::chat::Role;
use postern_dialect::cohere::{explain, read_whole};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_anything_panic(
        text in "\\PC{0,60}|[\\[\\]{}\":,\\\\a0\r\n ]{0,60}",
        kind in "content-(start|delta)|tool-(plan-delta|call-(start|delta|end))|citation-start|message-(start|end)",
        value in "null|7|\"x\"|\\[\\]|\\{\\}|\\{\"content\":(7|\\{\"text\":7\\})\\}|\\{\"tool_calls\":\\[\\{\\}\\]\\}",
        status in 0_u16..700,
    ) {
        let _ = read_whole(&text);
        let _ = explain(status, &[], &text);
        let _ = events(&text);
        let _ = events(&format!(r#"{{"type":"{kind}","index":3,"delta":{{"message":{value}}}}}"#));
        let _ = read_whole(&format!(r#"{{"message":{value},"finish_reason":"COMPLETE"}}"#));
    }

    #[test]
    fn words_arrive_as_they_were_said(words in "\\PC{0,60}[a-z]") {
        let (body, losses) = encoded(asked(vec![said(Role::User, vec![text(&words)])]));
        prop_assert_eq!(&body["messages"][0]["content"], words.as_str());
        prop_assert!(losses.is_empty());
    }
}
