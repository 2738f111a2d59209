//! Answers, whole and streamed. Each fixture is there in both forms.

use crate::fixtures::{collected, events};
use postern_dialect::chat::{
    Answer, Content, Delta, Event, FinishReason, Kind, Part, Reasoned, Sealed, Slot, ToolCall,
};
use postern_dialect::cohere::{Reader, read_whole};
use postern_dialect::{Dialect, Memo, ReadAnswer, Usage};
use postern_fault::Kind as FaultKind;
use serde_json::json;

macro_rules! fixture {
    ($name:literal) => {
        (
            include_str!(concat!("answers/", $name, ".jsonl")),
            include_str!(concat!("answers/", $name, ".json")),
        )
    };
}

const ALL: [(&str, &str); 3] = [fixture!("text"), fixture!("tools"), fixture!("cited")];

fn whole(at: usize) -> Answer {
    read_whole(ALL[at].1).unwrap()
}

fn thoughts(text: &str, what: &str) -> Content {
    let sealed = Some(Sealed { maker: Dialect::Cohere, id: None, data: what.to_owned() });
    Content::Reasoning(Reasoned { text: text.to_owned(), sealed, ..Reasoned::default() })
}

fn called(id: &str, name: &str, arguments: &str) -> Content {
    let (id, name, arguments) = (id.to_owned(), name.to_owned(), arguments.to_owned());
    Content::ToolCall(ToolCall { id, name, arguments, custom: false })
}

fn contents(answer: &Answer) -> Vec<&Content> {
    answer.choices[0].parts.iter().map(|part| &part.content).collect()
}

fn finish(answer: &Answer) -> FinishReason {
    answer.choices[0].finish.as_ref().unwrap().reason
}

#[test]
fn a_stream_says_what_the_whole_answer_says() {
    for (stream, whole) in ALL {
        assert_eq!(collected(events(stream).unwrap()), read_whole(whole).unwrap());
    }
}

#[test]
fn a_stream_is_in_order() {
    for (stream, _) in ALL {
        let events = events(stream).unwrap();
        assert!(matches!(&events[0], Event::Started { id, .. } if !id.is_empty()));
        assert_eq!(events.last(), Some(&Event::Done));
        let mut begun = 0;
        let mut open: Vec<Slot> = Vec::new();
        for event in &events {
            match event {
                Event::Begun(slot, _) => {
                    assert_eq!(slot.part, begun);
                    begun += 1;
                    open.push(*slot);
                }
                Event::Delta(slot, _) => assert!(open.contains(slot), "{event:?}"),
                Event::Ended(slot) => {
                    assert!(open.contains(slot));
                    open.retain(|other| other != slot);
                }
                Event::Finished(..) => assert!(open.is_empty()),
                _ => {}
            }
        }
    }
}

#[test]
fn words_and_what_they_cost_come_out() {
    let answer = whole(0);
    assert_eq!(contents(&answer), [&Content::Text("Grüß Gott 😀".into())]);
    assert_eq!(finish(&answer), FinishReason::Stop);
    assert_eq!(answer.id, "c14c80c3");
    let usage =
        Usage { input_tokens: 70, cached_input_tokens: 64, output_tokens: 5, ..Usage::default() };
    assert_eq!(answer.usage, Some(usage));
}

