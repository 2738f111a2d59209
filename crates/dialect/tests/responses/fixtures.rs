//! What the tests share.

use postern_dialect::chat::{Answer, Collector, Delta, Event, Losses, Request};
use postern_dialect::{Context, Memo, ReadAnswer, WriteAnswer, responses};
use postern_fault::Fault;
use serde_json::{Value, json};

/// A request with these members beside its model.
pub fn with(members: Value) -> String {
    let mut body = json!({ "model": "m" });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    body.to_string()
}

pub fn decoded(members: Value) -> (Request, Losses) {
    responses::decode(&with(members)).unwrap()
}

pub fn losses(losses: &Losses) -> Vec<&str> {
    losses.0.iter().map(|loss| loss.path.as_str()).collect()
}

pub fn context(request: &str) -> Context {
    Context {
        request_id: "r1".to_owned(),
        unix_s: 1_700_000_000,
        model: "m".to_owned(),
        usage_in_stream: true,
        memo: Memo { echo: Some(responses::echo(request)), ..Memo::default() },
    }
}

/// The events of a stream that a writer makes of the hub's.
pub fn written(events: Vec<Event>) -> Vec<Value> {
    let mut writer = responses::Writer::new(context("{}"));
    let mut out = String::new();
    events.into_iter().for_each(|event| writer.event(event, &mut out));
    let events: Vec<Value> = out
        .split_terminator("\n\n")
        .map(|event| {
            let (name, data) = event.split_once('\n').unwrap();
            let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            assert_eq!(name.strip_prefix("event: ").unwrap(), data["type"]);
            data
        })
        .collect();
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], number);
    }
    events
}

pub fn whole(answer: Answer) -> Value {
    serde_json::from_str(&responses::Writer::new(context("{}")).whole(answer)).unwrap()
}

/// The hub's events of a vendor's.
pub fn read(stream: &[Value]) -> Result<Vec<Event>, Fault> {
    let mut reader = responses::Reader::new(&Memo::default());
    let mut events = Vec::new();
    for event in stream {
        reader.event(event["type"].as_str(), &event.to_string(), &mut events)?;
    }
    reader.end(&mut events)?;
    Ok(events)
}

pub fn collected(events: Vec<Event>) -> Answer {
    let mut collector = Collector::default();
    events.into_iter().for_each(|event| collector.push(event));
    collector.finish()
}

/// The events of an answer as vendors stream them: the probabilities of tokens with the text.
pub fn streamed(answer: Answer) -> Vec<Event> {
    let (probabilities, mut events): (Vec<Event>, Vec<Event>) =
        answer.into_events().into_iter().partition(|event| matches!(event, Event::Logprobs(..)));
    let said = |event: &Event| matches!(event, Event::Delta(_, Delta::Text(_)));
    let at = events.iter().position(said).map_or(events.len(), |at| at + 1);
    events.splice(at..at, probabilities);
    events
}

/// An answer with everything that both sides have.
pub fn everything() -> Answer {
    let response = json!({
        "id": "resp_1", "object": "response", "created_at": 1_700_000_000, "model": "gpt",
        "status": "completed", "service_tier": "default", "error": null,
        "output": [
            { "type": "reasoning", "id": "rs_1", "summary": [
                { "type": "summary_text", "text": "First." },
                { "type": "summary_text", "text": "Then." } ],
              "encrypted_content": "gAAA" },
            { "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
              "content": [
                { "type": "output_text", "text": "See è 😀.", "annotations": [
                    { "type": "url_citation", "url": "https://a.example", "title": "A",
                      "start_index": 0, "end_index": 3 } ],
                  "logprobs": [ { "token": "See", "logprob": -0.1, "bytes": [83], "top_logprobs": [] } ] },
                { "type": "refusal", "refusal": "Not that." } ] },
            { "type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f",
              "arguments": "{\"b\":1,\"a\":2}", "status": "completed" },
            { "type": "custom_tool_call", "id": "ctc_1", "call_id": "call_2", "name": "g",
              "input": "free text" },
            { "type": "web_search_call", "id": "ws_1", "status": "completed",
              "action": { "type": "search", "query": "q" } } ],
        "usage": { "input_tokens": 10, "input_tokens_details": { "cached_tokens": 4, "cache_write_tokens": 1 },
            "output_tokens": 7, "output_tokens_details": { "reasoning_tokens": 3 }, "total_tokens": 17 },
    });
    responses::read_whole(&response.to_string()).unwrap()
}
