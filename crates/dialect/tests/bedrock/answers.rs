//! Answers, whole and streamed: the same either way.

use postern_dialect::chat::{
    Annotation, Answer, Choice, Collector, Content, Event, Finish, FinishReason, Part, Reasoned,
    Sealed, ToolCall,
};
use postern_dialect::{Dialect, Memo, ReadAnswer, Usage, bedrock};
use postern_fault::{Fault, Kind};
use serde_json::json;

pub fn read_stream(events: &[(&str, &str)]) -> Result<(Answer, Vec<Event>), Fault> {
    let mut reader = bedrock::Reader::new(&Memo::default());
    let mut read = Vec::new();
    for (name, data) in events {
        reader.event(Some(name), data, &mut read)?;
    }
    reader.end(&mut read)?;
    let mut collector = Collector::default();
    read.iter().cloned().for_each(|event| collector.push(event));
    Ok((collector.finish(), read))
}

const WHOLE: &str = r#"{
  "metrics": {"latencyMs": 551},
  "output": {"message": {"role": "assistant", "content": [
    {"reasoningContent": {"reasoningText": {"text": "Let me see.", "signature": "EqoB+/=="}}},
    {"reasoningContent": {"redactedContent": "cmVkYWN0ZWQ="}},
    {"text": "I look."},
    {"toolUse": {"toolUseId": "tooluse_a", "name": "f", "input": {"z":1, "a":"è"}}},
    {"toolUse": {"toolUseId": "tooluse_b", "name": "g", "input": {}}}
  ]}},
  "stopReason": "tool_use",
  "usage": {"inputTokens": 10, "outputTokens": 20, "totalTokens": 135,
            "cacheReadInputTokens": 100, "cacheWriteInputTokens": 5, "cacheDetails": []},
  "serviceTier": {"type": "default"},
  "somethingNew": 1
}"#;

