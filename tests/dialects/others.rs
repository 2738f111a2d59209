//! Vendors that are only a row of policy, and operations other than chat.

use crate::client::{Ask, Client};
use crate::stage::shared;
use postern_tests::client::Answer;
use postern_tests::vendors::{TEXT, Vendor};
use serde_json::{Value, json};

/// Azure's deployments, both makers on Vertex AI, embeddings of every vendor, and a vendor without a credential.
pub const MODELS: &str = r#"
[[provider]]
name = "azure"
dialect = "openai"
base_url = "{{ azure_base_url }}"
base_path = "/openai"
credential = { scheme = "api-key", variable = "azure_api_key" }
quirks = { paths = { chat = "/deployments/{model}/chat/completions?api-version=2024-10-21" } }
[[model]]
name = "azure-text"
capabilities = ["chat", "tools", "vision", "files", "audio", "json_schema"]
[[model.deployment]]
provider = "azure"
upstream_model = "gpt-fake-text"

[[provider]]
name = "vertex"
dialect = "google"
base_url = "{{ vertex_base_url }}"
base_path = "/v1/projects/{{ vertex_project }}/locations/{{ vertex_location }}/publishers/google"
credential = { scheme = "google_service_account", variable = "vertex_service_account", token_url = "vertex_token_url" }
[[model]]
name = "vertex-text"
capabilities = ["chat", "tools", "vision", "files", "audio", "json_schema"]
[[model.deployment]]
provider = "vertex"
upstream_model = "gemini-2.5-fake-text"

[[provider]]
name = "vertex-anthropic"
dialect = "anthropic"
base_url = "{{ vertex_base_url }}"
base_path = "/v1/projects/{{ vertex_project }}/locations/{{ vertex_location }}/publishers/anthropic"
credential = { scheme = "google_service_account", variable = "vertex_service_account", token_url = "vertex_token_url" }
quirks = { anthropic_version = "vertex-2023-10-16", paths = { chat = "/models/{model}:rawPredict" } }
[[model]]
name = "vertex-claude-text"
capabilities = ["chat", "tools", "vision", "files", "audio", "json_schema"]
[[model.deployment]]
provider = "vertex-anthropic"
upstream_model = "claude-fake-text"

[[model]]
name = "embed-openai"
capabilities = ["embeddings"]
[[model.deployment]]
provider = "openai"
upstream_model = "embed-fake-text"
[[model]]
name = "embed-google"
capabilities = ["embeddings"]
[[model.deployment]]
provider = "google"
upstream_model = "gemini-embedding-fake-text"
[[model]]
name = "embed-cohere"
capabilities = ["embeddings"]
[[model.deployment]]
provider = "cohere"
upstream_model = "embed-fake-text"
[[model]]
name = "embed-bedrock"
capabilities = ["embeddings"]
[[model.deployment]]
provider = "bedrock"
upstream_model = "cohere.embed-fake-text"

[[provider]]
name = "without-credential"
dialect = "openai"
base_url = "{{ openai_base_url }}"
credential = "groq_api_key"
[[model]]
name = "not-offered"
capabilities = ["chat", "tools", "vision", "files", "audio", "json_schema"]
[[model.deployment]]
provider = "without-credential"
upstream_model = "gpt-fake-text"
"#;

#[tokio::test]
async fn azure_and_both_makers_on_vertex_are_rows_of_policy() {
    for model in ["azure-text", "vertex-text", "vertex-claude-text"] {
        for client in Client::ALL {
            for stream in [false, true] {
                let text = "Hello?".to_owned();
                let ask = Ask { model: model.to_owned(), text, stream, ..Ask::default() };
                let seen = shared().seen(client, &client.request(&ask)).await.expect("an answer");
                assert_eq!(seen.text, TEXT, "{model} for {}", client.name());
            }
        }
    }
    shared().assert_nothing_invalid_was_sent();
}

async fn post(path: &str, body: &Value) -> Answer {
    let call = shared().gateway.call("POST", path).key(shared().key.expose());
    call.body(body.to_string()).send().await
}

#[tokio::test]
async fn embeddings_of_every_vendor_come_in_openais_shape() {
    for model in ["embed-openai", "embed-google", "embed-cohere", "embed-bedrock"] {
        let body = json!({ "model": model, "input": ["one", "two"] });
        let answer = post("/v1/embeddings", &body).await;
        assert_eq!(answer.status, 200, "{model}: {}", answer.text());
        let list: Value = serde_json::from_str(answer.text()).expect("JSON");
        assert_eq!(list["object"], "list", "{list}");
        for (index, item) in list["data"].as_array().expect("data").iter().enumerate() {
            assert_eq!((&item["object"], &item["index"]), (&json!("embedding"), &json!(index)));
            assert!(item["embedding"].as_array().expect("numbers").iter().all(Value::is_number));
        }
        assert_eq!(list["data"].as_array().expect("data").len(), 2, "{model}");
    }
}

