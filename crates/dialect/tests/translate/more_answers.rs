//! Answers with the kinds of text that few vendors have: refusals, custom tools, thoughts in full, speech, several choices.

use crate::fixtures::vendor;
use crate::trials::Texts;
use postern_dialect::translate::{AnswerHead, Decoder};
use postern_dialect::{Dialect, Facts, Vendor};
use postern_event_stream::Parser;
use postern_types::provider::TextKind;
use serde_json::{Value, json};

pub struct Said {
    pub vendor: Dialect,
    pub name: &'static str,
    pub stream: bool,
    pub text: String,
}

pub fn all() -> Vec<Said> {
    let said = |vendor, name, stream, text| Said { vendor, name, stream, text };
    vec![
        said(Dialect::OpenAi, "kinds", true, chat_stream()),
        said(Dialect::OpenAi, "kinds", false, chat_whole()),
        said(Dialect::Responses, "kinds", true, responses_stream()),
        said(Dialect::Responses, "kinds", false, responses_whole()),
        said(Dialect::Responses, "words", true, responses_stream_of(thoughts_in_words())),
        said(
            Dialect::Responses,
            "words",
            false,
            response("completed", thoughts_in_words()).to_string(),
        ),
        said(Dialect::OpenAi, "summary", true, summary_stream()),
        said(Dialect::OpenAi, "summary", false, summary_whole()),
        said(Dialect::OpenAi, "native", true, completions_stream()),
        said(Dialect::OpenAi, "native", false, completions_whole()),
    ]
}

/// Of a vendor that has completions.
pub fn native(facts: &Facts, media_type: &str, segments: bool) -> Decoder {
    let head =
        AnswerHead { content_type: media_type.to_owned(), segments, ..AnswerHead::default() };
    Decoder::new(&Vendor { native: true, ..vendor(Dialect::OpenAi) }, facts, head)
}

fn data(events: &[Value]) -> String {
    events.iter().map(|event| format!("data: {event}\n\n")).collect()
}

fn chat_stream() -> String {
    let chunk = |choice: Value| {
        json!({ "id": "c1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "m",
            "choices": [choice] })
    };
    let delta = |delta: Value| chunk(json!({ "index": 0, "delta": delta, "finish_reason": null }));
    let logprob = json!({ "content": [{ "token": "Hello", "logprob": -0.1, "bytes": null,
        "top_logprobs": [] }], "refusal": null });
    let call = |call: Value| delta(json!({ "tool_calls": [call] }));
    let mut stream = data(&[
        delta(json!({ "role": "assistant", "content": "" })),
        delta(json!({ "reasoning_content": "Let me " })),
        delta(json!({ "reasoning_content": "think.", "reasoning": "think." })),
        chunk(
            json!({ "index": 0, "delta": { "content": "Hello" }, "logprobs": logprob, "finish_reason": null }),
        ),
        delta(json!({ "content": ", world" })),
        delta(json!({ "refusal": "I will not " })),
        delta(json!({ "refusal": "do that." })),
        delta(json!({ "audio": { "id": "a1", "transcript": "I said " } })),
        delta(json!({ "audio": { "transcript": "it aloud." } })),
        call(
            json!({ "index": 0, "id": "k0", "type": "function", "function": { "name": "f", "arguments": "" } }),
        ),
        call(json!({ "index": 0, "function": { "arguments": "{\"a\":" } })),
        call(json!({ "index": 0, "function": { "arguments": "\"bcdefg\"}" } })),
        call(
            json!({ "index": 1, "id": "k1", "type": "custom", "custom": { "name": "patch", "input": "" } }),
        ),
        call(json!({ "index": 1, "custom": { "input": "*** Begin" } })),
        chunk(json!({ "index": 0, "delta": {}, "finish_reason": "tool_calls" })),
    ]);
    stream += "data: [DONE]\n\n";
    stream
}

fn chat_whole() -> String {
    json!({ "id": "c1", "object": "chat.completion", "created": 1_700_000_000, "model": "m", "choices": [{
        "index": 0,
        "message": {
            "role": "assistant", "content": "Hello, world", "refusal": "I will not do that.",
            "reasoning_content": "Let me think.",
            "audio": { "id": "a1", "data": "AAAA", "transcript": "I said it aloud.", "expires_at": 1 },
            "tool_calls": [
                { "id": "k0", "type": "function", "function": { "name": "f", "arguments": "{\"a\":\"bcdefg\"}" } },
                { "id": "k1", "type": "custom", "custom": { "name": "patch", "input": "*** Begin" } },
            ],
        },
        "logprobs": { "content": [{ "token": "Hello", "logprob": -0.1, "bytes": null, "top_logprobs": [] }] },
        "finish_reason": "tool_calls",
    }]})
    .to_string()
}

