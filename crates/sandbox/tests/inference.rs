//! The host's models, as a vendor would answer for them.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{Seen, perform, request};
use postern_sandbox::inference::{
    Embedded, Embedding, HostError, Inference, Inferred, Parameters, Question, Task, model, read,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// 2026-01-01T00:00:00.5Z.
const NOW_NS: u64 = 1_767_225_600_500_000_000;

fn question<'a>(path: &'a str, model: &'a str, body: &'a str) -> Question<'a> {
    Question { path, model, body, max_output_tokens: None, now_ns: NOW_NS }
}

fn inference_of(model: &str, body: &Value) -> Inference {
    match read(&question("/chat/completions", model, &body.to_string())) {
        Ok(Task::Infer(inference)) => inference,
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => panic!("{}", perform(refusal).body),
    }
}

fn inference(more: Value) -> Inference {
    inference_of("llama3", &request(more))
}

fn embedding(more: Value) -> Embedding {
    let mut body = json!({ "model": "all-minilm-l6-v2", "input": "hello" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    match read(&question("/embeddings", "all-minilm-l6-v2", &body.to_string())) {
        Ok(Task::Embed(embedding)) => embedding,
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => panic!("{}", perform(refusal).body),
    }
}

fn refused(path: &str, body: &Value) -> Seen {
    perform(read(&question(path, "llama2-chat", &body.to_string())).unwrap_err())
}

fn said(text: &str) -> Result<Inferred, HostError> {
    Ok(Inferred { text: text.to_owned(), prompt_tokens: 12, generated_tokens: 5 })
}

fn conversation() -> Value {
    json!({ "messages": [
        { "role": "system", "content": "Answer briefly." },
        { "role": "developer", "content": [{ "type": "text", "text": "In French." }] },
        { "role": "user", "content": "Hello" },
        { "role": "assistant", "content": "Salut", "tool_calls": [], "refusal": null },
        { "role": "user", "content": [{ "type": "text", "text": "Who" }, { "type": "text", "text": "are you?" }] },
    ] })
}

#[test]
fn a_model_of_the_hosts_is_known_by_its_prefix() {
    assert_eq!(model("spin-llm/llama2-chat"), Some("llama2-chat"));
    assert_eq!(model("sandbox"), None);
}

#[test]
fn the_roles_are_said_in_plain_words() {
    assert_eq!(
        inference_of("llama3", &request(conversation())).prompt,
        "System: Answer briefly.\n\nSystem: In French.\n\nUser: Hello\n\nAssistant: Salut\n\n\
         User: Who\n\nare you?\n\nAssistant:"
    );
}

#[test]
fn llama_2_gets_the_template_it_was_trained_on() {
    let prompt = "[INST] <<SYS>>\nAnswer briefly.\n\nIn French.\n<</SYS>>\n\nHello [/INST] Salut </s><s>\
                  [INST] Who\n\nare you? [/INST]";
    for model in ["llama2-chat", "codellama-instruct"] {
        assert_eq!(inference_of(model, &request(conversation())).prompt, prompt);
    }
}

#[test]
fn an_answer_that_was_begun_is_gone_on_with() {
    let begun = json!({ "messages": [
        { "role": "user", "content": "Count" }, { "role": "assistant", "content": "One, two," },
    ] });
    let prompt_for = |model| inference_of(model, &request(begun.clone())).prompt;
    assert_eq!(prompt_for("llama3"), "User: Count\n\nAssistant: One, two,");
    assert_eq!(prompt_for("llama2-chat"), "[INST] Count [/INST] One, two,");
}

#[test]
fn what_the_client_says_of_sampling_is_carried() {
    let asked = inference(json!({
        "max_completion_tokens": 7, "temperature": 0, "top_p": 0.5, "top_k": 3, "repeat_penalty": 1.5, "repeat_last_n": 9,
    }));
    let expected = Parameters {
        max_tokens: 7,
        repeat_penalty: 1.5,
        repeat_penalty_last_n_token_count: 9,
        temperature: 0.0,
        top_k: 3,
        top_p: 0.5,
    };
    assert_eq!(asked.parameters, expected);
    assert_eq!(inference(json!({ "repetition_penalty": 1.25 })).parameters.repeat_penalty, 1.25);
}

#[test]
fn what_the_client_does_not_say_is_the_interfaces_default_and_the_cap_the_catalogues() {
    assert_eq!(inference(json!({})).parameters, Parameters::default());
    let body = request(json!({})).to_string();
    let question =
        Question { max_output_tokens: Some(300), ..question("/chat/completions", "a", &body) };
    let Ok(Task::Infer(inference)) = read(&question) else { panic!("refused") };
    assert_eq!(inference.parameters.max_tokens, 300);
}

#[test]
fn what_asks_for_nothing_is_accepted() {
    inference(json!({
        "n": 1, "frequency_penalty": 0, "presence_penalty": 0.0, "logprobs": false, "tools": [], "tool_choice": "auto",
        "response_format": { "type": "text" }, "user": "u", "metadata": { "a": "b" }, "seed": null, "store": false,
        "service_tier": "auto", "modalities": ["text"], "logit_bias": {},
    }));
}

#[test]
fn what_the_interface_cannot_do_is_refused_by_its_name() {
    let message = |message: Value| json!({ "messages": [message] });
    let content = |part: Value| message(json!({ "role": "user", "content": [part] }));
    for (more, param, code) in [
        (json!({ "tools": [{ "type": "function" }] }), "tools", "unsupported_parameter"),
        (
            json!({ "response_format": { "type": "json_object" } }),
            "response_format",
            "unsupported_parameter",
        ),
        (json!({ "n": 2 }), "n", "unsupported_parameter"),
        (json!({ "seed": 1 }), "seed", "unsupported_parameter"),
        (json!({ "frequency_penalty": 1 }), "frequency_penalty", "unsupported_parameter"),
        (json!({ "reasoning_effort": "high" }), "reasoning_effort", "unsupported_parameter"),
        (json!({ "maxtokens": 1 }), "maxtokens", "unsupported_parameter"),
        (json!({ "temperature": 3 }), "temperature", "invalid_value"),
        (json!({ "temperature": "hot" }), "temperature", "invalid_type"),
        (json!({ "max_tokens": 0 }), "max_tokens", "invalid_value"),
        (json!({ "messages": [] }), "messages", "empty_array"),
        (json!({ "messages": null }), "messages", "missing_required_parameter"),
        (message(json!({ "role": "robot", "content": "x" })), "messages[0].role", "invalid_value"),
        (
            message(json!({ "role": "tool", "content": "x" })),
            "messages[0].role",
            "unsupported_value",
        ),
        (message(json!({ "role": "user" })), "messages[0].content", "missing_required_parameter"),
        (message(json!({ "role": "user", "content": 1 })), "messages[0].content", "invalid_type"),
        (
            message(json!({ "role": "user", "content": "[INST]" })),
            "messages[0].content",
            "invalid_value",
        ),
        (
            message(json!({ "role": "assistant", "content": "x", "tool_calls": [{ "id": "a" }] })),
            "messages[0].tool_calls",
            "unsupported_parameter",
        ),
        (
            content(json!({ "type": "image_url" })),
            "messages[0].content[0].type",
            "unsupported_content",
        ),
        (
            content(json!({ "type": "input_audio" })),
            "messages[0].content[0].type",
            "unsupported_content",
        ),
        (content(json!({ "type": "file" })), "messages[0].content[0].type", "unsupported_content"),
    ] {
        let seen = refused("/chat/completions", &request(more));
        let error = &seen.json()["error"];
        assert_eq!(
            (seen.status, error["param"].as_str(), error["code"].as_str()),
            (400, Some(param), Some(code)),
            "{error}"
        );
        assert_eq!(error["type"], "invalid_request_error");
    }
}

#[test]
fn what_is_no_request_is_refused() {
    assert_eq!(refused("/chat/completions", &json!([])).status, 400);
    assert_eq!(refused("/rerank", &json!({})).status, 404);
    let broken = read(&question("/embeddings", "a", "{\"input\":"));
    assert_eq!(perform(broken.unwrap_err()).status, 400);
}

#[test]
fn a_whole_answer_is_a_completion() {
    let seen = perform(inference(json!({})).answer(said(" I am a model.")));
    assert_eq!((seen.status, seen.header("content-type")), (200, Some("application/json")));
    let mut body = seen.json();
    assert!(body["id"].take().as_str().unwrap().starts_with("chatcmpl-"));
    assert_eq!(
        body,
        json!({
            "id": null, "object": "chat.completion", "created": 1_767_225_600, "model": "llama3",
            "choices": [{
                "index": 0,
                "message": { "role": "assistant", "content": "I am a model.", "refusal": null },
                "logprobs": null,
                "finish_reason": "stop",
            }],
            "usage": { "prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17 },
        })
    );
}

#[test]
fn a_stream_says_what_the_whole_does() {
    let asked = |include_usage| {
        let more = json!({ "stream": true, "stream_options": { "include_usage": include_usage } });
        perform(inference(more).answer(said("I am a model.")))
    };
    let seen = asked(true);
    assert_eq!(seen.header("content-type"), Some("text/event-stream; charset=utf-8"));
    let events: Vec<&str> = seen
        .body
        .split_terminator("\n\n")
        .map(|event| event.strip_prefix("data: ").unwrap())
        .collect();
    let (done, chunks) = events.split_last().unwrap();
    assert_eq!(*done, "[DONE]");
    let chunks: Vec<Value> =
        chunks.iter().map(|chunk| serde_json::from_str(chunk).unwrap()).collect();
    let told = |pointer: &str| -> Vec<Value> {
        chunks
            .iter()
            .filter_map(|chunk| chunk.pointer(pointer))
            .filter(|value| !value.is_null())
            .cloned()
            .collect()
    };
    assert_eq!(told("/choices/0/delta/role"), ["assistant"]);
    assert_eq!(told("/choices/0/delta/content"), ["", "I am a model."]);
    assert_eq!(told("/choices/0/finish_reason"), ["stop"]);
    assert_eq!(
        told("/usage"),
        [json!({ "prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17 })]
    );
    assert_eq!(chunks.last().unwrap()["choices"], json!([]));
    assert!(!asked(false).body.contains("usage"));
}

#[test]
fn the_same_question_at_another_time_has_another_id() {
    let body = request(json!({})).to_string();
    let id = |now_ns| {
        let asked = Question { now_ns, ..question("/chat/completions", "a", &body) };
        let Ok(Task::Infer(inference)) = read(&asked) else { panic!("refused") };
        perform(inference.answer(said("x"))).json()["id"].clone()
    };
    assert_ne!(id(NOW_NS), id(NOW_NS + 1));
}

#[test]
fn the_prompt_given_back_is_no_part_of_the_answer_nor_the_answer_of_the_prompts_tokens() {
    let asked = inference(json!({}));
    let text = format!("{} Rain.", asked.prompt);
    let body = perform(asked.answer(said(&text))).json();
    assert_eq!(body["choices"][0]["message"]["content"], "Rain.");
    assert_eq!(
        body["usage"],
        json!({ "prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12 })
    );
}

#[test]
fn an_answer_ends_at_a_stop_string_or_at_its_cap() {
    let ended = |more: Value, text: &str| {
        let choice = perform(inference(more).answer(said(text))).json()["choices"][0].clone();
        (choice["message"]["content"].clone(), choice["finish_reason"].clone())
    };
    assert_eq!(
        ended(json!({ "stop": ["two", "three"] }), "one two three"),
        (json!("one "), json!("stop"))
    );
    assert_eq!(ended(json!({ "max_tokens": 5 }), "one two"), (json!("one two"), json!("length")));
    assert_eq!(ended(json!({ "max_tokens": 6 }), "one two"), (json!("one two"), json!("stop")));
    assert_eq!(
        ended(json!({ "max_tokens": 5, "stop": "two" }), "one two"),
        (json!("one "), json!("stop"))
    );
}

#[test]
fn the_hosts_errors_are_a_vendors() {
    let not_granted = "no access to 'llama3': add it to the 'ai_models' key";
    for (error, status, code) in [
        (HostError::ModelNotSupported, 404, json!("model_not_found")),
        (HostError::InvalidInput(not_granted.to_owned()), 403, json!("model_not_granted")),
        (HostError::InvalidInput("too long".to_owned()), 400, json!("invalid_input")),
        (HostError::Runtime("no memory".to_owned()), 500, Value::Null),
    ] {
        for more in [json!({}), json!({ "stream": true })] {
            let seen = perform(inference(more).answer(Err(error.clone())));
            assert_eq!((seen.status, &seen.json()["error"]["code"]), (status, &code), "{error:?}");
        }
        let seen = perform(embedding(json!({})).answer(Err(error.clone())));
        assert_eq!((seen.status, &seen.json()["error"]["code"]), (status, &code), "{error:?}");
    }
}

#[test]
fn texts_become_vectors_as_numbers_or_as_bytes() {
    let embedded =
        || Ok(Embedded { vectors: vec![vec![1.0, -0.5], vec![0.0, 2.0]], prompt_tokens: 6 });
    let asked = embedding(json!({ "input": ["one", "two"] }));
    assert_eq!(asked.texts, ["one", "two"]);
    assert_eq!(
        perform(asked.answer(embedded())).json(),
        json!({
            "object": "list",
            "data": [
                { "object": "embedding", "index": 0, "embedding": [1.0, -0.5] },
                { "object": "embedding", "index": 1, "embedding": [0.0, 2.0] },
            ],
            "model": "all-minilm-l6-v2",
            "usage": { "prompt_tokens": 6, "total_tokens": 6 },
        })
    );
    let asked = embedding(json!({ "input": ["one", "two"], "encoding_format": "base64" }));
    let body = perform(asked.answer(embedded())).json();
    assert_eq!(body["data"][0]["embedding"], "AACAPwAAAL8=");
}

#[test]
fn vectors_that_are_none_are_no_answer() {
    for vectors in [vec![], vec![vec![]], vec![vec![f32::NAN]], vec![vec![1.0], vec![1.0]]] {
        let seen = perform(embedding(json!({})).answer(Ok(Embedded { vectors, prompt_tokens: 1 })));
        assert_eq!((seen.status, &seen.json()["error"]["type"]), (500, &json!("server_error")));
    }
}

#[test]
fn refuses_embeddings_naming_the_field() {
    for (more, param) in [
        (json!({ "input": null }), "input"),
        (json!({ "input": [] }), "input"),
        (json!({ "input": "" }), "input"),
        (json!({ "input": [1, 2] }), "input[0]"),
        (json!({ "input": ["a", ""] }), "input[1]"),
        (json!({ "dimensions": 8 }), "dimensions"),
        (json!({ "encoding_format": "hex" }), "encoding_format"),
    ] {
        let mut body = json!({ "model": "m", "input": "hello" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let seen = refused("/embeddings", &body);
        assert_eq!((seen.status, seen.json()["error"]["param"].as_str()), (400, Some(param)));
    }
}

#[test]
fn a_sandbox_built_without_them_does_not_play_the_hosts_models() {
    let script = postern_sandbox::answer(
        "/chat/completions",
        "spin-llm/llama3",
        &request(json!({})).to_string(),
    );
    let seen = perform(script);
    assert_eq!((seen.status, &seen.json()["error"]["code"]), (404, &json!("model_not_found")));
}

proptest! {
    #[test]
    fn no_text_of_the_client_or_the_host_makes_it_fail(body in any::<String>(), text in any::<String>(), stream in any::<bool>()) {
        let _ = read(&question("/chat/completions", "llama2-chat", &body));
        let seen = perform(inference(json!({ "stream": stream })).answer(said(&text)));
        prop_assert_eq!(seen.status, 200);
    }
}
