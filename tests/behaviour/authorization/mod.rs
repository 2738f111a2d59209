//! The rights of callers: nothing that no policy permits, and nothing that one forbids.
//!
//! Stages: gateway, auth, router.

mod actions;
mod addresses;
mod deployments;
mod explain;
mod fields;
mod lists;
mod roles;

use postern_keys::Key;
use postern_tests::client::Answer;
use postern_tests::issuer::{Guarded, Policies};
use postern_tests::marker;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// A role for each action, some for models, routes and regions; and a rule that forbids for all.
const AUTHORIZATION: &str = r#"
@id("chatters-chat")
permit (principal in Role::"chatter", action == Action::"chat", resource);

@id("embedders-embed")
permit (principal in Role::"embedder", action == Action::"embed", resource);

@id("counters-count")
permit (principal in Role::"counter", action == Action::"count_tokens", resource);

@id("listers-list")
permit (principal in Role::"lister", action == Action::"list_models", resource);

@id("explainers-are-told")
permit (principal in Role::"explainer", action == Action::"explain", resource);

@id("toolsmiths-use-tools")
permit (principal in Role::"toolsmith", action == Action::"use_tools", resource);

@id("painters-send-images")
permit (principal in Role::"painter", action == Action::"send_images", resource);

@id("speakers-send-audio")
permit (principal in Role::"speaker", action == Action::"send_audio", resource);

@id("clerks-send-documents")
permit (principal in Role::"clerk", action == Action::"send_documents", resource);

@id("users-use-everything")
permit (principal in Role::"user", action in Action::"use", resource);

@id("one-model")
permit (principal in Role::"one-model", action == Action::"chat", resource == Model::"plain-model");

@id("one-route")
permit (principal in Role::"one-route", action == Action::"chat", resource in Route::"only-this");

@id("team-of-research")
permit (principal in Team::"research", action == Action::"chat", resource);

@id("europeans-stay-in-europe")
forbid (principal in Role::"european", action in Action::"use", resource)
unless { resource in Region::"eu" };

@id("nobody-fails-on-purpose")
forbid (principal in Role::"careful", action in Action::"use", resource == Model::"error-500");

@id("small-answers-only")
forbid (principal in Role::"small", action in Action::"use", resource)
unless { context has output_cap_tokens && context.output_cap_tokens <= 100 };

@id("only-from-this-machine")
permit (principal in Role::"local", action == Action::"chat", resource)
when { context has ip && context.ip.isLoopback() };

@id("only-from-outside")
permit (principal in Role::"outsider", action == Action::"chat", resource)
when { context has ip && !context.ip.isLoopback() };
"#;

/// Consumers with these roles, each called by them.
const ROLES: [&[&str]; 23] = [
    &[],
    &["chatter"],
    &["embedder"],
    &["counter"],
    &["lister"],
    &["chatter", "lister"],
    &["chatter", "explainer"],
    &["chatter", "toolsmith"],
    &["chatter", "painter"],
    &["chatter", "speaker"],
    &["chatter", "clerk"],
    &["toolsmith", "painter", "speaker", "clerk"],
    &["chatter", "toolsmith", "painter", "speaker", "clerk"],
    &["user"],
    &["one-model"],
    &["one-model", "lister"],
    &["one-route"],
    &["one-route", "lister"],
    &["user", "european"],
    &["user", "careful"],
    &["user", "small"],
    &["local"],
    &["outsider"],
];

fn guarded() -> &'static Guarded {
    static GUARDED: LazyLock<Guarded> = LazyLock::new(|| {
        let policies = ROLES.iter().fold(policies(), |policies, roles| {
            policies.consumer(&name(roles), &format!("roles = {roles:?}"))
        });
        Guarded::start(&policies)
    });
    &GUARDED
}

/// The policies without any consumer.
fn policies() -> Policies {
    Policies { authorization: AUTHORIZATION.to_owned(), ..Policies::default() }
}

/// The name of the consumer with these roles.
fn name(roles: &[&str]) -> String {
    if roles.is_empty() { "without-roles".to_owned() } else { roles.join("-") }
}

/// A key of the consumer with these roles.
fn key(roles: &[&str]) -> Key {
    assert!(ROLES.contains(&roles), "{roles:?} are nobody's");
    guarded().stage.gateway.issue_key(&name(roles))
}

/// The answer to a question of a consumer with these roles, and its line of the log.
async fn asked(roles: &[&str], model: &str) -> (Answer, Value, String) {
    let marker = marker();
    let call = guarded().ask(model, &marker).key(key(roles).expose());
    let answer = call.send().await;
    let line = guarded().stage.gateway.log_line(&marker).await;
    (answer, line, marker)
}

/// Asserts a refusal for this action and resource, which names both and no policy; nothing reached the vendor.
fn assert_refused(answer: &Answer, line: &Value, action: &str, resource: &str, marker: &str) {
    assert_eq!(answer.refusal(), (403, "permission_denied".to_owned()), "{}", answer.text());
    let told = answer.error()["message"].as_str().unwrap().to_owned();
    assert!(told.contains(action) && told.contains(resource), "{told}");
    for policy in AUTHORIZATION.split("@id(\"").skip(1) {
        let id = policy.split('"').next().unwrap();
        assert!(!answer.text().contains(id), "the policy {id} is named: {told}");
    }
    for word in ["Role", "policy", "policies", "forbid", "principal"] {
        assert!(!told.contains(word), "{told}");
    }
    assert_eq!(answer.header("www-authenticate"), None, "another credential is not asked for");
    assert_eq!(line["access"]["allowed"], false, "{line}");
    guarded().assert_nothing_reached_the_vendor(marker);
}

#[tokio::test]
async fn what_no_policy_permits_is_refused() {
    let (answer, line, marker) = asked(&[], "plain-model").await;
    assert_refused(&answer, &line, "chat", "plain-model", &marker);
    assert_eq!(line["consumer"], "without-roles");
    assert_eq!(line["access"]["actions"], json!(["chat"]));
    let refused = &line["access"]["refused"][0];
    assert_eq!(refused["deployment"], "vendor/plain");
    assert_eq!(refused["policies"], json!([]), "no policy said so: there was none");
}

#[tokio::test]
async fn what_a_policy_permits_is_done_and_recorded_with_it() {
    let (answer, line, _) = asked(&["chatter"], "plain-model").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(line["access"]["allowed"], true, "{line}");
    assert_eq!(line["access"]["policies"], json!(["chatters-chat"]));
    assert!(!answer.text().contains("chatters-chat"));
}

#[tokio::test]
async fn what_a_policy_forbids_is_refused_though_another_permits_it() {
    let (answer, line, marker) = asked(&["user", "careful"], "error-500").await;
    assert_refused(&answer, &line, "chat", "error-500", &marker);
    let refused = &line["access"]["refused"][0];
    assert_eq!(refused["policies"], json!(["nobody-fails-on-purpose"]));
    let (answer, ..) = asked(&["user", "careful"], "plain-model").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}