/// The items of an answer, as they are at their end.
fn items() -> Vec<Value> {
    let logprobs =
        json!([{ "token": "Hello, world", "logprob": -0.1, "bytes": [], "top_logprobs": [] }]);
    vec![
        json!({ "id": "rs_1", "type": "reasoning", "status": "completed", "encrypted_content": "sealed==",
            "summary": [{ "type": "summary_text", "text": "First I looked." },
                { "type": "summary_text", "text": "Then I knew." }] }),
        json!({ "id": "msg_1", "type": "message", "status": "completed", "role": "assistant", "content": [
            { "type": "output_text", "text": "Hello, world", "annotations": [], "logprobs": logprobs },
            { "type": "refusal", "refusal": "I will not do that." }] }),
        json!({ "id": "fc_1", "type": "function_call", "status": "completed", "call_id": "k0", "name": "f",
            "arguments": "{\"a\":\"bcdefg\"}" }),
        json!({ "id": "ct_1", "type": "custom_tool_call", "status": "completed", "call_id": "k1",
            "name": "patch", "input": "*** Begin" }),
    ]
}

fn response(status: &str, output: Vec<Value>) -> Value {
    json!({ "id": "resp_1", "object": "response", "created_at": 1_700_000_000, "status": status,
        "error": null, "incomplete_details": null, "model": "m", "output": output })
}

/// Of models that run where thoughts are public.
fn thoughts_in_words() -> Vec<Value> {
    vec![
        json!({ "id": "rs_1", "type": "reasoning", "status": "completed", "summary": [],
            "content": [{ "type": "reasoning_text", "text": "Let me think." }] }),
        json!({ "id": "msg_1", "type": "message", "status": "completed", "role": "assistant", "content": [
            { "type": "output_text", "text": "Hello, world", "annotations": [] }] }),
    ]
}

fn summary_detail(summary: &str) -> Value {
    json!([{ "type": "reasoning.summary", "summary": summary, "index": 0, "format": "x" }])
}

