//! A vendor's stream, and that it says what the whole answer says.

use crate::fixtures::{collected, read};
use postern_dialect::anthropic::read_whole;
use postern_dialect::chat::{Content, Event, FinishReason};
use postern_fault::Kind;

const START: &str = r#"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":25,"cache_creation_input_tokens":7,"cache_read_input_tokens":100,"output_tokens":4,"service_tier":"standard"}}}"#;

const STREAM: &[&str] = &[
    START,
    r#"{"type":"ping"}"#,
    r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
    r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"h"}}"#,
    r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"m"}}"#,
    r#"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}"#,
    r#"{"type":"content_block_stop","index":0}"#,
    r#"{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"ZW5j"}}"#,
    r#"{"type":"content_block_stop","index":1}"#,
    r#"{"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}"#,
    r#"{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"sa"}}"#,
    r#"{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"id"}}"#,
    r#"{"type":"content_block_delta","index":2,"delta":{"type":"citations_delta","citation":{"type":"web_search_result_location","url":"https://x.test","title":"t","cited_text":"c","encrypted_index":"e"}}}"#,
    r#"{"type":"content_block_stop","index":2}"#,
    r#"{"type":"content_block_start","index":3,"content_block":{"type":"server_tool_use","id":"srv","name":"web_search","input":{}}}"#,
    r#"{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\"query\":"}}"#,
    r#"{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"\"q\"}"}}"#,
    r#"{"type":"content_block_stop","index":3}"#,
    r#"{"type":"content_block_start","index":4,"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{}}}"#,
    r#"{"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":""}}"#,
    r#"{"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":"{\"b\": 1.50,"}}"#,
    r#"{"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":"\"a\":2}"}}"#,
    r#"{"type":"content_block_stop","index":4}"#,
    r#"{"type":"content_block_start","index":5,"content_block":{"type":"tool_use","id":"toolu_2","name":"g","input":{}}}"#,
    r#"{"type":"content_block_stop","index":5}"#,
    r#"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":25,"cache_read_input_tokens":100,"output_tokens":40,"output_tokens_details":{"thinking_tokens":9}}}"#,
    r#"{"type":"message_stop"}"#,
];

const WHOLE: &str = r#"{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[
 {"type":"thinking","thinking":"hm","signature":"c2ln"},
 {"type":"redacted_thinking","data":"ZW5j"},
 {"type":"text","text":"said","citations":[{"type":"web_search_result_location","url":"https://x.test","title":"t","cited_text":"c","encrypted_index":"e"}]},
 {"type":"server_tool_use","id":"srv","name":"web_search","input":{"query":"q"}},
 {"type":"tool_use","id":"toolu_1","name":"f","input":{"b": 1.50,"a":2}},
 {"type":"tool_use","id":"toolu_2","name":"g","input":{}}],
 "stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":25,"cache_creation_input_tokens":7,
 "cache_read_input_tokens":100,"output_tokens":40,"output_tokens_details":{"thinking_tokens":9},"service_tier":"standard"}}"#;

#[test]
fn a_stream_says_what_the_whole_answer_says() {
    let whole = read_whole(WHOLE).unwrap();
    assert_eq!(collected(read(STREAM).unwrap()), whole);
    assert_eq!(collected(whole.clone().into_events()), whole);
}

#[test]
fn counts_are_cumulative_and_the_input_holds_what_was_cached() {
    let usage = collected(read(STREAM).unwrap()).usage.unwrap();
    assert_eq!((usage.input_tokens, usage.output_tokens), (132, 40));
    assert_eq!((usage.cached_input_tokens, usage.cache_write_tokens), (100, 7));
    assert_eq!(usage.reasoning_tokens, 9);
}

#[test]
fn arguments_are_the_models_bytes_and_none_are_an_object() {
    let answer = collected(read(STREAM).unwrap());
    let arguments = |part: usize| match &answer.choices[0].parts[part].content {
        Content::ToolCall(call) => call.arguments.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!((arguments(4).as_str(), arguments(5).as_str()), ("{\"b\": 1.50,\"a\":2}", "{}"));
}

#[test]
fn arguments_that_were_cut_stay_as_they_are() {
    let stop = r#"{"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":1}}"#;
    let end = [r#"{"type":"content_block_stop","index":0}"#, stop, r#"{"type":"message_stop"}"#];
    let begin = r#"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"1","name":"f","input":{}}}"#;
    let piece = r#"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"ci"}}"#;
    for (middle, expected) in [(vec![begin], ""), (vec![begin, piece], "{\"ci")] {
        let stream: Vec<&str> = [START].into_iter().chain(middle).chain(end).collect();
        let answer = collected(read(&stream).unwrap());
        let Content::ToolCall(call) = &answer.choices[0].parts[0].content else { panic!() };
        assert_eq!(call.arguments, expected);
        assert_eq!(answer.choices[0].finish.as_ref().unwrap().reason, FinishReason::Length);
    }
}

#[test]
fn every_stop_reason_has_its_meaning() {
    for (word, reason) in [
        ("end_turn", FinishReason::Stop),
        ("stop_sequence", FinishReason::Stop),
        ("max_tokens", FinishReason::Length),
        ("tool_use", FinishReason::ToolCalls),
        ("pause_turn", FinishReason::Pause),
        ("refusal", FinishReason::Refusal),
        ("model_context_window_exceeded", FinishReason::ContextFull),
        ("news", FinishReason::Other),
    ] {
        let body = format!(r#"{{"content":[],"stop_reason":"{word}"}}"#);
        let finish = read_whole(&body).unwrap().choices.remove(0).finish.unwrap();
        assert_eq!(finish.reason, reason);
        assert_eq!(finish.detail.is_some(), word == "news");
    }
}

#[test]
fn an_error_in_the_stream_is_the_vendors_fault() {
    let overloaded =
        r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
    assert_eq!(read(&[START, overloaded]).unwrap_err().kind, Kind::Overloaded);
    assert_eq!(read_whole(overloaded).unwrap_err().kind, Kind::Overloaded);
}

#[test]
fn what_is_no_answer_is_never_an_empty_success() {
    for body in [
        "",
        "{}",
        "[]",
        "null",
        "{\"content\":[]}",
        "{\"content\":[{}],\"stop_reason\":\"end_turn\"}",
    ] {
        assert_eq!(read_whole(body).unwrap_err().kind, Kind::UpstreamInvalid, "{body}");
    }
    for end in 0..STREAM.len() - 2 {
        assert_eq!(read(&STREAM[..end]).unwrap_err().kind, Kind::UpstreamInvalid, "{end}");
    }
    // The stop was said: only the last word is missing.
    assert_eq!(read(&STREAM[..STREAM.len() - 1]).unwrap().last(), Some(&Event::Done));
    let stray =
        r#"{"type":"content_block_delta","index":9,"delta":{"type":"text_delta","text":"x"}}"#;
    assert_eq!(read(&[START, stray]).unwrap_err().kind, Kind::UpstreamInvalid);
}
