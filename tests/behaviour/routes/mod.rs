//! Which deployment a request goes to, by the strategies, conditions and filters of policy; and what clients and the record
//! are told of it.
//!
//! Stages: gateway, router.

mod shadow;

use postern_tests::client::Answer;
use postern_tests::{Options, Stage, manifest, marker};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

const LOW: &str = "vendor/plain-2";
const HIGH: &str = "vendor/plain";

/// The policies of the tests, with those of this folder added.
fn stage() -> &'static Stage {
    static STAGE: LazyLock<(Stage, tempfile::TempDir)> = LazyLock::new(|| {
        let policies = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(manifest::repository().join("tests/policies")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), policies.path().join(entry.file_name())).unwrap();
        }
        for (file, more) in [
            ("gateway.toml", include_str!("gateway.toml")),
            ("models.toml", include_str!("models.toml")),
            ("routes.toml", include_str!("routes.toml")),
        ] {
            let file = policies.path().join(file);
            fs::write(&file, fs::read_to_string(&file).unwrap() + more).unwrap();
        }
        let options = Options { policies: Some(policies.path().to_owned()), ..Options::default() };
        (Stage::with(options), policies)
    });
    &STAGE.0
}

async fn said(model: &str, messages: Value) -> Answer {
    let body = json!({ "model": model, "messages": messages, "user": marker() });
    stage().chat(&body).send().await
}

async fn asked(model: &str, text: &str) -> Answer {
    said(model, json!([{ "role": "user", "content": text }])).await
}

fn served(answer: &Answer) -> &str {
    answer.header("x-postern-served-by").unwrap_or_else(|| panic!("{}", answer.text()))
}

/// What the record says of the decision.
async fn decision(answer: &Answer) -> Value {
    let id = answer.header("x-request-id").unwrap();
    stage().gateway.log_line(id).await["routing"].clone()
}

#[tokio::test]
async fn the_cheapest_deployment_is_first_and_the_record_says_why() {
    let answer = asked("cheapest", "hello").await;
    assert_eq!(served(&answer), LOW);
    let told = decision(&answer).await;
    assert_eq!(told["strategy"], "cheapest", "{told}");
    let deployments = [&told["order"][0]["deployment"], &told["order"][1]["deployment"]];
    assert_eq!(deployments, [LOW, HIGH]);
    assert!(told["order"][0]["by"].as_str().unwrap().contains("nano-dollars"), "{told}");
}

#[tokio::test]
async fn a_conversation_keeps_its_side_while_it_grows() {
    for model in ["half", "kept"] {
        let mut sides = BTreeSet::new();
        for conversation in 0..12 {
            let first = json!({ "role": "user", "content": format!("question {conversation}") });
            let began = said(model, json!([first])).await;
            let reply = json!({ "role": "assistant", "content": "an answer" });
            let more = json!({ "role": "user", "content": "and what else?" });
            let grown = said(model, json!([first, reply, more])).await;
            assert_eq!(served(&grown), served(&began), "{model}");
            sides.insert(served(&began).to_owned());
        }
        assert_eq!(sides.len(), 2, "{model}: each side gets some of twelve conversations");
    }
}

#[tokio::test]
async fn a_complex_prompt_goes_to_the_higher_tier() {
    let simple = asked("tiers", "What is the capital of France?").await;
    assert_eq!(served(&simple), LOW);
    let complex = "Explain step by step why this proof holds, compare it with the other one, and \
                   then refactor the program:\n```rust\nfn main() { loop {} }\n```";
    let answer = asked("tiers", complex).await;
    assert_eq!(served(&answer), HIGH);
    let told = decision(&answer).await;
    assert!(told["complexity"].as_u64().unwrap() > 15, "{told}");
    assert_eq!(
        (&told["complexity_points"]["code"], &told["version"]),
        (&json!(12), &json!("2027-01"))
    );
    assert!(!told.to_string().contains("refactor"), "a decision has nothing of the prompt: {told}");
}

