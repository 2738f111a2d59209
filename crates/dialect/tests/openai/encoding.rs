//! Same dialect in and out: the client's bytes, but for the splices.

use crate::fixtures::{encode, fixture, operation, read_chat, requests};
use postern_dialect::chat::Losses;
use postern_dialect::{Dialect, Operation, Vendor, apply, openai};
use serde_json::Value;

fn encoded(name: &str, body: &str, upstream_model: &str) -> String {
    let facts = openai::read(operation(name), body).unwrap().facts;
    let encoded = encode(upstream_model, &facts, body);
    apply(body, &encoded.edits).unwrap()
}

#[test]
fn changes_nothing_but_the_model_and_the_request_for_usage() {
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
fn a_buffered_answer_needs_no_request_for_usage() {
    for name in ["plain", "nulls", "embeddings_texts"] {
        let body = fixture(&format!("requests/{name}.json"));
        let model = if name == "plain" { "\"gpt-4o-mini\"" } else { "\"gpt-4o\"" };
        let model = if name == "embeddings_texts" { "\"text-embedding-3-small\"" } else { model };
        assert_eq!(encoded(name, &body, "x"), body.replacen(model, "\"x\"", 1), "{name}");
    }
}

#[test]
fn the_request_for_usage_is_spliced_where_the_options_stand() {
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
    let edits = encode("vendor", &read_chat(body).facts, body).edits;
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
        assert_eq!(encode("m", &facts, &body).path, path);
    }
}

/// The body that a vendor gets, and what was lost.
fn spliced(vendor: &Vendor, body: &str) -> (String, Vec<(String, String)>) {
    let mut losses = Losses::default();
    let encoded = openai::encode(vendor, &read_chat(body).facts, body, &mut losses).unwrap();
    let losses = losses.0.into_iter().map(|loss| (loss.path, loss.reason)).collect();
    (apply(body, &encoded.edits).unwrap(), losses)
}

fn vendor() -> Vendor {
    Vendor::new(Dialect::OpenAi, "m")
}

#[test]
fn the_cap_is_sent_under_the_vendors_own_name() {
    let mut vendor = vendor();
    vendor.quirks.max_tokens_field = Some("max_tokens".into());
    let rest = r#""messages":[{"role":"user","content":"hi"}],"model":"m""#;
    for (cap, sent) in [
        (r#","max_completion_tokens" : 5"#, r#","max_tokens" : 5"#),
        (r#","max_tokens":5"#, r#","max_tokens":5"#),
        (r#","max_tokens":5 , "max_completion_tokens":5"#, r#","max_tokens":5"#),
    ] {
        let (body, losses) = spliced(&vendor, &format!("{{{rest}{cap}}}"));
        assert_eq!((body, losses), (format!("{{{rest}{sent}}}"), vec![]), "{cap}");
    }
    let both = format!(r#"{{"max_completion_tokens":9,"max_tokens":5,{rest}}}"#);
    let (body, losses) = spliced(&vendor, &both);
    assert_eq!(body, format!(r#"{{"max_tokens":5,{rest}}}"#));
    assert_eq!(losses[0].0, "max_completion_tokens");
}

#[test]
fn what_the_vendor_refuses_is_left_out_wherever_it_stands_and_told() {
    let mut vendor = vendor();
    vendor.quirks.unsupported = vec!["seed".into(), "logit_bias".into(), "store".into()];
    let messages = r#""messages":[{"role":"user","content":"hi"}]"#;
    for (body, sent) in [
        (
            format!(r#"{{"seed":1, "store":true, "model":"m",{messages}}}"#),
            format!(r#"{{"model":"m",{messages}}}"#),
        ),
        (
            format!(r#"{{"model":"m","seed":1,{messages} , "store":true}}"#),
            format!(r#"{{"model":"m",{messages}}}"#),
        ),
        (
            format!(r#"{{"model":"m",{messages},"seed":1,"store":true }}"#),
            format!(r#"{{"model":"m",{messages} }}"#),
        ),
    ] {
        let (left, losses) = spliced(&vendor, &body);
        assert_eq!(left, sent);
        let refused = "the vendor refuses it".to_owned();
        assert_eq!(losses, [("seed".to_owned(), refused.clone()), ("store".to_owned(), refused)]);
    }
    let (_, losses) = spliced(&vendor, &format!(r#"{{"model":"m","seed":null,{messages}}}"#));
    assert_eq!(losses, []);
}

#[test]
fn a_request_for_usage_is_neither_made_nor_kept_where_the_vendor_refuses_it() {
    let mut vendor = vendor();
    vendor.quirks.no_stream_options = true;
    let rest = r#""stream":true,"messages":[{"role":"user","content":"hi"}],"model":"m"}"#;
    assert_eq!(spliced(&vendor, &format!("{{{rest}")), (format!("{{{rest}"), vec![]));
    let asked = format!(r#"{{"stream_options":{{"include_usage":true}},{rest}"#);
    let (body, losses) = spliced(&vendor, &asked);
    assert_eq!((body, losses.len()), (format!("{{{rest}"), 1));
}

#[test]
fn a_developer_becomes_the_system_for_vendors_that_know_none() {
    let mut vendor = vendor();
    vendor.quirks.no_developer_role = true;
    let body =
        r#"{"model":"m","messages":[{"content":"developer","role":"developer"},{"role":"user"}]}"#;
    let sent =
        r#"{"model":"m","messages":[{"content":"developer","role":"system"},{"role":"user"}]}"#;
    assert_eq!(spliced(&vendor, body), (sent.to_owned(), vec![]));
}

#[test]
fn another_makers_thoughts_are_taken_out_and_the_vendors_own_stay() {
    let own = r#"{"role":"assistant","reasoning_content":"a","reasoning_details":[{"type":"reasoning.text","signature":"x"}],"content":"b"}"#;
    let body = format!(r#"{{"model":"m","messages":[{own}]}}"#);
    assert_eq!(spliced(&vendor(), &body), (body.clone(), vec![]));
    let (sent, losses) = spliced(&vendor(), &body.replace("\"x\"", "\"postern.anthropic..x\""));
    assert_eq!(sent, r#"{"model":"m","messages":[{"role":"assistant","content":"b"}]}"#);
    assert_eq!(losses.len(), 2);
    assert_eq!(losses[0].0, "messages[0].reasoning_content");
}

#[test]
fn a_path_of_the_vendors_own_names_its_model() {
    let mut vendor = Vendor::new(Dialect::OpenAi, "gpt 4");
    vendor.quirks.paths =
        vec![(Operation::Chat, "/deployments/{model}/chat/completions?api-version=1".into())];
    let body = fixture("requests/plain.json");
    let encoded =
        openai::encode(&vendor, &read_chat(&body).facts, &body, &mut Losses::default()).unwrap();
    assert_eq!(encoded.path, "/deployments/gpt%204/chat/completions?api-version=1");
}