const STREAM: [(&str, &str); 21] = [
    ("messageStart", r#"{"role":"assistant","p":"abcd"}"#),
    (
        "contentBlockDelta",
        r#"{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"Let "}}}"#,
    ),
    (
        "contentBlockDelta",
        r#"{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"me see."}}}"#,
    ),
    (
        "contentBlockDelta",
        r#"{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"EqoB+"}}}"#,
    ),
    (
        "contentBlockDelta",
        r#"{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"/=="}}}"#,
    ),
    ("contentBlockStop", r#"{"contentBlockIndex":0}"#),
    (
        "contentBlockDelta",
        r#"{"contentBlockIndex":1,"delta":{"reasoningContent":{"redactedContent":"cmVkYWN0ZWQ="}}}"#,
    ),
    ("contentBlockStop", r#"{"contentBlockIndex":1}"#),
    ("contentBlockDelta", r#"{"contentBlockIndex":2,"delta":{"text":"I "},"p":"a"}"#),
    ("contentBlockDelta", r#"{"contentBlockIndex":2,"delta":{"text":"look."}}"#),
    ("contentBlockStop", r#"{"contentBlockIndex":2}"#),
    (
        "contentBlockStart",
        r#"{"contentBlockIndex":3,"start":{"toolUse":{"toolUseId":"tooluse_a","name":"f"}}}"#,
    ),
    ("contentBlockDelta", r#"{"contentBlockIndex":3,"delta":{"toolUse":{"input":""}}}"#),
    (
        "contentBlockDelta",
        r#"{"contentBlockIndex":3,"delta":{"toolUse":{"input":"{\"z\":1, \"a\""}}}"#,
    ),
    ("contentBlockDelta", r#"{"contentBlockIndex":3,"delta":{"toolUse":{"input":":\"è\"}"}}}"#),
    ("contentBlockStop", r#"{"contentBlockIndex":3}"#),
    (
        "contentBlockStart",
        r#"{"contentBlockIndex":4,"start":{"toolUse":{"toolUseId":"tooluse_b","name":"g"}}}"#,
    ),
    ("contentBlockDelta", r#"{"contentBlockIndex":4,"delta":{"toolUse":{"input":"{}"}}}"#),
    ("contentBlockStop", r#"{"contentBlockIndex":4}"#),
    ("messageStop", r#"{"stopReason":"tool_use"}"#),
    (
        "metadata",
        r#"{"usage":{"inputTokens":10,"outputTokens":20,"totalTokens":135,"cacheReadInputTokens":100,
        "cacheWriteInputTokens":5},"metrics":{"latencyMs":5},"serviceTier":{"type":"default"}}"#,
    ),
];

fn expected() -> Answer {
    let sealed = |data: &str| Some(Sealed { maker: Dialect::Bedrock, id: None, data: data.into() });
    let call = |id: &str, name: &str, arguments: &str| {
        let (id, name, arguments) = (id.into(), name.into(), arguments.into());
        Content::ToolCall(ToolCall { id, name, arguments, custom: false })
    };
    let contents = vec![
        Content::Reasoning(Reasoned {
            text: "Let me see.".into(),
            sealed: sealed("EqoB+/=="),
            ..Reasoned::default()
        }),
        Content::Reasoning(Reasoned {
            sealed: sealed("cmVkYWN0ZWQ="),
            redacted: true,
            ..Reasoned::default()
        }),
        Content::Text("I look.".into()),
        call("tooluse_a", "f", r#"{"z":1, "a":"è"}"#),
        call("tooluse_b", "g", "{}"),
    ];
    Answer {
        service_tier: Some("default".into()),
        choices: vec![Choice {
            parts: contents.into_iter().map(|content| Part::new("", content)).collect(),
            logprobs: vec![],
            finish: Some(FinishReason::ToolCalls.into()),
        }],
        usage: Some(Usage {
            input_tokens: 115,
            cached_input_tokens: 100,
            cache_write_tokens: 5,
            output_tokens: 20,
            ..Usage::default()
        }),
        ..Answer::default()
    }
}

#[test]
fn a_whole_answer_is_read_with_cached_tokens_in_its_input() {
    assert_eq!(bedrock::read_whole(WHOLE).unwrap(), expected());
}

#[test]
fn a_stream_is_the_whole_answer_in_pieces_and_is_done_once() {
    let (answer, events) = read_stream(&STREAM).unwrap();
    assert_eq!(answer, expected());
    assert_eq!(events.iter().filter(|event| **event == Event::Done).count(), 1);
    assert_eq!(events.last(), Some(&Event::Done));
    let begun = events.iter().filter(|event| matches!(event, Event::Begun(..))).count();
    let ended = events.iter().filter(|event| matches!(event, Event::Ended(..))).count();
    assert_eq!((begun, ended), (5, 5));
}

#[test]
fn a_stream_without_metadata_is_done_at_its_end() {
    let (answer, events) = read_stream(&STREAM[..20]).unwrap();
    assert_eq!(answer.usage, None);
    assert_eq!(events.last(), Some(&Event::Done));
}

#[test]
fn a_stream_that_ends_before_it_says_why_is_invalid() {
    for cut in 0..19 {
        let fault = read_stream(&STREAM[..cut]).unwrap_err();
        assert_eq!(fault.kind, Kind::UpstreamInvalid);
    }
}

#[test]
fn cut_arguments_are_delivered_as_they_came() {
    let events =
        [STREAM[0], STREAM[11], STREAM[13], ("messageStop", r#"{"stopReason":"max_tokens"}"#)];
    let (answer, _) = read_stream(&events).unwrap();
    let Content::ToolCall(call) = &answer.choices[0].parts[0].content else { panic!() };
    assert_eq!(call.arguments, "{\"z\":1, \"a\"");
    assert_eq!(answer.choices[0].finish, Some(FinishReason::Length.into()));
}

#[test]
fn every_stop_reason_is_known() {
    let cases = [
        ("end_turn", FinishReason::Stop, None),
        ("tool_use", FinishReason::ToolCalls, None),
        ("max_tokens", FinishReason::Length, None),
        ("stop_sequence", FinishReason::Stop, None),
        ("guardrail_intervened", FinishReason::ContentFilter, Some("guardrail_intervened")),
        ("content_filtered", FinishReason::ContentFilter, Some("content_filtered")),
        ("malformed_model_output", FinishReason::Other, Some("malformed_model_output")),
        ("malformed_tool_use", FinishReason::MalformedToolCall, None),
        ("model_context_window_exceeded", FinishReason::ContextFull, None),
        ("something_new", FinishReason::Other, Some("something_new")),
    ];
    for (word, reason, detail) in cases {
        let data = json!({
            "stopReason": word,
            "additionalModelResponseFields": {"stop_sequence": "END"},
        });
        let finish =
            Finish { reason, stop_sequence: Some("END".into()), detail: detail.map(str::to_owned) };
        let (answer, _) = read_stream(&[("messageStop", &data.to_string())]).unwrap();
        assert_eq!(answer.choices[0].finish.as_ref(), Some(&finish));
        let mut whole = data;
        whole["output"] = json!({"message": {"role": "assistant", "content": []}});
        let answer = bedrock::read_whole(&whole.to_string()).unwrap();
        assert_eq!(answer.choices[0].finish.as_ref(), Some(&finish));
    }
}

#[test]
fn citations_stand_by_their_text() {
    let citation = json!({
        "title": "T",
        "source": "https://example.com",
        "sourceContent": [{"text": "cited"}],
        "location": {"documentChar": {"documentIndex": 0, "start": 1, "end": 2}},
    });
    let whole = json!({
        "output": {"message": {"role": "assistant", "content": [
            {"citationsContent": {"content": [{"text": "words"}], "citations": [citation]}},
        ]}},
        "stopReason": "end_turn",
    });
    let answer = bedrock::read_whole(&whole.to_string()).unwrap();
    let expected = Annotation {
        url: Some("https://example.com".into()),
        title: Some("T".into()),
        cited_text: Some("cited".into()),
        range: None,
        raw: Some((Dialect::Bedrock, citation.clone())),
    };
    assert_eq!(answer.choices[0].parts[0].annotations, [expected]);
    let delta = |delta| json!({"contentBlockIndex": 0, "delta": delta}).to_string();
    let (streamed, _) = read_stream(&[
        ("messageStart", "{}"),
        ("contentBlockDelta", &delta(json!({"text": "words"}))),
        ("contentBlockDelta", &delta(json!({"citation": citation}))),
        ("messageStop", r#"{"stopReason":"end_turn"}"#),
    ])
    .unwrap();
    assert_eq!(streamed, answer);
}

#[test]
fn what_is_not_known_says_nothing() {
    let (answer, events) = read_stream(&[
        ("initialEvent", "not even json"),
        ("contentBlockStart", r#"{"contentBlockIndex":0,"start":{"video":{}}}"#),
        ("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"video":{}}}"#),
        (
            "contentBlockStart",
            r#"{"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"1","name":"n","type":"server_tool_use"}}}"#,
        ),
        ("contentBlockDelta", r#"{"contentBlockIndex":1,"delta":{"toolUse":{"input":"{}"}}}"#),
        ("contentBlockStop", r#"{"contentBlockIndex":1}"#),
        ("messageStop", r#"{"stopReason":"end_turn"}"#),
    ])
    .unwrap();
    assert!(answer.choices[0].parts.is_empty());
    assert_eq!(events.len(), 2);
}

#[test]
fn what_is_no_answer_is_invalid() {
    for body in [
        "",
        "<html>",
        "{}",
        "[]",
        r#"{"output":{}}"#,
        r#"{"output":{"message":{}}}"#,
        r#"{"output":{"message":{"content":[]}}}"#,
        r#"{"output":{"message":{"content":[{"text":1}]}},"stopReason":"end_turn"}"#,
    ] {
        assert_eq!(bedrock::read_whole(body).unwrap_err().kind, Kind::UpstreamInvalid, "{body}");
    }
    for (name, data) in [
        ("contentBlockDelta", "{}"),
        ("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"toolUse":{"input":"x"}}}"#),
        ("contentBlockStart", "x"),
        ("contentBlockStop", r#"{"contentBlockIndex":-1}"#),
        ("messageStop", "{}"),
        ("metadata", r#"{"usage":{"inputTokens":"1"}}"#),
    ] {
        assert_eq!(read_stream(&[(name, data)]).unwrap_err().kind, Kind::UpstreamInvalid, "{name}");
    }
}
