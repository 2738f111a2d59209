//! Each fixture is read as the snapshot beside it says.

use crate::fixtures::{chat_with, operation, requests};
use postern_dialect::{Operation, openai};
use std::fmt::Write;

#[test]
fn reads_each_request_as_the_snapshot_beside_it_says() {
    for (name, body) in requests() {
        let request =
            openai::read(operation(&name), &body).unwrap_or_else(|f| panic!("{name}: {f}"));
        let facts = &request.facts;
        let mut seen = format!("{facts:#?}\n");
        writeln!(seen, "model literal: {}", facts.model_span.of(&body).unwrap()).unwrap();
        for segment in &request.segments {
            let text = segment.span.of(&body).unwrap();
            writeln!(seen, "{:?}, {:?}: {text}", segment.role, segment.kind).unwrap();
        }
        insta::with_settings!({
            snapshot_path => "requests",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, seen);
        });
    }
}

#[test]
fn takes_the_larger_of_two_caps_in_either_order() {
    for members in [
        r#""max_tokens":5,"max_completion_tokens":9,"#,
        r#""max_completion_tokens":9,"max_tokens":5,"#,
        r#""max_tokens":null,"max_completion_tokens":9,"#,
    ] {
        assert_eq!(chat_with(members).0.output_cap_tokens, Some(9), "{members}");
    }
    let largest = format!(r#""max_tokens":{},"#, u64::MAX);
    assert_eq!(chat_with(&largest).0.output_cap_tokens, Some(u64::MAX));
}

/// How many pictures, recordings and documents a message of these parts carries.
fn media(role: &str, parts: &str) -> (u32, u32, u32) {
    let body = format!(r#"{{"model":"m","messages":[{{"content":[{parts}],"role":"{role}"}}]}}"#);
    let facts = openai::read(Operation::Chat, &body).unwrap().facts;
    (facts.images, facts.audio, facts.documents)
}

#[test]
fn counts_pictures_recordings_and_documents_of_any_message() {
    for role in ["system", "user", "assistant", "tool"] {
        let parts = r#"{"type":"image_url","image_url":{"url":"u"}},{"image_url":"u","type":"image_url"},
            {"type":"input_audio","input_audio":{"data":"","format":"wav"}},{"type":"file","file":{"file_id":"f"}},
            {"type":"text","text":"image_url"},"file""#;
        assert_eq!(media(role, parts), (2, 1, 1), "{role}");
    }
    assert_eq!(media("user", r#"{"type":"video_url","video_url":{"url":"u"}}"#), (0, 0, 0));
    assert_eq!(media("user", r#"{"type":"image\u005furl"}"#), (1, 0, 0));
}

/// Such as vLLM: only the members tell what a part without a type is.
#[test]
fn counts_parts_whose_type_is_left_out_by_their_members() {
    assert_eq!(media("user", r#"{"image_url":{"url":"u"}}"#), (1, 0, 0));
    assert_eq!(media("user", r#"{"file":{},"type":null,"input_audio":{}}"#), (0, 1, 1));
    assert_eq!(media("user", r#"{"text":"x","image_url":null}"#), (0, 0, 0));
    assert_eq!(media("user", r#"{"image_url":"u","type":"text","text":"x"}"#), (0, 0, 0));
}

#[test]
fn refuses_a_part_of_two_types() {
    for part in [r#"{"type":"text","type":"image_url"}"#, r#"{"type":"text","Type":"image_url"}"#] {
        let body = format!(r#"{{"model":"m","messages":[{{"role":"user","content":[{part}]}}]}}"#);
        let fault = openai::read(Operation::Chat, &body).unwrap_err();
        assert_eq!(fault.param.as_deref(), Some("messages[0].content[0].type"), "{part}");
    }
}

#[test]
fn counts_what_lets_the_model_use_tools_by_another_name() {
    let tools = |field: &str| {
        let body =
            format!(r#"{{"model":"m",{field}"messages":[{{"role":"user","content":"x"}}]}}"#);
        postern_dialect::openai::read(postern_dialect::Operation::Chat, &body).unwrap().facts.tools
    };
    assert_eq!(tools(""), 0);
    assert_eq!(tools(r#""functions":null,"#), 0);
    assert_eq!(tools(r#""functions":[{}],"#), 1);
    assert_eq!(tools(r#""web_search_options":{},"tools":[{}],"#), 2);
}
