//! Answers as a client gets them.

use crate::fixtures::{context, everything, streamed, whole, written};
use postern_dialect::chat::{
    Answer, Choice, Content, Delta, Event, Finish, FinishReason, Kind, Part, Reasoned, Sealed,
    Slot, ToolCall,
};
use postern_dialect::{Dialect, Usage, WriteAnswer, responses};
use serde_json::{Value, json};

fn answer(parts: Vec<Content>, reason: FinishReason) -> Answer {
    let parts = parts.into_iter().map(|content| Part::new("", content)).collect();
    let choice = Choice { parts, logprobs: Vec::new(), finish: Some(Finish::from(reason)) };
    Answer { choices: vec![choice], ..Answer::default() }
}

fn call(arguments: &str) -> Content {
    let (id, name) = ("toolu_1".to_owned(), "f".to_owned());
    Content::ToolCall(ToolCall { id, name, arguments: arguments.to_owned(), custom: false })
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

#[test]
fn a_stream_ends_with_the_whole_answer() {
    for answer in [
        everything(),
        answer(
            vec![Content::Text("a".into()), call(""), Content::Text("b".into())],
            FinishReason::Length,
        ),
        Answer::default(),
    ] {
        let events = written(answer.clone().into_events());
        assert_eq!(events.last().unwrap()["response"], whole(answer));
    }
}

#[test]
fn says_a_text_in_the_events_of_the_reference() {
    let answer = Answer {
        usage: Some(Usage { input_tokens: 3, output_tokens: 2, ..Usage::default() }),
        ..answer(vec![Content::Text("Hi".into())], FinishReason::Stop)
    };
    let events = written(answer.into_events());
    assert_eq!(
        kinds(&events),
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed",
        ]
    );
    assert_eq!(
        events[4],
        json!({
            "type": "response.output_text.delta", "sequence_number": 4, "item_id": "msg_r1_0",
            "output_index": 0, "content_index": 0, "delta": "Hi", "logprobs": [],
        })
    );
    let response = &events[8]["response"];
    assert_eq!(response["id"], "resp_r1");
    assert_eq!(
        response["usage"],
        json!({
            "input_tokens": 3, "input_tokens_details": { "cached_tokens": 0, "cache_write_tokens": 0 },
            "output_tokens": 2, "output_tokens_details": { "reasoning_tokens": 0 }, "total_tokens": 5,
        })
    );
}

#[test]
fn says_thoughts_and_calls_in_the_events_of_the_reference() {
    let summary = vec!["a".to_owned(), "b".to_owned()];
    let thought = Content::Reasoning(Reasoned { summary, ..Reasoned::default() });
    let words = Content::Reasoning(Reasoned { text: "t".into(), ..Reasoned::default() });
    let events =
        written(answer(vec![thought, words, call("{}")], FinishReason::ToolCalls).into_events());
    assert_eq!(
        kinds(&events[2..]),
        [
            "response.output_item.added",
            "response.reasoning_summary_part.added",
            "response.reasoning_summary_text.delta",
            "response.reasoning_summary_text.done",
            "response.reasoning_summary_part.done",
            "response.reasoning_summary_part.added",
            "response.reasoning_summary_text.delta",
            "response.reasoning_summary_text.done",
            "response.reasoning_summary_part.done",
            "response.output_item.done",
            "response.output_item.added",
            "response.content_part.added",
            "response.reasoning_text.delta",
            "response.reasoning_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.output_item.added",
            "response.function_call_arguments.delta",
            "response.function_call_arguments.done",
            "response.output_item.done",
            "response.completed",
        ]
    );
    let item = &events[events.len() - 2]["item"];
    assert_eq!(
        *item,
        json!({
            "type": "function_call", "id": "fc_r1_2", "call_id": "toolu_1", "name": "f",
            "arguments": "{}", "status": "completed",
        })
    );
}

#[test]
fn says_why_an_answer_ended() {
    let text = || vec![Content::Text("x".into())];
    for (parts, reason, status, detail) in [
        (text(), FinishReason::Stop, "completed", Value::Null),
        (vec![call("{}")], FinishReason::ToolCalls, "completed", Value::Null),
        (text(), FinishReason::Length, "incomplete", json!("max_output_tokens")),
        (text(), FinishReason::ContextFull, "incomplete", json!("max_output_tokens")),
        (text(), FinishReason::ContentFilter, "incomplete", json!("content_filter")),
        (text(), FinishReason::Refusal, "incomplete", json!("content_filter")),
        (vec![Content::Refusal("no".into())], FinishReason::Refusal, "completed", Value::Null),
        (text(), FinishReason::MalformedToolCall, "failed", Value::Null),
    ] {
        let response = whole(answer(parts, reason));
        assert_eq!(response["status"], status, "{reason:?}");
        assert_eq!(response["incomplete_details"]["reason"], detail, "{reason:?}");
        assert_eq!(response["error"].is_null(), status != "failed");
    }
}