#[tokio::test]
async fn legacy_completions_are_answered_by_chat_models_of_any_vendor() {
    for model in ["gpt-fake-text", "claude-fake-text", "gemini-2.5-fake-text"] {
        let body = json!({ "model": model, "prompt": "Once", "max_tokens": 50 });
        let answer = post("/v1/completions", &body).await;
        assert_eq!(answer.status, 200, "{model}: {}", answer.text());
        let completion: Value = serde_json::from_str(answer.text()).expect("JSON");
        assert_eq!(completion["object"], "text_completion", "{completion}");
        assert_eq!(completion["choices"][0]["text"], TEXT, "{completion}");
    }
}

#[tokio::test]
async fn tokens_are_counted_by_the_vendor_or_estimated_here() {
    for model in ["claude-fake-text", "gpt-fake-text"] {
        let body =
            json!({ "model": model, "messages": [{ "role": "user", "content": "Hello there" }] });
        let answer = post("/v1/messages/count_tokens", &body).await;
        assert_eq!(answer.status, 200, "{model}: {}", answer.text());
        let count: Value = serde_json::from_str(answer.text()).expect("JSON");
        assert!(count["input_tokens"].as_u64().is_some_and(|count| count > 0), "{count}");
    }
    let asked = shared().fake(Vendor::Anthropic).requests("Hello there");
    assert!(asked.iter().any(|request| request.path == "/v1/messages/count_tokens"));
}

#[tokio::test]
async fn a_model_whose_vendor_has_no_credential_is_neither_listed_nor_there() {
    let list = shared().gateway.call("GET", "/v1/models").key(shared().key.expose()).send().await;
    let list: Value = serde_json::from_str(list.text()).expect("JSON");
    let names: Vec<_> = list["data"].as_array().expect("data").iter().map(|m| &m["id"]).collect();
    assert!(names.contains(&&json!("claude-fake-text")) && !names.contains(&&json!("not-offered")));
    let body = json!({ "model": "not-offered", "messages": [{ "role": "user", "content": "?" }] });
    let answer = post("/v1/chat/completions", &body).await;
    assert_eq!(answer.status, 404, "{}", answer.text());
    let id = answer.header("x-request-id").expect("an id").to_owned();
    let line = shared().gateway.log_line(&id).await;
    assert!(line.to_string().contains("groq_api_key"), "{line}");
}

#[tokio::test]
async fn models_come_in_anthropics_shape_for_a_client_that_names_its_version() {
    let page = async |path: &str| -> Value {
        let call = shared().gateway.call("GET", path).header("anthropic-version", "2023-06-01");
        let page = call.header("x-api-key", shared().key.expose()).send().await;
        serde_json::from_str(page.text()).expect("JSON")
    };
    // As Anthropic's API: 20 unless the client says how many.
    let first = page("/v1/models").await;
    let length = |page: &Value| page["data"].as_array().map_or(0, Vec::len);
    assert_eq!((length(&first), &first["has_more"]), (20, &json!(true)), "{first}");
    let page = page("/v1/models?limit=1000").await;
    assert!(length(&page) > 20 && page["has_more"] == false, "{page}");
    let model = &page["data"][0];
    assert_eq!(model["type"], "model", "{model}");
    assert!(model["display_name"].is_string() && model["created_at"].is_string(), "{model}");
}

#[tokio::test]
async fn the_record_has_the_tokens_and_what_they_cost() {
    let ask =
        Ask { model: "claude-fake-cached".to_owned(), text: "?".to_owned(), ..Ask::default() };
    let answer = shared().send(Client::OpenAi, &Client::OpenAi.request(&ask), &[]).await;
    let id = answer.header("x-request-id").expect("an id").to_owned();
    let line = shared().gateway.log_line(&id).await;
    assert_eq!(
        (&line["input_tokens"], &line["output_tokens"]),
        (&json!(100), &json!(30)),
        "{line}"
    );
    assert_eq!(line["cached_input_tokens"], 40, "{line}");
    assert_eq!(line["cache_write_tokens"], 10, "{line}");
    // 50 at 1.00, 40 at 0.10, 10 at 1.25 and 30 at 10.00 dollars a million.
    assert_eq!(line["cost_nano_usd"], 366_500, "{line}");
    assert_eq!(line["tokens_estimated"], Value::Null, "{line}");
}
