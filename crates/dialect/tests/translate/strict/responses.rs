//! Responses: each text is said in pieces, then whole with its own end, its part's, its item's and the response's.

use super::{Read, events, json, text, whole};
use crate::trials::Client;
use postern_types::provider::TextKind;
use serde_json::Value;
use std::collections::BTreeMap;

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

pub fn stream(output: &str) -> Read {
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

pub fn item(read: &mut Read, item: &Value) {
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
