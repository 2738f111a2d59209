//! Reads answers as strictly as a client may: what is out of order, open at the end, or said twice in two ways is no answer.
//!
//! It shares nothing with the readers of the crate.

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
        (Client::Responses, true) => responses_stream(output),
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

/// The texts of a part or a string of an item: where they are, and the name of their events.
const SAID: [(&str, &str, TextKind); 6] = [
    ("output_text", "text", TextKind::Text),
    ("refusal", "refusal", TextKind::Refusal),
    ("reasoning_text", "text", TextKind::Reasoning),
    ("reasoning_summary_text", "text", TextKind::ReasoningSummary),
    ("function_call_arguments", "arguments", TextKind::ToolArguments),
    ("custom_tool_call_input", "input", TextKind::ToolArguments),
];

type Spot = (u64, String, u64);

fn spot(event: &Value, name: &str) -> Spot {
    let part = event.get("content_index").or_else(|| event.get("summary_index"));
    let name = name.to_owned();
    (event["output_index"].as_u64().unwrap(), name, part.and_then(Value::as_u64).unwrap_or(0))
}

#[derive(Default)]
struct Responses {
    items: BTreeMap<u64, Option<Value>>,
    /// Texts that go on, and those that are whole.
    open: BTreeMap<Spot, String>,
    whole: BTreeMap<Spot, String>,
    parts: usize,
}

fn responses_stream(output: &str) -> Read {
    let (mut read, mut state, mut ended) = (Read::default(), Responses::default(), false);
    for (number, (name, data)) in events(output).into_iter().enumerate() {
        let event = json(&data);
        let kind = text(&event["type"]).to_owned();
        assert!(name.is_none() || name.as_deref() == Some(&kind), "{name:?} is {kind}");
        assert_eq!(event["sequence_number"], number, "{output}");
        assert!(!ended && (number == 0) == (kind == "response.created"), "{kind} in {output}");
        match kind.strip_prefix("response.").unwrap() {
            "created" | "in_progress" => {
                assert_eq!(event["response"]["output"], Value::Array(vec![]))
            }
            "output_item.added" => {
                let index = event["output_index"].as_u64().unwrap();
                assert_eq!(index, state.items.len() as u64);
                state.items.insert(index, None);
            }
            "output_item.done" => state.item_done(&event),
            end @ ("completed" | "incomplete" | "failed") => {
                ended = true;
                let response = &event["response"];
                assert_eq!(text(&response["status"]), end);
                state.ended(response);
                read = whole(Client::Responses, response);
                read.guardrail = event.get("guardrail").cloned();
            }
            other => state.more(other, &event),
        }
    }
    assert!(ended, "{output}");
    read
}

impl Responses {
    fn more(&mut self, kind: &str, event: &Value) {
        let (name, when) = kind.rsplit_once('.').unwrap();
        let index = event["output_index"].as_u64().unwrap();
        assert_eq!(self.items.get(&index), Some(&None), "{kind} behind its item");
        if matches!(name, "content_part" | "reasoning_summary_part") {
            if when == "added" {
                self.parts += 1;
                return;
            }
            self.parts -= 1;
            let part = &event["part"];
            let kind = text(&part["type"]).replace("summary", "reasoning_summary");
            let (_, member, _) = SAID.iter().find(|(of, _, _)| *of == kind).unwrap();
            assert_eq!(self.whole[&spot(event, &kind)], text(&part[*member]));
            return;
        }
        let Some((_, member, _)) = SAID.iter().find(|(of, _, _)| *of == name) else { return };
        let spot = spot(event, name);
        if when == "delta" {
            assert!(!self.whole.contains_key(&spot), "{spot:?} goes on behind its end");
            return self.open.entry(spot).or_default().push_str(text(&event["delta"]));
        }
        let said = self.open.remove(&spot).unwrap_or_default();
        assert_eq!(said, text(&event[*member]), "{spot:?}");
        self.whole.insert(spot, said);
    }

    fn item_done(&mut self, event: &Value) {
        let index = event["output_index"].as_u64().unwrap();
        let item = &event["item"];
        assert!(self.open.keys().all(|(of, _, _)| *of != index), "{item} is open");
        for (number, part) in (0..).zip(item["content"].as_array().into_iter().flatten()) {
            let kind = text(&part["type"]).to_owned();
            let member = if kind == "refusal" { "refusal" } else { "text" };
            assert_eq!(self.whole[&(index, kind, number)], text(&part[member]));
        }
        for (number, part) in (0..).zip(item["summary"].as_array().into_iter().flatten()) {
            let kind = "reasoning_summary_text".to_owned();
            assert_eq!(self.whole[&(index, kind, number)], text(&part["text"]));
        }
        for (name, member, _) in SAID.iter().skip(4) {
            if let Some(said) = self.whole.get(&(index, (*name).to_owned(), 0)) {
                assert_eq!(said, text(&item[*member]));
            }
        }
        assert_eq!(self.items.insert(index, Some(item.clone())), Some(None), "{index} ends twice");
    }

    fn ended(&self, response: &Value) {
        assert!(self.open.is_empty() && self.parts == 0, "{:?}", self.open);
        let items: Vec<Value> =
            self.items.values().map(|item| item.clone().expect("an item is open")).collect();
        assert_eq!(response["output"], Value::Array(items));
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
                .for_each(|item| whole_item(&mut read, item));
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

fn whole_item(read: &mut Read, item: &Value) {
    for part in item["content"].as_array().into_iter().flatten() {
        let kind = text(&part["type"]);
        let (_, member, kind) = SAID.iter().find(|(of, _, _)| *of == kind).unwrap();
        read.say(0, *kind, text(&part[*member]));
    }
    for part in item["summary"].as_array().into_iter().flatten() {
        read.say(0, TextKind::ReasoningSummary, text(&part["text"]));
    }
    for member in ["arguments", "input"] {
        if let Some(said) = item.get(member) {
            read.say(0, TextKind::ToolArguments, text(said));
            read.calls.push(item["status"] != "incomplete");
        }
    }
}
