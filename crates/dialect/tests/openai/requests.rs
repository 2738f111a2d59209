//! Each fixture is read as the snapshot beside it says.

use crate::fixtures::{chat_with, operation, requests};
use postern_dialect::openai;
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
            writeln!(seen, "{:?}: {text}", segment.role).unwrap();
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
    assert_eq!(chat_with(r#""max_tokens":0,"#).0.output_cap_tokens, Some(0));
    let largest = format!(r#""max_tokens":{},"#, u64::MAX);
    assert_eq!(chat_with(&largest).0.output_cap_tokens, Some(u64::MAX));
}
