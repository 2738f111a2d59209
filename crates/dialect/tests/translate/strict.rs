//! Reads answers as strictly as a client may: what is out of order, open at the end, or said twice in two ways is no answer.
//!
//! It shares nothing with the readers of the crate.

mod responses;

use crate::trials::Client;
use postern_event_stream::Parser;
use postern_types::provider::TextKind;
use serde_json::Value;
use std::collections::BTreeMap;

/// What of an answer matters here.
#[derive(Debug, Default)]
pub struct Read {
    /// All texts of a choice and kind, one behind the other.
    pub texts: BTreeMap<(u64, u8), String>,
    /// Why each choice has ended.
    pub finishes: Vec<String>,
    pub guardrail: Option<Value>,
    pub usage: Option<Value>,
    /// Whether each call says that it is whole.
    pub calls: Vec<bool>,
}

impl Read {
    fn say(&mut self, choice: u64, kind: TextKind, text: &str) {
        self.texts.entry((choice, kind as u8)).or_default().push_str(text);
    }

    pub fn text(&self, choice: u64, kind: TextKind) -> &str {
        self.texts.get(&(choice, kind as u8)).map_or("", String::as_str)
    }
}

pub fn read(client: Client, stream: bool, output: &str) -> Read {
    match (client, stream) {
        (Client::Chat | Client::Completions, true) => chat_stream(output),
        (Client::Responses, true) => responses::stream(output),
        (Client::Anthropic, true) => anthropic_stream(output),
        (_, false) => whole(client, &json(output)),
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Names and data.
fn events(output: &str) -> Vec<(Option<String>, String)> {
    let (mut parser, mut events) = (Parser::new(1 << 20), Vec::new());
    parser.push(output);
    parser.finish();
    while let Some(event) = parser.next_event().unwrap() {
        assert!(event.complete, "{output}");
        let Some(data) = event.data.filter(|data| !data.is_empty()) else { continue };
        events.push((event.name.map(str::to_owned), data.into_owned()));
    }
    events
}

/// The words of a delta, a message or a completion.
fn chat_words(read: &mut Read, index: u64, said: &Value) {
    for (kind, words) in [
        (TextKind::Text, &said["content"]),
        (TextKind::Text, &said["text"]),
        (TextKind::Refusal, &said["refusal"]),
        (TextKind::Transcript, &said["audio"]["transcript"]),
    ] {
        read.say(index, kind, text(words));
    }
    let thoughts = text(&said["reasoning_content"]);
    let thoughts = if thoughts.is_empty() { text(&said["reasoning"]) } else { thoughts };
    read.say(index, TextKind::Reasoning, thoughts);
}

fn chat_stream(output: &str) -> Read {
    let mut read = Read::default();
    let mut events = events(output);
    assert_eq!(events.pop().map(|(_, data)| data).as_deref(), Some("[DONE]"), "{output}");
    let (mut id, mut ended) = (String::new(), BTreeMap::new());
    for (_, data) in events {
        let chunk = json(&data);
        assert!(read.usage.is_none(), "behind the usage: {output}");
        let own = text(&chunk["id"]);
        assert!(id.is_empty() || own == id, "{own} and {id}");
        id = own.to_owned();
        if let Some(why) = chunk.get("guardrail") {
            assert!(read.guardrail.get_or_insert(why.clone()) == why);
        }
        let choices = chunk["choices"].as_array().unwrap();
        if choices.is_empty() && chunk["usage"].is_object() {
            assert!(ended.values().all(|ended| *ended), "{output}");
            read.usage = Some(chunk["usage"].clone());
        }
        for choice in choices {
            let index = choice["index"].as_u64().unwrap();
            let begins = !ended.contains_key(&index);
            let is_ended = ended.entry(index).or_insert(false);
            assert!(!*is_ended, "a choice goes on behind its end: {output}");
            let is_chat = choice.get("delta").is_some();
            assert!(!begins || !is_chat || choice["delta"]["role"] == "assistant", "{output}");
            chat_words(&mut read, index, if is_chat { &choice["delta"] } else { choice });
            if let Some(finish) = choice["finish_reason"].as_str() {
                *is_ended = true;
                read.finishes.push(finish.to_owned());
            }
        }
    }
    assert!(ended.values().all(|ended| *ended) && !ended.is_empty(), "{output}");
    read
}

fn anthropic_stream(output: &str) -> Read {
    let mut read = Read::default();
    let (mut blocks, mut open): (u64, Option<(u64, String)>) = (0, None);
    let (mut begun, mut delta, mut stopped) = (false, false, false);
    for (name, data) in events(output) {
        let event = json(&data);
        let kind = text(&event["type"]).to_owned();
        assert!(name.is_none() || name.as_deref() == Some(&kind), "{name:?} is {kind}");
        assert!(!stopped && begun != (kind == "message_start"), "{kind} in {output}");
        match kind.as_str() {
            "message_start" => {
                begun = true;
                assert_eq!(event["message"]["content"], Value::Array(Vec::new()));
                assert!(event["message"]["stop_reason"].is_null());
            }
            "content_block_start" => {
                assert!(open.is_none() && !delta, "{output}");
                assert_eq!(event["index"], blocks, "{output}");
                let block = &event["content_block"];
                open = Some((blocks, text(&block["type"]).to_owned()));
                blocks += 1;
                read.say(0, TextKind::Text, text(&block["text"]));
                read.say(0, TextKind::Reasoning, text(&block["thinking"]));
            }
            "content_block_delta" => {
                let (index, block) = open.as_ref().unwrap_or_else(|| panic!("{output}"));
                assert_eq!(event["index"], *index);
                let (kind, member, of) = match text(&event["delta"]["type"]) {
                    "text_delta" => (TextKind::Text, "text", "text"),
                    "thinking_delta" => (TextKind::Reasoning, "thinking", "thinking"),
                    "input_json_delta" => (TextKind::ToolArguments, "partial_json", "tool_use"),
                    _ => continue,
                };
                assert_eq!(block, of);
                read.say(0, kind, text(&event["delta"][member]));
            }
            "content_block_stop" => {
                assert_eq!(open.take().map(|(index, _)| index), event["index"].as_u64());
            }
            "message_delta" => {
                assert!(open.is_none() && !delta, "{output}");
                delta = true;
                assert!(event["usage"]["output_tokens"].is_u64());
                read.finishes.push(text(&event["delta"]["stop_reason"]).to_owned());
                read.guardrail = event.get("guardrail").cloned();
                read.usage = Some(event["usage"].clone());
                refuses(&event["delta"]);
            }
            "message_stop" => {
                assert!(delta);
                stopped = true;
            }
            "ping" => {}
            other => panic!("{other}"),
        }
    }
    assert!(stopped, "{output}");
    read
}

/// Details are there for a refusal of the gateway's own.
fn refuses(stop: &Value) {
    if let Some(details) = stop["stop_details"].as_object() {
        assert_eq!(stop["stop_reason"], "refusal");
        assert_eq!((&details["type"], &details["category"]), (&"refusal".into(), &Value::Null));
        assert!(details["explanation"].is_string());
    }
}

fn whole(client: Client, answer: &Value) -> Read {
    let mut read = Read { guardrail: answer.get("guardrail").cloned(), ..Read::default() };
    read.usage = answer.get("usage").filter(|usage| usage.is_object()).cloned();
    match client {
        Client::Anthropic => {
            refuses(answer);
            read.finishes.push(text(&answer["stop_reason"]).to_owned());
            for block in answer["content"].as_array().unwrap() {
                read.say(0, TextKind::Text, text(&block["text"]));
                read.say(0, TextKind::Reasoning, text(&block["thinking"]));
                read.calls.extend((block["type"] == "tool_use").then_some(true));
            }
        }
        Client::Responses => {
            let reason = text(&answer["incomplete_details"]["reason"]);
            let status = text(&answer["status"]);
            assert_eq!(reason.is_empty(), status != "incomplete");
            read.finishes.push(if reason.is_empty() { status } else { reason }.to_owned());
            answer["output"]
                .as_array()
                .unwrap()
                .iter()
                .for_each(|item| responses::item(&mut read, item));
        }
        Client::Chat | Client::Completions => {
            for choice in answer["choices"].as_array().unwrap() {
                let index = choice["index"].as_u64().unwrap();
                read.finishes.push(text(&choice["finish_reason"]).to_owned());
                chat_words(&mut read, index, choice.get("message").unwrap_or(choice));
                let calls = choice["message"]["tool_calls"].as_array();
                assert!(calls.is_none_or(|calls| !calls.is_empty()));
                read.calls.extend(calls.into_iter().flatten().map(|_| true));
            }
        }
    }
    read
}