#[test]
fn arguments_that_were_cut_stay_as_they_are_and_none_are_an_empty_object() {
    let item =
        |arguments, reason| whole(answer(vec![call(arguments)], reason))["output"][0].clone();
    let cut = item("{\"a\":", FinishReason::Length);
    assert_eq!((&cut["arguments"], &cut["status"]), (&json!("{\"a\":"), &json!("incomplete")));
    assert_eq!(item("", FinishReason::Length)["arguments"], "");
    assert_eq!(item("", FinishReason::ToolCalls)["arguments"], "{}");
}

#[test]
fn a_clients_next_turn_gives_back_every_makers_seal() {
    for (maker, text, redacted) in [
        (Dialect::Anthropic, "thinking", false),
        (Dialect::Anthropic, "", false),
        (Dialect::Anthropic, "", true),
        (Dialect::Google, "", false),
        (Dialect::Responses, "", false),
    ] {
        let id = (maker == Dialect::Responses).then(|| "rs_abc".to_owned());
        let sealed = Some(Sealed { maker, id, data: "x.y/+==".into() });
        let thought = Reasoned { text: text.into(), summary: Vec::new(), sealed, redacted };
        let response = whole(answer(
            vec![Content::Reasoning(thought.clone()), call("{}")],
            FinishReason::ToolCalls,
        ));
        let body = json!({ "model": "m", "input": response["output"] }).to_string();
        let (request, losses) = responses::decode(&body).unwrap();
        assert!(losses.0.is_empty(), "{losses:?}");
        assert_eq!(request.messages.len(), 1);
        assert_eq!(request.messages[0].parts[0].content, Content::Reasoning(thought), "{maker:?}");
    }
}

#[test]
fn repeats_the_requests_settings() {
    let request = json!({
        "model": "m", "input": "secret", "instructions": "rules", "temperature": 0.2, "stream": true,
        "tools": [{ "type": "function", "name": "f", "parameters": { "z": 1, "a": 2 }, "strict": true }],
        "tool_choice": "required", "metadata": { "k": "v" }, "user": "u", "reasoning": { "effort": "low" },
    })
    .to_string();
    let mut writer = responses::Writer::new(context(&request));
    let response: Value = serde_json::from_str(&writer.whole(Answer::default())).unwrap();
    assert_eq!(response["instructions"], "rules");
    assert_eq!(response["temperature"], json!(0.2));
    assert_eq!(response["tool_choice"], "required");
    assert_eq!(response["tools"][0]["parameters"].to_string(), r#"{"z":1,"a":2}"#);
    assert_eq!(response["metadata"], json!({ "k": "v" }));
    assert_eq!((&response["user"], &response["parallel_tool_calls"]), (&json!("u"), &json!(true)));
    assert!(response["previous_response_id"].is_null() && response.get("input").is_none());
    assert_eq!(responses::echo("{"), responses::echo("{}"));
}

#[test]
fn parts_that_are_mixed_stay_apart() {
    let slot = |part| Slot { choice: 0, part };
    let text = |part, text: &str| Event::Delta(slot(part), Delta::Text(text.to_owned()));
    let tool = |id: &str| Kind::ToolCall { id: id.into(), name: "f".into(), custom: false };
    let events = written(vec![
        Event::Begun(slot(0), Kind::Text),
        text(0, "a"),
        Event::Begun(slot(1), tool("1")),
        Event::Begun(slot(2), tool("2")),
        text(2, "{\"y\":1}"),
        text(1, "{\"x\":1}"),
        text(0, "b"),
        Event::Ended(slot(0)),
        Event::Ended(slot(1)),
        Event::Ended(slot(2)),
        Event::Finished(0, Finish::from(FinishReason::ToolCalls)),
        Event::Done,
    ]);
    let output = &events.last().unwrap()["response"]["output"];
    assert_eq!(output[0]["content"][0]["text"], "ab");
    assert_eq!(output[1]["arguments"], "{\"x\":1}");
    assert_eq!(output[2]["arguments"], "{\"y\":1}");
}

/// Run with `POSTERN_WRITE_TO=<folder>` to look at an answer with the SDK's own types.
#[test]
fn writes_an_answer_for_the_sdk() {
    let Some(folder) = std::env::var_os("POSTERN_WRITE_TO") else {
        println!("skipped: POSTERN_WRITE_TO names no folder to write to");
        return;
    };
    let folder = std::path::Path::new(&folder);
    let thought = |text: &str| {
        let sealed = Sealed { maker: Dialect::Anthropic, id: None, data: "x".into() };
        let text = text.to_owned();
        Content::Reasoning(Reasoned { text, sealed: Some(sealed), ..Reasoned::default() })
    };
    let cut = vec![thought("t"), thought(""), Content::Text("a".into()), call("{\"a\":")];
    let failed = vec![Content::Text("a".into())];
    for (name, answer) in [
        ("everything", everything()),
        ("cut", answer(cut, FinishReason::Length)),
        ("failed", answer(failed, FinishReason::MalformedToolCall)),
        ("empty", Answer::default()),
    ] {
        let events = Value::Array(written(streamed(answer.clone())));
        std::fs::write(folder.join(format!("{name}.stream.json")), events.to_string()).unwrap();
        let whole = whole(answer).to_string();
        std::fs::write(folder.join(format!("{name}.whole.json")), whole).unwrap();
    }
}