#[test]
fn usage_is_said_once_and_holds_what_is_billed_only_if_nothing_else_is_there() {
    let usages = |stream: &str| {
        let events = events(stream).unwrap();
        events.iter().filter(|event| matches!(event, Event::Usage(_))).count()
    };
    assert_eq!(usages(ALL[0].0), 1);
    let body = |usage: &str| {
        let body =
            format!(r#"{{"id":"1","message":{{}},"finish_reason":"COMPLETE","usage":{usage}}}"#);
        read_whole(&body).unwrap().usage
    };
    let billed = body(r#"{"billed_units":{"input_tokens":3,"output_tokens":4}}"#).unwrap();
    assert_eq!((billed.input_tokens, billed.output_tokens), (3, 4));
    assert_eq!(body("{}"), None);
    assert_eq!(body("null"), None);
    assert_eq!(body(r#"{"tokens":{"input_tokens":-1}}"#), None);
}

#[test]
fn thoughts_the_plan_and_each_call_come_out_in_order() {
    assert_eq!(
        contents(&whole(1)),
        [
            &thoughts("Two cities, two calls.", "thinking"),
            &thoughts("I will ask for both.", "tool_plan"),
            &called("weather_1", "weather", "{\n    \"city\": \"Oslo\"}"),
            &called("now_2", "now", ""),
        ]
    );
    assert_eq!(finish(&whole(1)), FinishReason::ToolCalls);
}

#[test]
fn citations_stand_at_the_words_they_are_about() {
    let answer = whole(2);
    let Part { annotations, .. } = &answer.choices[0].parts[1];
    assert_eq!(answer.choices[0].parts[0].annotations, []);
    let [page, tool] = annotations.as_slice() else { panic!("{annotations:?}") };
    assert_eq!(page.url.as_deref(), Some("https://example.com/perks"));
    assert_eq!(page.title.as_deref(), Some("Perks"));
    assert_eq!(page.cited_text.as_deref(), Some("We offer gym memberships."));
    assert_eq!(page.range, Some((10, 25)));
    let (maker, raw) = page.raw.as_ref().unwrap();
    assert_eq!((*maker, &raw["sources"][1]["id"]), (Dialect::Cohere, &json!("find_1:0")));
    assert_eq!((tool.url.as_ref(), tool.title.as_deref()), (None, Some("find_1:0")));
    assert_eq!((tool.range, tool.raw.as_ref()), (Some((10, 25)), None));
}

#[test]
fn probabilities_of_a_piece_of_several_tokens_are_multiplied() {
    let logprobs = &whole(2).choices[0].logprobs;
    assert_eq!(
        (&logprobs[0]["token"], &logprobs[0]["logprob"]),
        (&json!("There are gym"), &json!(-1.0))
    );
    assert_eq!(logprobs[1]["logprob"], json!(-0.125));
}

fn ending(reason: &str) -> String {
    format!(r#"{{"type":"message-end","delta":{{"finish_reason":"{reason}"}}}}"#)
}

#[test]
fn each_reason_to_end_is_told() {
    for (word, reason, detail) in [
        ("COMPLETE", FinishReason::Stop, None),
        ("STOP_SEQUENCE", FinishReason::Stop, None),
        ("MAX_TOKENS", FinishReason::Length, None),
        ("TOOL_CALL", FinishReason::ToolCalls, None),
        ("ERROR_LIMIT", FinishReason::ContextFull, None),
        ("ERROR_TOXIC", FinishReason::ContentFilter, None),
        ("NEW_ONE", FinishReason::Other, Some("NEW_ONE")),
    ] {
        let answer = collected(events(&ending(word)).unwrap());
        let finish = answer.choices[0].finish.as_ref().unwrap();
        assert_eq!((finish.reason, finish.detail.as_deref()), (reason, detail), "{word}");
    }
}

#[test]
fn an_answer_with_calls_never_ends_as_if_all_were_said() {
    let stream = ALL[1].0.replace("TOOL_CALL", "COMPLETE");
    assert_eq!(finish(&collected(events(&stream).unwrap())), FinishReason::ToolCalls);
    let cut = ALL[1].0.replace("TOOL_CALL", "MAX_TOKENS");
    assert_eq!(finish(&collected(events(&cut).unwrap())), FinishReason::Length);
}

#[test]
fn an_answer_that_failed_is_a_fault() {
    for (word, kind) in
        [("ERROR", FaultKind::UpstreamFailed), ("TIMEOUT", FaultKind::UpstreamTimeout)]
    {
        let fault = events(&ending(word)).unwrap_err();
        assert_eq!((fault.kind, fault.retryable), (kind, true));
        assert!(fault.private.unwrap().ends_with(&format!("code {word}")));
        let body = format!(r#"{{"id":"1","message":{{}},"finish_reason":"{word}"}}"#);
        assert_eq!(read_whole(&body).unwrap_err().kind, kind);
    }
    let said =
        r#"{"type":"message-end","delta":{"finish_reason":"ERROR","error":"prompt: hunter2"}}"#;
    assert!(!format!("{:?}", events(said).unwrap_err()).contains("hunter2"));
}

#[test]
fn cut_arguments_stay_as_they_came() {
    let start = r#"{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"1","type":"function","function":{"name":"f","arguments":"{\"a"}}}}}"#;
    let answer = collected(events(&format!("{start}\n{}", ending("MAX_TOKENS"))).unwrap());
    assert_eq!(contents(&answer), [&called("1", "f", "{\"a")]);
}

#[test]
fn calls_that_are_written_at_the_same_time_are_told_apart() {
    let start = |at: u8| {
        format!(
            r#"{{"type":"tool-call-start","index":{at},"delta":{{"message":{{"tool_calls":[{{"id":"{at}","function":{{"name":"f"}}}}]}}}}}}"#
        )
    };
    let more = |at: u8, text: &str| {
        format!(
            r#"{{"type":"tool-call-delta","index":{at},"delta":{{"message":{{"tool_calls":{{"function":{{"arguments":"{text}"}}}}}}}}}}"#
        )
    };
    let lines = [start(0), start(1), more(1, "b"), more(0, "a"), more(1, "B"), ending("TOOL_CALL")];
    let answer = collected(events(&lines.join("\n")).unwrap());
    assert_eq!(contents(&answer), [&called("0", "f", "a"), &called("1", "f", "bB")]);
}

#[test]
fn events_may_have_their_type_in_their_name_only() {
    let mut reader = Reader::new(&Memo::default());
    let mut events = Vec::new();
    let delta = r#"{"index":0,"delta":{"message":{"content":{"text":"x"}}}}"#;
    reader.event(Some("content-delta"), delta, &mut events).unwrap();
    assert_eq!(events[1], Event::Begun(Slot::default(), Kind::Text));
    assert_eq!(events[2], Event::Delta(Slot::default(), Delta::Text("x".into())));
}

#[test]
fn what_is_not_known_is_passed_over_or_kept() {
    let (stream, whole) = ALL[0];
    let more = format!(
        "{{\"type\":\"debug\",\"prompt\":\"<BOS>\"}}\n{{}}\n{}",
        stream.replace("\"index\":0", "\"index\":0,\"new\":[{}]")
    );
    assert_eq!(collected(events(&more).unwrap()), read_whole(whole).unwrap());
    let image = r#"{"type":"image","url":"https://x"}"#;
    let block = whole.replace("[{\"type\":\"text\"", &format!("[{image},{{\"type\":\"text\""));
    let foreign = Content::Foreign(Dialect::Cohere, serde_json::from_str(image).unwrap());
    assert_eq!(contents(&read_whole(&block).unwrap())[0], &foreign);
    let start = format!(
        r#"{{"type":"content-start","index":0,"delta":{{"message":{{"content":{image}}}}}}}"#
    );
    let streamed = collected(events(&format!("{start}\n{}", ending("COMPLETE"))).unwrap());
    assert_eq!(contents(&streamed), [&foreign]);
}

#[test]
fn what_is_no_answer_is_never_an_empty_one() {
    for body in [
        "",
        "{",
        "[]",
        "null",
        "{}",
        r#"{"message":null}"#,
        r#"{"message":{}}"#,
        r#"{"message":[],"finish_reason":"COMPLETE"}"#,
        r#"{"message":{"content":[{"type":"text"}]},"finish_reason":"COMPLETE"}"#,
        r#"{"message":{"content":7},"finish_reason":"COMPLETE"}"#,
        r#"{"message":{},"finish_reason":7}"#,
    ] {
        assert_eq!(read_whole(body).unwrap_err().kind, FaultKind::UpstreamInvalid, "{body}");
    }
    let stream = ALL[1].0;
    for lines in 0..stream.lines().count() - 1 {
        let cut: Vec<&str> = stream.lines().take(lines).collect();
        assert_eq!(events(&cut.join("\n")).unwrap_err().kind, FaultKind::UpstreamInvalid);
    }
    for line in [
        "{",
        "[]",
        "7",
        r#"{"type":"message-end"}"#,
        r#"{"type":"message-end","delta":{}}"#,
        r#"{"type":"content-delta","delta":{"message":{"content":7}}}"#,
        r#"{"type":"tool-call-start","delta":{}}"#,
        r#"{"type":"tool-call-delta","delta":{"message":{"tool_calls":{"function":{"arguments":"{}"}}}}}"#,
    ] {
        assert_eq!(events(line).unwrap_err().kind, FaultKind::UpstreamInvalid, "{line}");
    }
}
