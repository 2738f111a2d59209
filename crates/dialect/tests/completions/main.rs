//! Legacy completions: what is read and decoded of a request, and what is written of an answer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::string_slice)]

use postern_dialect::chat::{
    Answer, Choice, Content, Finish, FinishReason, Logprobs, Part, Reasoned,
};
use postern_dialect::completions::{Writer, decode, read};
use postern_dialect::{Context, Operation, Usage, WriteAnswer, apply, openai};
use proptest::prelude::*;
use serde_json::{Value, json};

const BODY: &str = r#"{"model":"m","prompt":"Once ","max_tokens":7,"n":2,"stream":true,
    "stream_options":{"include_usage":true},"stop":"x","logprobs":3,"best_of":4,"echo":false}"#;

#[test]
fn reads_the_facts_and_where_the_prompts_stand() {
    let request = read(BODY).unwrap();
    let facts = &request.facts;
    assert_eq!(facts.operation, Operation::Completions);
    assert_eq!((facts.model.as_str(), facts.output_cap_tokens, facts.choices), ("m", Some(7), 2));
    assert!(facts.stream && facts.usage_in_stream);
    assert_eq!(request.segments.len(), 1);
    assert_eq!(request.segments[0].span.of(BODY), Some("Once "));
    let several = read(r#"{"model":"m","prompt":["a","b",[1]]}"#).unwrap();
    assert_eq!(several.segments.len(), 2);
}

#[test]
fn passes_untouched_to_vendors_that_have_completions() {
    let encoded = openai::encode("m2", &read(BODY).unwrap().facts, BODY).unwrap();
    assert_eq!(encoded.path, "/completions");
    assert_eq!(apply(BODY, &encoded.edits).unwrap(), BODY.replace("\"m\"", "\"m2\""));
}

#[test]
fn refuses_what_is_no_request_by_its_field() {
    for (body, param) in [
        (r#"{"prompt":"a"}"#, "model"),
        (r#"{"model":"m"}"#, "prompt"),
        (r#"{"model":"m","prompt":1}"#, "prompt"),
        (r#"{"model":"m","prompt":"a","n":0}"#, "n"),
        (r#"{"model":"m","prompt":"a","max_tokens":-1}"#, "max_tokens"),
        (r#"{"model":"m","prompt":"a","stream":1}"#, "stream"),
        (r#"{"model":"m","prompt":"a","prompt":"b"}"#, "prompt"),
    ] {
        assert_eq!(read(body).unwrap_err().param.as_deref(), Some(param), "{body}");
    }
    for (prompt, code) in [
        (json!(["a", "b"]), "too_many_inputs"),
        (json!([1, 2]), "unsupported_content"),
        (json!([[1]]), "unsupported_content"),
        (json!([]), "invalid_type"),
        (json!(null), "invalid_type"),
    ] {
        let body = json!({ "model": "m", "prompt": prompt }).to_string();
        let fault = decode(&body).unwrap_err();
        assert_eq!((fault.param.as_deref(), fault.code.as_deref()), (Some("prompt"), Some(code)));
    }
}

#[test]
fn decodes_the_prompt_as_what_the_user_says_and_tells_what_chats_have_not() {
    let (request, losses) = decode(BODY).unwrap();
    assert_eq!(request.messages[0].parts[0].content, Content::Text("Once ".into()));
    assert_eq!(request.max_output_tokens, Some(7));
    assert_eq!(request.stop, ["x"]);
    assert_eq!(request.choices, 2);
    assert_eq!(request.logprobs, Some(Logprobs { top: Some(3) }));
    assert!(request.stream);
    let lost: Vec<&str> = losses.0.iter().map(|loss| loss.path.as_str()).collect();
    assert_eq!(lost, ["best_of"]);
    let (usual, losses) =
        decode(r#"{"model":"m","prompt":["a"],"suffix":null,"best_of":1}"#).unwrap();
    assert_eq!(usual.max_output_tokens, Some(16), "what completions have if nothing is said");
    assert!(losses.0.is_empty());
}

fn context() -> Context {
    Context {
        request_id: "r".into(),
        unix_s: 9,
        model: "m".into(),
        usage_in_stream: true,
        ..Context::default()
    }
}

fn answer() -> Answer {
    let thoughts = Content::Reasoning(Reasoned { text: "hm".into(), ..Reasoned::default() });
    let text = |text: &str| Part::new("", Content::Text(text.into()));
    let top = json!([{ "token": "ü", "logprob": -0.5 }, { "token": "u", "logprob": -2.0 }]);
    Answer {
        choices: vec![
            Choice {
                parts: vec![Part::new("", thoughts), text("üb"), text("er")],
                logprobs: vec![
                    json!({ "token": "ü", "logprob": -0.5, "top_logprobs": top }),
                    json!({ "token": "ber", "logprob": -0.1, "top_logprobs": [] }),
                ],
                finish: Some(FinishReason::Length.into()),
            },
            Choice {
                parts: vec![text("no")],
                logprobs: Vec::new(),
                finish: Some(Finish::from(FinishReason::ContentFilter)),
            },
        ],
        usage: Some(Usage { input_tokens: 3, output_tokens: 4, ..Usage::default() }),
        ..Answer::default()
    }
}

#[test]
fn writes_a_whole_answer() {
    let written: Value = serde_json::from_str(&Writer::new(context()).whole(answer())).unwrap();
    assert_eq!(
        written,
        json!({
            "id": "cmpl-r", "object": "text_completion", "created": 9, "model": "m",
            "choices": [
                {
                    "text": "über", "index": 0, "finish_reason": "length",
                    "logprobs": {
                        "tokens": ["ü", "ber"],
                        "token_logprobs": [-0.5, -0.1],
                        "top_logprobs": [{ "ü": -0.5, "u": -2.0 }, {}],
                        "text_offset": [0, 1],
                    },
                },
                { "text": "no", "index": 1, "finish_reason": "content_filter", "logprobs": null },
            ],
            "usage": { "prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7 },
        })
    );
}

#[test]
fn writes_the_same_as_a_stream() {
    let mut writer = Writer::new(context());
    let mut out = String::new();
    answer().into_events().into_iter().for_each(|event| writer.event(event, &mut out));
    let events: Vec<&str> =
        out.split("\n\n").filter_map(|event| event.strip_prefix("data: ")).collect();
    let (done, chunks) = events.split_last().unwrap();
    assert_eq!(*done, "[DONE]");
    let chunks: Vec<Value> =
        chunks.iter().map(|chunk| serde_json::from_str(chunk).unwrap()).collect();
    let texts = chunks.iter().filter(|chunk| chunk["choices"][0]["index"] == 0);
    let text: String =
        texts.map(|chunk| chunk["choices"][0]["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(text, "über");
    let ends: Vec<&str> =
        chunks.iter().filter_map(|chunk| chunk["choices"][0]["finish_reason"].as_str()).collect();
    assert_eq!(ends, ["length", "content_filter"]);
    let last = chunks.last().unwrap();
    assert_eq!(last["choices"], json!([]));
    assert_eq!(last["usage"]["total_tokens"], 7);
    assert!(chunks.iter().all(|chunk| chunk["id"] == "cmpl-r"));
}

proptest! {
    #[test]
    fn no_text_makes_reading_panic(text in any::<String>()) {
        let _ = read(&text);
        let _ = decode(&text);
    }
}
