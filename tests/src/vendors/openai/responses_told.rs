//! The story in the words of Responses, whole and in events
//! (<https://platform.openai.com/docs/api-reference/responses-streaming>).

use super::told::CREATED;
use crate::vendors::reply::{Event, typed};
use crate::vendors::story::{Cost, End, Said, Told};
use crate::vendors::values::array;
use crate::vendors::{pieces, seal};
use serde_json::{Value, json};

/// Under this name thoughts are sealed.
pub(super) const SEALER: &str = "openai";

pub(super) struct Teller<'a> {
    model: &'a str,
    body: &'a Value,
    /// Thoughts are summed up, or sealed, if that is asked for.
    summary: bool,
    encrypted: bool,
}

fn usage(cost: &Cost) -> Value {
    json!({
        "input_tokens": cost.input,
        "input_tokens_details": { "cached_tokens": cost.cached, "cache_write_tokens": cost.cache_write },
        "output_tokens": cost.output,
        "output_tokens_details": { "reasoning_tokens": cost.reasoning },
        "total_tokens": cost.input + cost.output,
    })
}

/// Numbers the events as they come.
struct Numbered(Vec<Event>, u64);

impl Numbered {
    fn push(&mut self, is_delta: bool, mut data: Value) {
        data["sequence_number"] = json!(self.1);
        self.1 += 1;
        let text = typed(&data);
        self.0.push(if is_delta { Event::delta(text) } else { Event::other(text) });
    }
}

impl<'a> Teller<'a> {
    pub fn new(model: &'a str, body: &'a Value) -> Self {
        let included = array(&body["include"]);
        let encrypted = included.iter().any(|each| each == "reasoning.encrypted_content");
        Self { model, body, summary: body["reasoning"]["summary"].is_string(), encrypted }
    }

    pub fn error() -> String {
        typed(&json!({
            "type": "error",
            "code": "server_error",
            "message": "The server had an error while processing your request.",
            "param": null,
            "sequence_number": 9,
        }))
    }

    fn envelope(&self, status: &str) -> Value {
        let given = |name: &str, usual: Value| match &self.body[name] {
            Value::Null => usual,
            given => given.clone(),
        };
        json!({
            "id": "resp_fake",
            "object": "response",
            "created_at": CREATED,
            "status": status,
            "background": false,
            "error": null,
            "incomplete_details": null,
            "instructions": self.body["instructions"],
            "max_output_tokens": self.body["max_output_tokens"],
            "model": self.model,
            "output": [],
            "parallel_tool_calls": given("parallel_tool_calls", json!(true)),
            "previous_response_id": null,
            "reasoning": given("reasoning", json!({ "effort": null, "summary": null })),
            "service_tier": "default",
            "store": given("store", json!(true)),
            "temperature": given("temperature", json!(1.0)),
            "text": given("text", json!({ "format": { "type": "text" } })),
            "tool_choice": given("tool_choice", json!("auto")),
            "tools": given("tools", json!([])),
            "top_p": given("top_p", json!(1.0)),
            "truncation": "disabled",
            "usage": null,
            "user": null,
            "metadata": given("metadata", json!({})),
        })
    }

    fn ended(&self, told: &Told) -> Value {
        let reason = match told.end {
            End::Length => Some("max_output_tokens"),
            End::Filter => Some("content_filter"),
            _ => None,
        };
        let mut response = self.envelope(if reason.is_some() { "incomplete" } else { "completed" });
        if let Some(reason) = reason {
            response["incomplete_details"] = json!({ "reason": reason });
        }
        response["usage"] = usage(&told.cost);
        response
    }

    pub fn response(&self, told: &Told) -> Value {
        let mut response = self.ended(told);
        let status = response["status"].clone();
        let items =
            told.said.iter().enumerate().map(|(index, said)| self.item(index, said, &status));
        response["output"] = items.collect();
        response
    }

    fn item(&self, index: usize, said: &Said, status: &Value) -> Value {
        match said {
            Said::Thoughts(text) => {
                let id = format!("rs_fake{index}");
                let summary = if self.summary {
                    json!([{ "type": "summary_text", "text": text }])
                } else {
                    json!([])
                };
                let mut item = json!({ "id": id, "type": "reasoning", "summary": summary });
                if self.encrypted {
                    item["encrypted_content"] = json!(seal(SEALER, &id));
                }
                item
            }
            Said::Call(number, name, arguments) => json!({
                "id": format!("fc_fake{number}"),
                "type": "function_call",
                "status": status,
                "arguments": arguments,
                "call_id": format!("call_fake{number}"),
                "name": name,
            }),
            Said::Text(_) | Said::Refusal(_) => json!({
                "id": format!("msg_fake{index}"),
                "type": "message",
                "status": status,
                "role": "assistant",
                "content": [part(said)],
            }),
        }
    }

