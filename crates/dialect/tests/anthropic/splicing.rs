//! The same dialect in and out: the client's own bytes, but for the model.

use crate::fixtures::{json, vendor};
use postern_dialect::anthropic::{headers, path, read, splice};
use postern_dialect::{Operation, Vendor, apply};
use serde_json::Value;

fn spliced(vendor: &Vendor, operation: Operation, body: &str) -> String {
    let facts = read(operation, body).unwrap().facts;
    apply(body, &splice(vendor, &facts, body).unwrap()).unwrap()
}

fn vertex() -> Vendor {
    let mut vendor = vendor();
    vendor.quirks.anthropic_version_in_body = Some("vertex-2023-10-16".into());
    vendor
}

const REST: &str =
    r#" "max_tokens" : 1, "messages":[{"role":"user","content":"hi"}],"later":[1.0]"#;

#[test]
fn only_the_model_changes() {
    let body = format!(r#"{{"model": "alias",{REST}}}"#);
    let expected = format!(r#"{{"model": "claude-x",{REST}}}"#);
    assert_eq!(spliced(&vendor(), Operation::Chat, &body), expected);
    let same = format!(r#"{{{REST},"model":"claude-x"}}"#);
    assert_eq!(spliced(&vendor(), Operation::Chat, &same), same);
}

#[test]
fn vertex_gets_its_version_in_the_place_of_the_model() {
    let body = format!(r#"{{{REST}, "model" : "alias" }}"#);
    let expected = format!(r#"{{{REST}, "anthropic_version":"vertex-2023-10-16" }}"#);
    assert_eq!(spliced(&vertex(), Operation::Chat, &body), expected);
    let counted = json(&spliced(&vertex(), Operation::CountTokens, &body));
    assert_eq!(counted["model"], "claude-x");
    assert_eq!(counted["anthropic_version"], "vertex-2023-10-16");
}

#[test]
fn a_version_of_the_clients_own_gives_way() {
    let (model, version) = (r#""model":"alias""#, r#""anthropic_version":"old""#);
    for order in [
        [model, version, REST],
        [version, model, REST],
        [REST, model, version],
        [REST, version, model],
        [model, REST, version],
        [version, REST, model],
    ] {
        for comma in [",", " ,\n"] {
            let body = format!("{{{}}}", order.join(comma));
            let chat = json(&spliced(&vertex(), Operation::Chat, &body));
            assert_eq!(chat.get("model"), None, "{body}");
            assert_eq!(chat["anthropic_version"], "vertex-2023-10-16", "{body}");
            assert_eq!(chat.as_object().map_or(0, |object| object.len()), 4, "{body}");
            let count = json(&spliced(&vertex(), Operation::CountTokens, &body));
            assert_eq!(count["model"], Value::from("claude-x"), "{body}");
        }
    }
}

#[test]
fn paths_and_headers_are_the_dialects() {
    assert_eq!(path(&vendor(), Operation::CountTokens, false), "/messages/count_tokens");
    assert_eq!(path(&vendor(), Operation::Chat, true), "/messages");
    assert_eq!(headers(&vendor()).len(), 1);
    assert_eq!(headers(&vertex()).len(), 0);
}
