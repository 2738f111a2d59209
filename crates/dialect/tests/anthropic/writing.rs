//! Answers for clients.

use crate::fixtures::{collected, json, read};
use postern_dialect::anthropic::{Writer, read_whole};
use postern_dialect::chat::{
    Annotation, Answer, Choice, Content, Delta, Event, Finish, FinishReason, Kind, Part, Reasoned,
    Sealed, Slot, ToolCall,
};
use postern_dialect::{Context, Dialect, Usage, WriteAnswer};
use serde_json::{Value, json};

fn context() -> Context {
    Context { request_id: "r".into(), model: "m".into(), ..Context::default() }
}

/// Names and data of the events of a stream.
fn streamed(events: Vec<Event>) -> Vec<Value> {
    let (mut writer, mut out) = (Writer::new(context()), String::new());
    events.into_iter().for_each(|event| writer.event(event, &mut out));
    out.split_terminator("\n\n")
        .map(|event| {
            let (name, data) = event.split_once('\n').unwrap();
            let data = json(data.strip_prefix("data: ").unwrap());
            assert_eq!(name.strip_prefix("event: "), data["type"].as_str());
            data
        })
        .collect()
}

fn names(said: &[Value]) -> Vec<String> {
    said.iter()
        .map(|data| format!("{} {}", data["type"].as_str().unwrap(), data["index"]))
        .collect()
}

fn whole(parts: Vec<Content>, reason: FinishReason) -> Answer {
    let parts = parts.into_iter().map(|content| Part::new("", content)).collect();
    let choices = vec![Choice { parts, logprobs: Vec::new(), finish: Some(reason.into()) }];
    let usage = Usage {
        input_tokens: 132,
        cached_input_tokens: 100,
        cache_write_tokens: 7,
        output_tokens: 40,
        reasoning_tokens: 9,
        ..Usage::default()
    };
    Answer { id: "id".into(), model: "x".into(), choices, usage: Some(usage), ..Answer::default() }
}

fn call(arguments: &str) -> Content {
    let (id, name, arguments) = ("1".into(), "f".into(), arguments.into());
    Content::ToolCall(ToolCall { id, name, arguments, custom: false })
}

fn sealed(maker: Dialect, text: &str, redacted: bool) -> Content {
    let sealed = Some(Sealed { maker, id: None, data: "c2ln".into() });
    Content::Reasoning(Reasoned { text: text.into(), sealed, redacted, ..Reasoned::default() })
}

#[test]
fn a_stream_read_again_is_the_answer_that_was_written_whole() {
    let parts = vec![
        sealed(Dialect::Anthropic, "hm", false),
        sealed(Dialect::Anthropic, "", true),
        Content::Text("said".into()),
        Content::Foreign(
            Dialect::Anthropic,
            json!({"type":"server_tool_use","id":"s","name":"w","input":{"q":1}}),
        ),
        call("{\"b\": 1.50,\"a\":2}"),
        call("{}"),
    ];
    let answer = whole(parts, FinishReason::ToolCalls);
    let written = Writer::new(context()).whole(answer.clone());
    assert_eq!(read_whole(&written).unwrap(), answer);
    let said = streamed(answer.clone().into_events());
    let data: Vec<String> = said.iter().map(Value::to_string).collect();
    let data: Vec<&str> = data.iter().map(String::as_str).collect();
    assert_eq!(collected(read(&data).unwrap()), answer);
}

#[test]
fn input_excludes_what_was_cached_and_the_final_counts_come_with_the_stop() {
    let answer = whole(vec![Content::Text("x".into())], FinishReason::Stop);
    let expected = json!({"input_tokens":25,"cache_creation_input_tokens":7,"cache_read_input_tokens":100,
        "output_tokens":40,"output_tokens_details":{"thinking_tokens":9}});
    let message = json(&Writer::new(context()).whole(answer.clone()));
    assert_eq!((&message["usage"], &message["stop_reason"]), (&expected, &json!("end_turn")));
    let said = streamed(answer.into_events());
    assert_eq!(said[said.len() - 2]["usage"], expected);
    assert_eq!(said[0]["message"]["usage"]["input_tokens"], 0);
}

