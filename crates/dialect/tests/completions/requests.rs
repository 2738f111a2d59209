//! Requests: <https://platform.openai.com/docs/api-reference/completions/create>.

use postern_dialect::chat::{Content, Logprobs, Role};
use postern_dialect::openai::completions::{decode, read};
use postern_dialect::{Dialect, Operation, Role as Speaker};
use postern_fault::Fault;
use serde_json::{Value, json};

fn body(members: Value) -> String {
    let mut body = json!({ "model": "m", "prompt": "Say \"ü\"" });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    body.to_string()
}

fn texts(members: Value) -> Vec<String> {
    let body = body(members);
    let segments = read(&body).unwrap().segments;
    assert!(segments.iter().all(|segment| segment.role == Speaker::User));
    segments.iter().map(|segment| segment.span.of(&body).unwrap().to_owned()).collect()
}

fn losses(members: Value) -> Vec<String> {
    let (_, losses) = decode(&body(members)).unwrap();
    losses.0.into_iter().map(|loss| loss.path).collect()
}

fn code(refused: Result<impl Sized, Fault>) -> (Option<String>, Option<String>) {
    let Err(fault) = refused else { panic!("it was taken") };
    (fault.param, fault.code)
}

#[test]
fn the_facts_are_read_with_the_documented_defaults() {
    let facts = read(&body(json!({}))).unwrap().facts;
    assert_eq!((facts.client, facts.operation), (Dialect::OpenAi, Operation::Completions));
    assert_eq!((facts.model.as_str(), facts.output_cap_tokens), ("m", Some(16)));
    assert_eq!(
        (facts.stream, facts.usage_in_stream, facts.choices, facts.tools),
        (false, false, 1, 0)
    );
    let members = json!({ "max_tokens": 5, "n": 3, "stream": true, "stream_options": { "include_usage": true } });
    let facts = read(&body(members)).unwrap().facts;
    assert_eq!((facts.output_cap_tokens, facts.choices), (Some(5), 3));
    assert!(facts.stream && facts.usage_in_stream);
    assert_eq!(
        read(&body(json!({ "max_tokens": null }))).unwrap().facts.output_cap_tokens,
        Some(16)
    );
}

