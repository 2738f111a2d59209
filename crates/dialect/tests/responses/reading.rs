//! A vendor's answers, whole and in events.

use crate::fixtures::{collected, everything, read, streamed, written};
use postern_dialect::chat::{Content, FinishReason};
use postern_dialect::{Dialect, responses};
use serde_json::{Value, json};

#[test]
fn reads_every_part_of_a_whole_answer() {
    let answer = everything();
    let choice = &answer.choices[0];
    let [thought, text, refusal, call, custom, search] = choice.parts.as_slice() else {
        panic!("{choice:?}")
    };
    let Content::Reasoning(thought) = &thought.content else { panic!() };
    assert_eq!(thought.summary, ["First.", "Then."]);
    let sealed = thought.sealed.as_ref().unwrap();
    assert_eq!(
        (sealed.maker, sealed.id.as_deref(), sealed.data.as_str()),
        (Dialect::Responses, Some("rs_1"), "gAAA")
    );
    assert_eq!(text.content, Content::Text("See è 😀.".to_owned()));
    assert_eq!(text.annotations[0].range, Some((0, 3)));
    assert_eq!(refusal.content, Content::Refusal("Not that.".to_owned()));
    let Content::ToolCall(call) = &call.content else { panic!() };
    // Keys in the model's order.
    assert_eq!((call.id.as_str(), call.arguments.as_str()), ("call_1", r#"{"b":1,"a":2}"#));
    let Content::ToolCall(custom) = &custom.content else { panic!() };
    assert!(custom.custom && custom.arguments == "free text");
    assert!(matches!(&search.content, Content::Foreign(Dialect::Responses, _)));
    assert_eq!(choice.finish.as_ref().unwrap().reason, FinishReason::ToolCalls);
    assert_eq!(choice.logprobs.len(), 1);
    let usage = answer.usage.unwrap();
    assert_eq!(
        (usage.input_tokens, usage.cached_input_tokens, usage.cache_write_tokens),
        (10, 4, 1)
    );
    assert_eq!((usage.output_tokens, usage.reasoning_tokens), (7, 3));
}

#[test]
fn a_stream_says_what_the_whole_says() {
    let events = written(streamed(everything()));
    let whole = responses::read_whole(&events.last().unwrap()["response"].to_string()).unwrap();
    assert_eq!(collected(read(&events).unwrap()), whole);
    // A server that leaves events out says the same in the end.
    let terse: Vec<Value> = events
        .iter()
        .filter(|event| !event["type"].as_str().unwrap().ends_with("delta"))
        .filter(|event| !event["type"].as_str().unwrap().ends_with("added"))
        .cloned()
        .collect();
    assert_eq!(collected(read(&terse).unwrap()), whole);
    assert_eq!(collected(read(&events[events.len() - 1..]).unwrap()), whole);
}

#[test]
fn what_a_writer_writes_a_reader_reads_back() {
    let mut answer = everything();
    let mut again = collected(read(&written(streamed(answer.clone()))).unwrap());
    // The seal's id goes into an envelope, since the item has an id of its own.
    for parts in [&mut answer, &mut again].map(|answer| &mut answer.choices[0].parts) {
        let Content::Reasoning(thought) = &mut parts[0].content else { panic!() };
        thought.sealed = None;
    }
    assert_eq!(again, answer);
}

#[test]
fn unknown_events_and_fields_say_nothing() {
    let mut events = written(streamed(everything()));
    let expected = collected(read(&events).unwrap());
    events.insert(
        3,
        json!({ "type": "response.new.delta", "delta": { "x": 1 }, "output_index": "?" }),
    );
    events.insert(5, json!({ "type": "keepalive", "sequence_number": 3 }));
    events[2]["item"]["new"] = json!(1);
    assert_eq!(collected(read(&events).unwrap()), expected);
}

#[test]
fn reads_why_an_answer_ended() {
    let message = json!({ "type": "message", "content": [{ "type": "output_text", "text": "x" }] });
    let call = json!({ "type": "function_call", "call_id": "c", "name": "f", "arguments": "{\"a" });
    let refusal = json!({ "type": "message", "content": [{ "type": "refusal", "refusal": "x" }] });
    for (output, reason, expected) in [
        (&message, None, FinishReason::Stop),
        (&call, None, FinishReason::ToolCalls),
        (&refusal, None, FinishReason::Refusal),
        (&call, Some("max_output_tokens"), FinishReason::Length),
        (&message, Some("content_filter"), FinishReason::ContentFilter),
        (&message, Some("steered"), FinishReason::Other),
    ] {
        let status = if reason.is_some() { "incomplete" } else { "completed" };
        let details = reason.map(|reason| json!({ "reason": reason }));
        let body = json!({ "status": status, "incomplete_details": details, "output": [output] });
        let answer = responses::read_whole(&body.to_string()).unwrap();
        assert_eq!(answer.choices[0].finish.as_ref().unwrap().reason, expected, "{body}");
    }
}

#[test]
fn counts_that_cannot_be_are_none() {
    for usage in [json!({}), json!("1"), json!({ "input_tokens": u64::MAX, "output_tokens": -1 })] {
        let body = json!({ "status": "completed", "output": [], "usage": usage });
        assert_eq!(responses::read_whole(&body.to_string()).unwrap().usage, None);
    }
}
