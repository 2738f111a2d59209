//! Streamed answers.

use crate::fixtures::{collect, read, stream, whole};
use postern_dialect::chat::{Delta, Event, FinishReason, Kind, Slot};
use postern_dialect::{Memo, ReadAnswer, google};
use postern_fault::Kind as FaultKind;
use serde_json::{Value, json};

fn chunk(parts: Value) -> Value {
    json!({
        "candidates": [{ "content": { "role": "model", "parts": parts }, "index": 0 }],
        "usageMetadata": { "promptTokenCount": 4, "totalTokenCount": 4 },
        "modelVersion": "gemini-2.5-flash",
        "responseId": "mAitaLmkHPPlz7IPvtfUqQ4",
    })
}

/// An answer in events is the same as in one piece; the last event is `last`, with the finish.
fn same(chunks: Vec<Value>, last: Value, all: Value) {
    let mut events: Vec<Value> = chunks.into_iter().map(chunk).collect();
    events.push(whole(last, "STOP"));
    let (streamed, end) = stream(&events);
    end.unwrap();
    assert_eq!(streamed.last(), Some(&Event::Done));
    assert_eq!(collect(streamed), read(&whole(all, "STOP")));
}

#[test]
fn streamed_and_whole_text_thoughts_calls_and_sound_are_the_same() {
    same(
        vec![json!([{ "text": "Hel" }]), json!([{ "text": "lo" }])],
        json!([{ "text": "" }]),
        json!([{ "text": "Hello" }]),
    );
    same(
        vec![
            json!([{ "text": "h", "thought": true }]),
            json!([{ "text": "m", "thought": true, "thoughtSignature": "UzA=" }]),
            json!([{ "text": "a" }]),
            json!([{ "functionCall": { "name": "f", "args": { "z": 1 } }, "thoughtSignature": "UzE=" }]),
            json!([{ "functionCall": { "name": "f", "args": { "z": 2 } } }]),
        ],
        json!([{ "text": "", "thoughtSignature": "UzI=" }]),
        json!([
            { "text": "hm", "thought": true, "thoughtSignature": "UzA=" },
            { "text": "a" },
            { "functionCall": { "name": "f", "args": { "z": 1 } }, "thoughtSignature": "UzE=" },
            { "functionCall": { "name": "f", "args": { "z": 2 } } },
            { "text": "", "thoughtSignature": "UzI=" },
        ]),
    );
    let sound = |data: &str| json!([{ "inlineData": { "mimeType": "audio/L16", "data": data } }]);
    same(vec![sound("AQI="), sound("AwQ="), sound("BQYH")], json!([]), sound("AQIDBAUGBw=="));
}

#[test]
fn events_come_as_soon_as_they_are_known() {
    let mut reader = google::Reader::new(&Memo::default());
    let mut events = Vec::new();
    reader.event(None, &chunk(json!([{ "text": "a" }])).to_string(), &mut events).unwrap();
    let slot = Slot::default();
    assert!(matches!(&events[0], Event::Started { id, .. } if id == "mAitaLmkHPPlz7IPvtfUqQ4"));
    assert_eq!(events[1], Event::Begun(slot, Kind::Text));
    assert_eq!(events[2], Event::Delta(slot, Delta::Text("a".into())));
    assert!(matches!(events[3], Event::Usage(_)));
}

#[test]
fn counts_that_every_event_repeats_are_not_summed() {
    let mut events = vec![chunk(json!([{ "text": "a" }])), chunk(json!([{ "text": "b" }]))];
    events.push(whole(json!([{ "text": "c" }]), "STOP"));
    let usage = collect(stream(&events).0).usage.unwrap();
    assert_eq!((usage.input_tokens, usage.output_tokens), (4, 6));
}

#[test]
fn a_call_in_an_earlier_event_ends_the_answer_as_a_call() {
    let call = json!([{ "functionCall": { "name": "f", "args": {} } }]);
    let (events, end) = stream(&[chunk(call), whole(json!([{ "text": "" }]), "STOP")]);
    end.unwrap();
    assert_eq!(collect(events).choices[0].finish, Some(FinishReason::ToolCalls.into()));
}

#[test]
fn a_stream_that_ends_without_a_reason_is_not_whole() {
    for events in [vec![], vec![chunk(json!([{ "text": "a" }]))], vec![json!({})]] {
        let fault = stream(&events).1.unwrap_err();
        assert_eq!(fault.kind, FaultKind::UpstreamInvalid);
    }
}

#[test]
fn an_error_in_a_stream_is_told_as_what_it_is() {
    let error = json!({ "error": {
        "code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE",
    } });
    for error in [error.clone(), json!([error])] {
        let fault = stream(&[chunk(json!([{ "text": "a" }])), error]).1.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Overloaded);
    }
}

#[test]
fn unknown_fields_and_a_text_after_the_reason_do_no_harm() {
    let mut odd = whole(json!([{ "text": "a", "partMetadata": { "x": 1 } }]), "STOP");
    odd["candidates"][0]["safetyRatings"] = json!([{ "category": "X" }]);
    odd["modelStatus"] = json!({ "modelStage": "STABLE" });
    let (events, end) = stream(&[odd, chunk(json!([{ "text": "b" }]))]);
    end.unwrap();
    let answer = collect(events);
    assert_eq!(answer.choices[0].parts.len(), 1);
    assert_eq!(answer.choices[0].finish, Some(FinishReason::Stop.into()));
}
