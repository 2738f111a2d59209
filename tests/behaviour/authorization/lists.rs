//! Lists of models: only what the caller may use.

use super::{guarded, key};
use postern_tests::client::Answer;
use postern_tests::marker;

async fn list(roles: &[&str], path: &str) -> Answer {
    guarded().stage.gateway.call("GET", path).key(key(roles).expose()).send().await
}

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let list = answer.json();
    let models = list["data"].as_array().unwrap().iter();
    models.map(|model| model["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_list_has_only_what_the_caller_may_chat_with() {
    let all = ids(&list(&["chatter", "lister"], "/v1/models").await);
    for id in ["plain-model", "secret-model", "in-us", "first-us", "only-this"] {
        assert!(all.iter().any(|each| each == id), "{id} is missing: {all:?}");
    }
    // A model with embeddings only cannot chat.
    assert!(!all.iter().any(|each| each == "sandbox-embedding"), "{all:?}");
    // Aliases stand for their models.
    let one = ids(&list(&["one-model", "lister"], "/v1/models").await);
    let expected = [
        "first-fails",
        "first-hangs-up",
        "first-is-cut",
        "first-is-rate-limited",
        "first-is-unreachable",
        "first-refuses-the-request",
        "plain-model",
    ];
    assert_eq!(one, expected);
    assert_eq!(ids(&list(&["one-route", "lister"], "/v1/models").await), ["only-this"]);
}

#[tokio::test]
async fn a_model_that_the_caller_may_not_use_is_not_there() {
    let roles: &[&str] = &["one-model", "lister"];
    assert_eq!(list(roles, "/v1/models/plain-model").await.json()["id"], "plain-model");
    let refused = list(roles, "/v1/models/secret-model").await;
    assert_eq!(refused.refusal(), (404, "model_not_found".to_owned()));
    let absent = list(roles, "/v1/models/no-such-model").await;
    assert_eq!(refused.text().replace("secret-model", "no-such-model"), absent.text());
}

#[tokio::test]
async fn listing_is_an_action_of_its_own() {
    for path in ["/v1/models", "/v1/models/plain-model"] {
        let marker = marker();
        let call = guarded().stage.gateway.call("GET", path).key(key(&["chatter"]).expose());
        let answer = call.header("x-request-id", marker.as_str()).send().await;
        assert_eq!(answer.refusal(), (403, "permission_denied".to_owned()), "{}", answer.text());
        assert!(answer.text().contains("list_models"), "{}", answer.text());
        let line = guarded().stage.gateway.log_line(&marker).await;
        assert_eq!(line["access"]["allowed"], false, "{line}");
        assert_eq!(line["access"]["actions"][0], "list_models", "{line}");
    }
    // A caller that may list and use nothing gets an empty list.
    assert_eq!(ids(&list(&["lister"], "/v1/models").await), Vec::<String>::new());
}