#[test]
fn every_text_of_the_prompt_has_its_place() {
    assert_eq!(texts(json!({})), [r#"Say \"ü\""#]);
    assert_eq!(texts(json!({ "prompt": ["a"] })), ["a"]);
    assert_eq!(texts(json!({ "prompt": ["a", "b"] })), ["a", "b"]);
    assert_eq!(texts(json!({ "prompt": [1, 2] })), ["1,2"]);
    assert_eq!(texts(json!({ "prompt": [[1], [2, 3]] })), ["1", "2,3"]);
}

#[test]
fn what_the_gateway_acts_on_is_judged() {
    let no_model = r#"{"prompt":"a"}"#;
    let missing = Some("missing_required_parameter".to_owned());
    assert_eq!(code(read(no_model)), (Some("model".into()), missing.clone()));
    assert_eq!(code(read(r#"{"model":"m"}"#)), (Some("prompt".into()), missing));
    for (members, param, says) in [
        (json!({ "prompt": 7 }), "prompt", "invalid_type"),
        (json!({ "prompt": [true] }), "prompt", "invalid_type"),
        (json!({ "prompt": [] }), "prompt", "empty_array"),
        (json!({ "n": 0 }), "n", "integer_below_min_value"),
        (json!({ "stream": 1 }), "stream", "invalid_type"),
        (json!({ "stream_options": {} }), "stream_options", "invalid_value"),
    ] {
        assert_eq!(code(read(&body(members))), (Some(param.into()), Some(says.into())));
    }
    let twice = r#"{"model":"m","prompt":"a","prompt":"b"}"#;
    assert_eq!(code(read(twice)).1.unwrap(), "duplicate_parameter");
    assert!(read("{").is_err() && read("[]").is_err());
}

#[test]
fn a_prompt_becomes_what_a_user_says() {
    for prompt in [json!("a\nb"), json!(["a\nb"])] {
        let (request, losses) = decode(&body(json!({ "prompt": prompt }))).unwrap();
        let [message] = request.messages.as_slice() else { panic!() };
        assert_eq!((message.role, message.path.as_str()), (Role::User, "prompt"));
        assert_eq!(message.parts[0].content, Content::Text("a\nb".into()));
        assert_eq!((request.model.as_str(), request.max_output_tokens), ("m", Some(16)));
        assert!(losses.0.is_empty() && !request.stream);
    }
}

#[test]
fn settings_of_chats_keep_their_values() {
    let members = json!({
        "max_tokens": 9, "temperature": 0.5, "top_p": 1, "n": 2, "stream": true,
        "stream_options": { "include_usage": true }, "logprobs": 3, "stop": "x",
        "presence_penalty": -1, "frequency_penalty": 0.25, "logit_bias": { "50256": -100 },
        "user": "u", "seed": 7, "top_k": 4, "min_p": 0.1, "repetition_penalty": 1.1,
    });
    let (request, losses) = decode(&body(members)).unwrap();
    let sampling = &request.sampling;
    let number = |number: &Option<serde_json::Number>| number.as_ref().unwrap().to_string();
    assert_eq!((request.max_output_tokens, request.choices, request.stream), (Some(9), 2, true));
    assert_eq!(request.logprobs, Some(Logprobs { top: Some(3) }));
    assert_eq!((request.stop, request.user), (vec!["x".to_owned()], Some("u".to_owned())));
    assert_eq!(
        (number(&sampling.temperature), number(&sampling.top_p)),
        ("0.5".into(), "1".into())
    );
    assert_eq!(number(&sampling.presence_penalty), "-1");
    assert_eq!(number(&sampling.frequency_penalty), "0.25");
    assert_eq!((number(&sampling.seed), number(&sampling.top_k)), ("7".into(), "4".into()));
    assert_eq!(
        (number(&sampling.min_p), number(&sampling.repetition_penalty)),
        ("0.1".into(), "1.1".into())
    );
    assert_eq!(sampling.logit_bias.as_ref().unwrap()["50256"], -100);
    assert!(losses.0.is_empty());
    let (request, _) = decode(&body(json!({ "stop": ["a", "b"] }))).unwrap();
    assert_eq!(request.stop, ["a", "b"]);
}

#[test]
fn what_no_chat_can_do_is_told() {
    let members = json!({ "echo": true, "suffix": "end", "best_of": 3, "guided_regex": "a" });
    assert_eq!(losses(members), ["echo", "suffix", "best_of", "guided_regex"]);
    let nothing =
        json!({ "echo": false, "suffix": null, "best_of": 1, "logprobs": null, "n": null });
    assert!(losses(nothing).is_empty());
}

#[test]
fn prompts_that_no_chat_takes_are_refused_by_name() {
    let unsupported = (Some("prompt".to_owned()), Some("unsupported_content".to_owned()));
    for prompt in [json!(["a", "b"]), json!([1, 2]), json!([[1], [2]])] {
        assert_eq!(code(decode(&body(json!({ "prompt": prompt })))), unsupported);
    }
    for (members, param) in [
        (json!({ "prompt": 7 }), "prompt"),
        (json!({ "prompt": [] }), "prompt"),
        (json!({ "temperature": "hunter2" }), "temperature"),
        (json!({ "stop": [7] }), "stop"),
        (json!({ "n": -1 }), "n"),
        (json!({ "logit_bias": [] }), "logit_bias"),
    ] {
        let fault = decode(&body(members)).unwrap_err();
        assert_eq!(
            (fault.param.as_deref(), fault.code.as_deref()),
            (Some(param), Some("invalid_type"))
        );
        assert!(!format!("{fault:?}").contains("hunter2"));
    }
}
