//! From the hub to an answer as the client gets it.

use crate::{collect, events, read};
use postern_dialect::chat::{
    Annotation, Answer, Choice, Content, Event, Finish, FinishReason, Part, Reasoned, Sealed,
    ToolCall,
};
use postern_dialect::openai::Writer;
use postern_dialect::{Context, Dialect, Usage, WriteAnswer};
use serde_json::{Value, json};

fn context(usage_in_stream: bool) -> Context {
    Context {
        request_id: "r1".into(),
        unix_s: 1_700_000_000,
        model: "fallback".into(),
        usage_in_stream,
        ..Context::default()
    }
}

pub fn streamed(events: Vec<Event>, usage: bool) -> String {
    let mut writer = Writer::new(context(usage));
    let mut out = String::new();
    events.into_iter().for_each(|event| writer.event(event, &mut out));
    out
}

pub fn whole(answer: Answer) -> Value {
    serde_json::from_str(&Writer::new(context(false)).whole(answer)).unwrap()
}

/// The data of a stream's events, but its end.
pub fn data(stream: &str) -> Vec<&str> {
    let data: Vec<&str> = stream
        .split_terminator("\n\n")
        .map(|event| event.strip_prefix("data: ").unwrap())
        .collect();
    assert_eq!(data.last(), Some(&"[DONE]"));
    data
}

fn call(id: &str, arguments: &str) -> Content {
    let (id, name, arguments) = (id.into(), "f".into(), arguments.into());
    Content::ToolCall(ToolCall { id, name, arguments, custom: false })
}

fn answer(contents: Vec<Content>, reason: FinishReason) -> Answer {
    let parts = contents.into_iter().map(|content| Part::new("", content)).collect();
    let choice = Choice { parts, logprobs: Vec::new(), finish: Some(reason.into()) };
    Answer { choices: vec![choice], ..Answer::default() }
}

/// An answer with a bit of everything.
fn rich() -> Answer {
    let thought = Reasoned {
        text: "Hmm.".into(),
        sealed: Some(Sealed { maker: Dialect::Anthropic, id: None, data: "sig==".into() }),
        ..Reasoned::default()
    };
    let mut rich = answer(
        vec![
            Content::Reasoning(thought),
            Content::Text("Hé!".into()),
            call("a", "{\"x\":1}"),
            call("b", ""),
        ],
        FinishReason::ToolCalls,
    );
    rich.choices[0].parts[1].annotations.push(Annotation {
        url: Some("https://x.test".into()),
        title: Some("X".into()),
        cited_text: None,
        range: None,
        raw: None,
    });
    rich.choices[0].logprobs.push(json!({ "token": "Hé", "logprob": -0.5 }));
    let plain = answer(vec![Content::Text("Other".into())], FinishReason::Length);
    rich.choices.extend(plain.choices);
    rich.service_tier = Some("priority".into());
    rich.usage = Some(Usage {
        input_tokens: 10,
        cached_input_tokens: 4,
        cache_write_tokens: 2,
        output_tokens: 6,
        reasoning_tokens: 3,
        ..Usage::default()
    });
    rich
}

#[test]
fn writes_a_whole_answer() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&whole(rich())).unwrap());
}

#[test]
fn writes_a_stream() {
    insta::assert_snapshot!(streamed(rich().into_events(), true));
}

#[test]
fn a_stream_is_read_as_the_whole_answer_is() {
    let stream = streamed(rich().into_events(), true);
    let whole = whole(rich()).to_string();
    let whole = postern_dialect::openai::read_whole(&whole).unwrap();
    assert_eq!(read(&data(&stream)), whole);
}

#[test]
fn the_usage_is_in_the_stream_only_where_it_was_asked_for() {
    let without = streamed(rich().into_events(), false);
    assert!(!without.contains("usage"));
    let with = streamed(rich().into_events(), true);
    let chunks = data(&with);
    let (last, others) = chunks[..chunks.len() - 1].split_last().unwrap();
    let last: Value = serde_json::from_str(last).unwrap();
    assert_eq!(last["choices"], json!([]));
    assert_eq!(last["usage"]["total_tokens"], 16);
    assert!(others.iter().all(|chunk| chunk.contains(r#""usage":null"#)));
}

#[test]
fn what_the_vendor_does_not_say_is_the_gateways() {
    let written =
        whole(answer(vec![Content::Text("x".into()), call("", "{}")], FinishReason::Stop));
    assert_eq!(written["id"], "chatcmpl-r1");
    assert_eq!(written["model"], "fallback");
    assert_eq!(written["created"], 1_700_000_000);
    assert_eq!(written["choices"][0]["message"]["tool_calls"][0]["id"], "call_r1_0_1");
    assert_eq!(written["choices"][0]["finish_reason"], "tool_calls");
}

#[test]
fn every_reason_for_an_end_has_its_word_in_both_forms() {
    let words = || Content::Text("x".into());
    let refusal = || Content::Refusal("no".into());
    for (content, reason, word) in [
        (words(), FinishReason::Stop, "stop"),
        (words(), FinishReason::Length, "length"),
        (words(), FinishReason::ContextFull, "length"),
        (words(), FinishReason::ContentFilter, "content_filter"),
        (words(), FinishReason::Refusal, "content_filter"),
        (refusal(), FinishReason::Refusal, "stop"),
        (words(), FinishReason::Pause, "stop"),
        (words(), FinishReason::MalformedToolCall, "stop"),
        (words(), FinishReason::Other, "stop"),
        (call("a", "{}"), FinishReason::ToolCalls, "tool_calls"),
        (call("a", "{}"), FinishReason::Stop, "tool_calls"),
        (call("a", "{"), FinishReason::Length, "length"),
    ] {
        let answer = answer(vec![content], reason);
        assert_eq!(whole(answer.clone())["choices"][0]["finish_reason"], word, "{reason:?}");
        let stream = streamed(answer.into_events(), false);
        assert!(stream.contains(&format!(r#""finish_reason":"{word}""#)), "{stream}");
    }
    let finish = Finish {
        reason: FinishReason::ContentFilter,
        stop_sequence: None,
        detail: Some("SPII".into()),
    };
    let mut filtered = answer(vec![], FinishReason::Stop);
    filtered.choices[0].finish = Some(finish);
    assert_eq!(whole(filtered)["choices"][0]["native_finish_reason"], "SPII");
}

#[test]
fn arguments_that_were_cut_stay_cut_and_none_are_an_empty_object() {
    for (arguments, reason, expected) in [
        ("{\"a\"", FinishReason::Length, "{\"a\""),
        ("", FinishReason::Length, ""),
        ("", FinishReason::ToolCalls, "{}"),
        ("", FinishReason::Stop, "{}"),
    ] {
        let answer = answer(vec![call("a", arguments)], reason);
        let written = whole(answer.clone());
        let call = &written["choices"][0]["message"]["tool_calls"][0]["function"];
        assert_eq!(call["arguments"], expected, "{reason:?}");
        let streamed = streamed(answer.into_events(), false);
        let read = collect(events(&data(&streamed)).unwrap());
        let Content::ToolCall(call) = &read.choices[0].parts[0].content else { panic!() };
        assert_eq!(call.arguments, expected, "{reason:?}");
    }
}