    pub fn events(&self, told: &Told) -> Vec<Event> {
        let mut events = Numbered(Vec::new(), 0);
        for kind in ["response.created", "response.in_progress"] {
            events.push(false, json!({ "type": kind, "response": self.envelope("in_progress") }));
        }
        let ended = self.response(told);
        for (index, said) in told.said.iter().enumerate() {
            let mut begun = self.item(index, said, &json!("in_progress"));
            match said {
                Said::Thoughts(_) => begun["summary"] = json!([]),
                Said::Call(..) => begun["arguments"] = json!(""),
                Said::Text(_) | Said::Refusal(_) => begun["content"] = json!([]),
            }
            events.push(false, json!({ "type": "response.output_item.added", "output_index": index, "item": begun }));
            self.inside(&mut events, index, said, &begun["id"]);
            let item = &ended["output"][index];
            events.push(
                false,
                json!({ "type": "response.output_item.done", "output_index": index, "item": item }),
            );
        }
        let kind = format!("response.{}", ended["status"].as_str().unwrap_or_default());
        events.push(false, json!({ "type": kind, "response": ended }));
        events.0
    }

    /// What comes between an item's beginning and its end.
    fn inside(&self, events: &mut Numbered, index: usize, said: &Said, id: &Value) {
        let at = |kind: &str| json!({ "type": format!("response.{kind}"), "item_id": id, "output_index": index });
        match said {
            Said::Thoughts(_) if !self.summary => {}
            Said::Thoughts(text) => thoughts(events, &at, text),
            Said::Call(_, name, arguments) => call(events, &at, name, arguments),
            Said::Text(text) => words(events, &at, ("output_text", "text"), said, text),
            Said::Refusal(text) => words(events, &at, ("refusal", "refusal"), said, text),
        }
    }
}

/// Makes an event of this kind, about the item.
type At<'a> = dyn Fn(&str) -> Value + 'a;

/// The same event with this member.
fn with(mut event: Value, name: &str, value: impl Into<Value>) -> Value {
    event[name] = value.into();
    event
}

fn thoughts(events: &mut Numbered, at: &At<'_>, text: &str) {
    let at = |kind: &str| with(at(&format!("reasoning_summary_{kind}")), "summary_index", 0);
    let part = |text: &str| json!({ "type": "summary_text", "text": text });
    events.push(false, with(at("part.added"), "part", part("")));
    for piece in pieces(text) {
        events.push(true, with(at("text.delta"), "delta", piece));
    }
    events.push(false, with(at("text.done"), "text", text));
    events.push(false, with(at("part.done"), "part", part(text)));
}

fn call(events: &mut Numbered, at: &At<'_>, name: &str, arguments: &str) {
    let at = |kind: &str| at(&format!("function_call_arguments.{kind}"));
    for piece in pieces(arguments) {
        events.push(true, with(at("delta"), "delta", piece));
    }
    events.push(false, with(with(at("done"), "arguments", arguments), "name", name));
}

/// Text or a refusal: the kind that their events are named by, and the member that has the whole.
fn words(events: &mut Numbered, at: &At<'_>, (kind, name): (&str, &str), said: &Said, text: &str) {
    let at = |kind: &str| with(at(kind), "content_index", 0);
    let logs = |event: Value| match kind {
        "output_text" => with(event, "logprobs", json!([])),
        _ => event,
    };
    let empty = match said {
        Said::Refusal(_) => Said::Refusal(String::new()),
        _ => Said::Text(String::new()),
    };
    events.push(false, with(at("content_part.added"), "part", part(&empty)));
    for piece in pieces(text) {
        events.push(true, logs(with(at(&format!("{kind}.delta")), "delta", piece)));
    }
    events.push(false, logs(with(at(&format!("{kind}.done")), name, text)));
    events.push(false, with(at("content_part.done"), "part", part(said)));
}

fn part(said: &Said) -> Value {
    match said {
        Said::Refusal(text) => json!({ "type": "refusal", "refusal": text }),
        Said::Text(text) => {
            json!({ "type": "output_text", "text": text, "annotations": [], "logprobs": [] })
        }
        Said::Thoughts(_) | Said::Call(..) => Value::Null,
    }
}
