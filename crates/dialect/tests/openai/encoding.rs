//! Same dialect in and out: the client's bytes, but for the splices.

use crate::fixtures::{fixture, operation, read_chat, requests};
use postern_dialect::{apply, openai};
use serde_json::Value;

fn encoded(name: &str, body: &str, upstream_model: &str) -> String {
    let facts = openai::read(operation(name), body).unwrap().facts;
    let encoded = openai::encode(upstream_model, &facts, body).unwrap();
    apply(body, &encoded.edits).unwrap()
}

#[test]
fn changes_nothing_but_the_model_and_the_wish_for_usage() {
    for (name, body) in requests() {
        let mut expected: Value = serde_json::from_str(&body).unwrap();
        expected["model"] = "vendor/\"model\" é".into();
        if expected["stream"] == true {
            if expected["stream_options"].is_null() {
                expected["stream_options"] = serde_json::json!({});
            }
            expected["stream_options"]["include_usage"] = true.into();
        }
        let sent = encoded(&name, &body, "vendor/\"model\" é");
        assert_eq!(serde_json::from_str::<Value>(&sent).unwrap(), expected, "{name}: {sent}");
    }
}

#[test]
fn the_same_name_of_a_model_is_left_as_it_is_written() {
    let body = fixture("requests/escaped_names.json");
    assert_eq!(encoded("escaped_names", &body, "gpt-4o"), body);
}

#[test]
fn a_whole_answer_needs_no_wish_for_usage() {
    for name in ["plain", "nulls", "embeddings_texts"] {
        let body = fixture(&format!("requests/{name}.json"));
        let model = if name == "plain" { "\"gpt-4o-mini\"" } else { "\"gpt-4o\"" };
        let model = if name == "embeddings_texts" { "\"text-embedding-3-small\"" } else { model };
        assert_eq!(encoded(name, &body, "x"), body.replacen(model, "\"x\"", 1), "{name}");
    }
}

#[test]
fn the_wish_for_usage_is_spliced_where_the_options_stand() {
    let rest = r#""messages":[{"role":"user","content":"hi"}]}"#;
    let asked = r#""include_usage":true"#;
    for (before, after) in [
        (
            r#"{"model":"m","stream":true,"#.to_owned(),
            format!(r#"{{"model":"m","stream_options":{{{asked}}},"stream":true,"#),
        ),
        (
            r#"{"stream":true,"stream_options":{} ,"model":"m","#.to_owned(),
            format!(r#"{{"stream":true,"stream_options":{{{asked}}} ,"model":"m","#),
        ),
        (
            r#"{"stream":true,"stream_options":{ "a":1},"model":"m","#.to_owned(),
            format!(r#"{{"stream":true,"stream_options":{{{asked}, "a":1}},"model":"m","#),
        ),
        (
            r#"{"stream":true,"stream_options":null,"model":"m","#.to_owned(),
            format!(r#"{{"stream":true,"stream_options":{{{asked}}},"model":"m","#),
        ),
        (
            r#"{"stream":true,"stream_options":{"include_usage" : null},"model":"m","#.to_owned(),
            r#"{"stream":true,"stream_options":{"include_usage" : true},"model":"m","#.to_owned(),
        ),
        (
            r#"{"stream":true,"stream_options":{"include_usage":true},"model":"m","#.to_owned(),
            r#"{"stream":true,"stream_options":{"include_usage":true},"model":"m","#.to_owned(),
        ),
    ] {
        assert_eq!(encoded("chat", &(before + rest), "m"), after + rest);
    }
}

#[test]
fn both_splices_stand_side_by_side_in_order() {
    let body = r#"{"stream":true,"messages":[{"role":"user"}],"model":"m"}"#;
    let edits = openai::encode("vendor", &read_chat(body).facts, body).unwrap().edits;
    assert!(edits[0].span.end <= edits[1].span.start);
    assert_eq!(
        apply(body, &edits).unwrap(),
        r#"{"stream":true,"messages":[{"role":"user"}],"model":"vendor","stream_options":{"include_usage":true}}"#
    );
}

#[test]
fn names_the_path_of_each_operation() {
    for (name, path) in [("plain", "/chat/completions"), ("embeddings_text", "/embeddings")] {
        let body = fixture(&format!("requests/{name}.json"));
        let facts = openai::read(operation(name), &body).unwrap().facts;
        assert_eq!(openai::encode("m", &facts, &body).unwrap().path, path);
    }
}