#[tokio::test]
async fn conditions_are_met_by_header_language_and_size() {
    let long = "word ".repeat(3_000);
    for (text, tier, expected) in [
        ("How are you today, and what is the time?", None, LOW),
        ("How are you today, and what is the time?", Some("silver"), LOW),
        ("How are you today, and what is the time?", Some("gold"), HIGH),
        ("Wie geht es dir heute, und wie spät ist es?", None, HIGH),
        (&long, None, HIGH),
    ] {
        let messages = json!([{ "role": "user", "content": text }]);
        let body = json!({ "model": "conditions", "messages": messages, "user": marker() });
        let call = stage().chat(&body);
        let call = match tier {
            Some(tier) => call.header("X-Tier", tier),
            None => call,
        };
        assert_eq!(served(&call.send().await), expected, "{tier:?} {:.20}", text);
    }
    stage().assert_nothing_invalid_was_sent();
}

#[tokio::test]
async fn what_is_not_observed_yet_is_tried_as_written_and_then_by_what_was_observed() {
    let answer = asked("fast", "hello").await;
    assert_eq!(served(&answer), "vendor-fast/plain-2", "the first one fails");
    let told = decision(&answer).await;
    assert_eq!(told["note"], "nothing is observed: tried as written", "{told}");
    assert_eq!(told["order"][0]["deployment"], "vendor-fast/error-503");
    // Failing fast is not fast.
    let answer = asked("fast", "hello").await;
    let told = decision(&answer).await;
    assert_eq!(told["order"][0]["deployment"], "vendor-fast/plain-2", "{told}");
    assert!(told["order"][0]["by"].as_str().unwrap().ends_with(" ms"), "{told}");
    assert_eq!(told["note"], Value::Null, "{told}");
}

#[tokio::test]
async fn clients_of_a_deprecated_model_are_told() {
    let answer = asked("going", "hello").await;
    assert_eq!(answer.header("deprecation"), Some("@1577836800"));
    assert_eq!(answer.header("sunset"), Some("Mon, 01 Jan 2120 00:00:00 GMT"));
    assert_eq!(answer.header("x-postern-successor"), Some("priced-low"));
    let answer = asked("priced-low", "hello").await;
    assert_eq!((answer.header("deprecation"), answer.header("sunset")), (None, None));
}

#[tokio::test]
async fn an_empty_result_says_which_filter_has_removed_what() {
    for (model, reasons) in [
        ("gone", &["`gone`", "sunset", "use `priced-low`"][..]),
        ("for-classified-data", &["data_class", "not declared"]),
    ] {
        let answer = asked(model, "hello").await;
        assert_eq!(answer.refusal(), (422, "no_eligible_deployment".to_owned()));
        let told = answer.error()["message"].as_str().unwrap().to_owned();
        assert!(reasons.iter().all(|reason| told.contains(reason)), "{told}");
    }
    // A preview for others is not there, and a route leads past what is not eligible.
    assert_eq!(asked("for-others", "hello").await.refusal(), (404, "model_not_found".to_owned()));
    let answer = asked("nested", "hello").await;
    assert_eq!(served(&answer), LOW);
    let told = decision(&answer).await;
    let removed: Vec<_> =
        told["removed"].as_array().unwrap().iter().map(|one| &one["filter"]).collect();
    assert_eq!(removed, ["sunset", "preview"]);
}

#[tokio::test]
async fn the_list_of_models_has_what_is_served_to_this_caller() {
    let answer = stage().call("GET", "/v1/models").send().await;
    let list: Value = serde_json::from_str(answer.text()).unwrap();
    let ids: Vec<_> =
        list["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    for (id, is_there) in [
        ("going", true),
        ("cheapest", true),
        ("nested", true),
        ("gone", false),
        ("for-others", false),
        ("for-classified-data", false),
    ] {
        assert_eq!(ids.contains(&id), is_there, "{id}: {ids:?}");
    }
}