#[test]
fn parts_that_come_mixed_are_written_one_after_the_other() {
    let slot = |part| Slot { choice: 0, part };
    let begun = |part, id: &str| {
        let (id, name) = (id.to_owned(), "f".to_owned());
        Event::Begun(slot(part), Kind::ToolCall { id, name, custom: false })
    };
    let more = |part, text: &str| Event::Delta(slot(part), Delta::Text(text.into()));
    let said = streamed(vec![
        Event::Started { id: String::new(), model: String::new(), created_unix_s: None },
        begun(0, "a"),
        begun(1, "b"),
        more(1, "{\"x\""),
        more(0, "{}"),
        Event::Ended(slot(0)),
        more(1, ":1}"),
        begun(2, "c"),
        // A vendor that says `stop` and calls tools all the same.
        Event::Finished(0, FinishReason::Stop.into()),
        Event::Done,
    ]);
    assert_eq!(
        names(&said),
        [
            "message_start null",
            "content_block_start 0",
            "content_block_delta 0",
            "content_block_stop 0",
            "content_block_start 1",
            "content_block_delta 1",
            "content_block_delta 1",
            "content_block_stop 1",
            "content_block_start 2",
            "content_block_stop 2",
            "message_delta null",
            "message_stop null",
        ]
    );
    assert_eq!(
        (&said[0]["message"]["id"], &said[0]["message"]["model"]),
        (&json!("msg_r"), &json!("m"))
    );
    assert_eq!(said[10]["delta"]["stop_reason"], "tool_use");
}

#[test]
fn thoughts_of_other_makers_are_sealed_in_envelopes() {
    let parts =
        || vec![sealed(Dialect::Google, "hm", false), sealed(Dialect::Google, "", false), call("")];
    let message = json(&Writer::new(context()).whole(whole(parts(), FinishReason::ToolCalls)));
    let envelope = "postern.google..c2ln";
    assert_eq!(
        message["content"][0],
        json!({"type":"thinking","thinking":"hm","signature":envelope})
    );
    assert_eq!(message["content"][1], json!({"type":"redacted_thinking","data":envelope}));
    assert_eq!(message["content"][2]["input"], json!({}));
    let said = streamed(whole(parts(), FinishReason::ToolCalls).into_events());
    assert_eq!(said[3]["delta"], json!({"type":"signature_delta","signature":envelope}));
    assert_eq!(said[5]["content_block"], json!({"type":"redacted_thinking","data":envelope}));
}

#[test]
fn arguments_that_were_cut_are_told_whole() {
    let answer = whole(vec![call("{\"ci")], FinishReason::Length);
    let message = json(&Writer::new(context()).whole(answer.clone()));
    assert_eq!(message["content"][0]["input"], json!({ "INVALID_JSON": "{\"ci" }));
    assert_eq!(message["stop_reason"], "max_tokens");
    assert_eq!(streamed(answer.into_events())[2]["delta"]["partial_json"], "{\"ci");
}

#[test]
fn pages_that_are_cited_are_results_of_a_search() {
    let mut answer = whole(vec![Content::Text("x".into())], FinishReason::Stop);
    let url = Some("https://x.test".to_owned());
    let page = Annotation { url, title: None, cited_text: None, range: None, raw: None };
    answer.choices[0].parts[0].annotations =
        vec![page.clone(), Annotation { url: None, ..page.clone() }];
    let message = json(&Writer::new(context()).whole(answer));
    let citations = message["content"][0]["citations"].as_array().unwrap();
    assert_eq!(citations.len(), 1);
    assert_eq!(citations[0]["type"], "web_search_result_location");
}

#[test]
fn every_finish_has_its_stop_reason() {
    let said = |content: Content, reason| {
        json(&Writer::new(context()).whole(whole(vec![content], reason)))["stop_reason"].clone()
    };
    let text = || Content::Text("x".into());
    for (reason, word) in [
        (FinishReason::Stop, "end_turn"),
        (FinishReason::Length, "max_tokens"),
        (FinishReason::ContextFull, "model_context_window_exceeded"),
        (FinishReason::ContentFilter, "refusal"),
        (FinishReason::Refusal, "refusal"),
        (FinishReason::Pause, "pause_turn"),
        (FinishReason::ToolCalls, "end_turn"),
    ] {
        assert_eq!(said(text(), reason), word);
    }
    assert_eq!(said(Content::Refusal("no".into()), FinishReason::Stop), "refusal");
    let mut answer = whole(vec![text()], FinishReason::Stop);
    let stop_sequence = Some("END".to_owned());
    answer.choices[0].finish = Some(Finish { stop_sequence, ..FinishReason::Stop.into() });
    let message = json(&Writer::new(context()).whole(answer));
    assert_eq!(
        (&message["stop_reason"], &message["stop_sequence"]),
        (&json!("stop_sequence"), &json!("END"))
    );
}
