//! Answers without a vendor: the first thing a user sees.
//!
//! Stages: gateway, router, provider, sandbox.

use postern_tests::stage::question;
use postern_tests::{Event, marker, shared};
use serde_json::{Value, json};

#[tokio::test]
async fn the_same_question_gets_the_same_answer_whole_and_streamed() {
    let stage = shared();
    let marker = marker();
    let first = stage.ask("sandbox", &marker).send().await;
    let second = stage.ask("sandbox", &marker).send().await;
    assert_eq!((first.status, &first.body), (200, &second.body), "{}", first.text());
    let answer = first.json();
    assert_eq!(answer["object"], "chat.completion");
    assert!(answer["usage"]["completion_tokens"].as_u64().unwrap() > 0);
    let streamed = stage.ask_streamed("sandbox", &marker).send().await;
    assert!(!streamed.streamed_text().is_empty());
    assert_eq!(streamed.events().last(), Some(&Event::Done));
    assert!(stage.upstream.requests(&marker).is_empty());
}

#[tokio::test]
async fn reports_usage_in_a_stream_if_asked() {
    let mut body = question("sandbox", &marker());
    body["stream"] = true.into();
    body["stream_options"] = json!({ "include_usage": true });
    let answer = shared().chat(&body).send().await;
    let events = answer.events();
    let usage: Vec<&Value> =
        events.iter().filter_map(Event::json).filter(|chunk| chunk["usage"].is_object()).collect();
    assert_eq!(usage.len(), 1, "{}", answer.text());
    assert_eq!(usage[0]["choices"], json!([]));
}

#[tokio::test]
async fn honours_the_cap_on_the_answer() {
    let mut body = question("sandbox", &marker());
    body["max_tokens"] = 3.into();
    let answer = shared().chat(&body).send().await.json();
    assert_eq!(answer["choices"][0]["finish_reason"], "length");
    assert!(answer["usage"]["completion_tokens"].as_u64().unwrap() <= 3);
}

#[tokio::test]
async fn calls_the_tool_that_is_named_with_arguments_that_match_its_schema() {
    let mut body = question("sandbox", &marker());
    body["messages"][0]["content"] = "Call weather.".into();
    body["tools"] = json!([{ "type": "function", "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": { "city": { "type": "string" }, "days": { "type": "integer", "minimum": 1 } },
            "required": ["city", "days"],
            "additionalProperties": false,
        },
    } }]);
    let answer = shared().chat(&body).send().await.json();
    let call = &answer["choices"][0]["message"]["tool_calls"][0]["function"];
    assert_eq!(call["name"], "weather", "{answer}");
    let arguments: Value = serde_json::from_str(call["arguments"].as_str().unwrap()).unwrap();
    let schema = &body["tools"][0]["function"]["parameters"];
    assert!(jsonschema::is_valid(schema, &arguments), "{arguments}");
}

#[tokio::test]
async fn answers_with_json_that_matches_the_schema() {
    let schema = json!({
        "type": "object",
        "properties": { "ships": { "type": "array", "items": { "type": "string" } }, "calm": { "type": "boolean" } },
        "required": ["ships", "calm"],
        "additionalProperties": false,
    });
    let mut body = question("sandbox", &marker());
    body["response_format"] = json!({ "type": "json_schema", "json_schema": { "name": "watch", "strict": true, "schema": schema } });
    let answer = shared().chat(&body).send().await.json();
    let content = answer["choices"][0]["message"]["content"].as_str().unwrap();
    let content: Value = serde_json::from_str(content).unwrap();
    assert!(jsonschema::is_valid(&schema, &content), "{content}");
}

#[tokio::test]
async fn embeds_texts() {
    let body = json!({ "model": "sandbox-embedding", "input": ["one", "two", "one"] });
    let answer = shared().call("POST", "/v1/embeddings").body(body.to_string()).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = answer.json();
    let vectors: Vec<&Value> =
        answer["data"].as_array().unwrap().iter().map(|item| &item["embedding"]).collect();
    assert_eq!(vectors.len(), 3);
    assert!(vectors[0].as_array().is_some_and(|vector| vector.iter().all(Value::is_number)));
    assert!(vectors[0] == vectors[2] && vectors[0] != vectors[1]);
}

#[tokio::test]
async fn fails_in_the_ways_a_model_is_named_for() {
    let stage = shared();
    let limited = stage.ask("sandbox-rate-limited", &marker()).send().await;
    assert_eq!(limited.status, 429);
    assert!(limited.header("retry-after").is_some());
    let failing = stage.ask("sandbox-server-error", &marker()).send().await;
    assert_eq!(failing.refusal(), (502, "upstream_failed".to_owned()));
    let page = stage.ask("sandbox-html", &marker()).send().await;
    assert_eq!(page.refusal(), (502, "upstream_invalid".to_owned()));
    for model in ["sandbox-cut", "sandbox-malformed"] {
        let answer = stage.ask_streamed(model, &marker()).send().await;
        assert!(answer.events().last().is_some_and(Event::is_error), "{model}: {}", answer.text());
        let whole = stage.ask(model, &marker()).send().await;
        assert_eq!(whole.refusal(), (502, "upstream_invalid".to_owned()), "{model}");
    }
}

#[tokio::test]
async fn a_client_may_leave_it_too() {
    let (stage, id) = (shared(), marker());
    let mut stream =
        stage.ask_streamed("sandbox-slow", &id).header("x-request-id", id.as_str()).open().await;
    stream.read_events(1).await;
    drop(stream);
    assert_eq!(stage.gateway.log_line(&id).await["outcome"], "client_gone");
}