fn summary_stream() -> String {
    let chunk = |delta: Value, finish: Value| {
        json!({ "id": "c1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "m",
            "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }] })
    };
    let mut stream = data(&[
        chunk(
            json!({ "role": "assistant", "reasoning_details": summary_detail("First I ") }),
            Value::Null,
        ),
        chunk(json!({ "reasoning_details": summary_detail("looked.") }), Value::Null),
        chunk(json!({ "content": "Hello, world" }), Value::Null),
        chunk(json!({}), json!("stop")),
    ]);
    stream += "data: [DONE]\n\n";
    stream
}

fn summary_whole() -> String {
    json!({ "id": "c1", "object": "chat.completion", "created": 1_700_000_000, "model": "m", "choices": [{
        "index": 0, "finish_reason": "stop",
        "message": { "role": "assistant", "content": "Hello, world",
            "reasoning_details": summary_detail("First I looked.") },
    }]})
    .to_string()
}

fn responses_whole() -> String {
    response("completed", items()).to_string()
}

/// Numbers the events.
struct Events(Vec<Value>);

impl Events {
    fn say(&mut self, kind: &str, at: Value, more: Value) {
        let mut event = json!({ "type": kind, "sequence_number": self.0.len() });
        for members in [at, more] {
            event.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        }
        self.0.push(event);
    }

    /// A text in two pieces and its end.
    fn text(&mut self, name: &str, member: &str, at: &Value, text: &str) {
        let (first, second) = text.split_at(6);
        for delta in [first, second] {
            self.say(&format!("response.{name}.delta"), at.clone(), json!({ "delta": delta }));
        }
        self.say(&format!("response.{name}.done"), at.clone(), json!({ member: text }));
    }

    fn part(&mut self, name: &str, text: &str, member: &str, at: &Value, part: &Value) {
        let mut empty = part.clone();
        empty[member] = json!("");
        if part.get("logprobs").is_some() {
            empty["logprobs"] = json!([]);
        }
        let whole = part[member].as_str().unwrap();
        self.say(&format!("response.{name}.added"), at.clone(), json!({ "part": empty }));
        self.text(text, member, at, whole);
        self.say(&format!("response.{name}.done"), at.clone(), json!({ "part": part }));
    }
}

fn responses_stream() -> String {
    responses_stream_of(items())
}

fn responses_stream_of(items: Vec<Value>) -> String {
    let whole = response("completed", items.clone());
    let mut events = Events(Vec::new());
    events.say(
        "response.created",
        json!({}),
        json!({ "response": response("in_progress", vec![]) }),
    );
    for (index, item) in items.into_iter().enumerate() {
        let mut begun = item.clone();
        for (member, empty) in [
            ("content", json!([])),
            ("summary", json!([])),
            ("arguments", json!("")),
            ("input", json!("")),
        ] {
            if begun.get(member).is_some() {
                begun[member] = empty;
            }
        }
        begun.as_object_mut().unwrap().remove("encrypted_content");
        let at = json!({ "output_index": index });
        events.say("response.output_item.added", at.clone(), json!({ "item": begun }));
        let id = item["id"].clone();
        let at_part = |name: &str, number: usize| json!({ "item_id": id, "output_index": index, name: number });
        for (number, part) in item["summary"].as_array().into_iter().flatten().enumerate() {
            let at = at_part("summary_index", number);
            events.part("reasoning_summary_part", "reasoning_summary_text", "text", &at, part);
        }
        for (number, part) in item["content"].as_array().into_iter().flatten().enumerate() {
            let at = at_part("content_index", number);
            match part["type"].as_str().unwrap() {
                "refusal" => events.part("content_part", "refusal", "refusal", &at, part),
                "reasoning_text" => {
                    events.part("content_part", "reasoning_text", "text", &at, part)
                }
                _ => events.part("content_part", "output_text", "text", &at, part),
            }
        }
        let at_item = json!({ "item_id": id, "output_index": index });
        if let Some(arguments) = item["arguments"].as_str() {
            events.text("function_call_arguments", "arguments", &at_item, arguments);
        }
        if let Some(input) = item["input"].as_str() {
            events.text("custom_tool_call_input", "input", &at_item, input);
        }
        events.say("response.output_item.done", at, json!({ "item": item }));
    }
    events.say("response.completed", json!({}), json!({ "response": whole }));
    data(&events.0)
}

fn completion(choices: Value) -> Value {
    json!({ "id": "cmpl-1", "object": "text_completion", "created": 1_700_000_000, "model": "m",
        "choices": choices })
}

fn completions_stream() -> String {
    let logprobs = json!({ "tokens": ["Once "], "token_logprobs": [-0.1], "top_logprobs": null,
        "text_offset": [0] });
    let said = |index: u32, text: &str, finish: Value| {
        completion(
            json!([{ "text": text, "index": index, "logprobs": logprobs, "finish_reason": finish }]),
        )
    };
    let mut stream = data(&[
        said(0, "Once upon", Value::Null),
        said(0, " a time", Value::Null),
        said(0, "", json!("stop")),
    ]);
    stream += "data: [DONE]\n\n";
    stream
}

fn completions_whole() -> String {
    completion(json!([
        { "text": "Once upon a time", "index": 0, "logprobs": null, "finish_reason": "stop" },
        { "text": "Long ago there", "index": 1, "logprobs": null, "finish_reason": "length" },
    ]))
    .to_string()
}

/// What a client of completions makes of an answer.
pub fn heard_completions(output: &str, stream: bool) -> Texts {
    let mut texts = Texts::default();
    let objects: Vec<Value> = match stream {
        false => vec![serde_json::from_str(output).unwrap()],
        true => {
            let (mut parser, mut data) = (Parser::new(1 << 20), Vec::new());
            parser.push(output);
            parser.finish();
            while let Some(event) = parser.next_event().unwrap() {
                data.extend(event.data.map(|data| data.into_owned()));
            }
            assert_eq!(data.pop().as_deref(), Some("[DONE]"), "{output}");
            data.iter().map(|data| serde_json::from_str(data).unwrap()).collect()
        }
    };
    for choice in objects.iter().flat_map(|object| object["choices"].as_array().unwrap()) {
        let index = choice["index"].as_u64().unwrap() as u32;
        texts.add(index, TextKind::Text, choice["text"].as_str().unwrap(), false);
    }
    texts
}
