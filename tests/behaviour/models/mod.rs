//! The models that exist for a caller.
//!
//! Stages: gateway, router.

use postern_tests::client::Answer;
use postern_tests::{marker, shared};

fn ids(answer: &Answer) -> Vec<String> {
    let list = answer.json();
    assert_eq!(list["object"], "list");
    let models = list["data"].as_array().unwrap().iter();
    models.map(|model| model["id"].as_str().unwrap().to_owned()).collect()
}

/// The models and aliases of the tests' policies.
fn declared() -> Vec<String> {
    let read = |text: &str| text.parse::<toml::Table>().unwrap();
    let models = read(include_str!("../../policies/models.toml"));
    let routes = read(include_str!("../../policies/routes.toml"));
    let names = |table: &toml::Table, list: &str, key: &str| -> Vec<String> {
        let rows = table[list].as_array().unwrap().iter();
        rows.map(|row| row[key].as_str().unwrap().to_owned()).collect()
    };
    let mut all = names(&models, "model", "name");
    all.extend(names(&routes, "route", "alias"));
    all.sort();
    all
}

#[tokio::test]
async fn lists_every_model_and_alias_to_who_may_use_all() {
    let answer = shared().call("GET", "/v1/models").send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(ids(&answer), declared());
    let list = answer.json();
    for model in list["data"].as_array().unwrap() {
        assert_eq!(model["object"], "model");
        assert!(model["created"].is_u64() && model["owned_by"].is_string(), "{model}");
    }
}

#[tokio::test]
async fn anthropics_clients_get_pages_and_all_get_sizes() {
    let all = declared();
    let page = |query: String| {
        let call = shared().call("GET", &format!("/v1/models{query}"));
        call.header("anthropic-version", "2023-06-01").send()
    };
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let answer = page(format!("?limit=7{after}")).await.json();
        let cards = answer["data"].as_array().unwrap();
        seen.extend(cards.iter().map(|card| card["id"].as_str().unwrap().to_owned()));
        if answer["has_more"] == false {
            break;
        }
        let last = answer["last_id"].as_str().unwrap().replace('/', "%2F").replace(':', "%3A");
        after = format!("&after_id={last}");
    }
    assert_eq!(seen, all);
    assert_eq!(page("?limit=0".to_owned()).await.status, 400);
    let card = shared().call("GET", "/v1/models/sandbox").send().await.json();
    assert!(card["context_length"].is_u64() && card["max_completion_tokens"].is_u64(), "{card}");
}

#[tokio::test]
async fn lists_to_others_what_they_may_use() {
    let stage = shared();
    let call = stage.gateway.call("GET", "/v1/models").key(stage.restricted_key.expose());
    let mine =
        |name: &String| name == "plain-model" || name == "only-this" || name.starts_with("sandbox");
    let expected: Vec<String> = declared().into_iter().filter(mine).collect();
    assert_eq!(ids(&call.send().await), expected);
}

#[tokio::test]
async fn gives_one_model_by_its_id_escaped_or_not() {
    let stage = shared();
    for (path, id) in [
        ("/v1/models/plain-model", "plain-model"),
        ("/v1/models/only-this", "only-this"),
        ("/v1/models/org/plain:latest", "org/plain:latest"),
        ("/v1/models/org%2Fplain%3Alatest", "org/plain:latest"),
    ] {
        let answer = stage.call("GET", path).send().await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert_eq!(answer.json()["id"], id);
    }
}

#[tokio::test]
async fn what_a_caller_may_not_use_is_not_there_for_it() {
    let stage = shared();
    let restricted = |method: &str, path: &str| {
        stage.gateway.call(method, path).key(stage.restricted_key.expose())
    };
    let marker = marker();
    let body = |model: &str| postern_tests::stage::question(model, &marker).to_string();
    for name in ["secret-model", "first-fails", "no-such-model", "plain-model-2"] {
        let asked = restricted("POST", "/v1/chat/completions").body(body(name)).send().await;
        let looked_up = restricted("GET", &format!("/v1/models/{name}")).send().await;
        for answer in [&asked, &looked_up] {
            assert_eq!(answer.refusal(), (404, "model_not_found".to_owned()));
            assert_eq!(answer.error()["param"], "model");
            assert!(answer.text().contains(name), "{}", answer.text());
        }
    }
    // A forbidden model and a missing one cannot be distinguished.
    let [forbidden, absent] = ["secret-model", "no-such-model"].map(body);
    let forbidden = restricted("POST", "/v1/chat/completions").body(forbidden).send().await;
    let absent = restricted("POST", "/v1/chat/completions").body(absent).send().await;
    assert_eq!(forbidden.text().replace("secret-model", "no-such-model"), absent.text());
    assert!(stage.upstream.requests(&marker).is_empty());
}

#[tokio::test]
async fn who_may_use_an_alias_may_use_what_stands_behind_it() {
    let (stage, marker) = (shared(), marker());
    let call =
        stage.gateway.call("POST", "/v1/chat/completions").key(stage.restricted_key.expose());
    let body = postern_tests::stage::question("only-this", &marker).to_string();
    assert_eq!(call.body(body).send().await.status, 200);
}

#[tokio::test]
async fn a_model_is_not_asked_for_what_it_cannot() {
    let stage = shared();
    let marker = marker();
    let chat = stage.ask("sandbox-embedding", &marker).send().await;
    let body = format!(r#"{{"model":"p","input":"text","user":"{marker}"}}"#);
    let embeddings = stage.call("POST", "/v1/embeddings").body(body).send().await;
    for answer in [chat, embeddings] {
        assert!(matches!(answer.status, 400 | 404), "{} {}", answer.status, answer.text());
        assert_eq!(answer.error()["param"], "model");
    }
    assert!(stage.upstream.requests(&marker).is_empty());
}

#[tokio::test]
async fn a_models_name_is_named_safely_in_the_refusal() {
    let stage = shared();
    let long = "x".repeat(100_000);
    for name in ["a\"b\\c", "line\nbreak", "\u{1F600}", "<script>", long.as_str()] {
        let id = marker();
        let answer = stage.ask(name, &id).header("x-request-id", id.as_str()).send().await;
        assert_eq!(answer.refusal(), (404, "model_not_found".to_owned()));
        // One line of JSON, whatever the name contains.
        assert_eq!(stage.gateway.log_line(&id).await["status"], 404);
        assert!(
            answer.body.len() < 4_096,
            "a name of {} bytes makes {}",
            name.len(),
            answer.body.len()
        );
    }
}
