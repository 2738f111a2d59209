//! The story in Cohere's words, whole and in events (<https://docs.cohere.com/v2/docs/streaming>).

use crate::vendors::pieces;
use crate::vendors::reply::{Event, typed};
use crate::vendors::story::{Cost, End, Said, Told};
use serde_json::{Value, json};

fn usage(cost: &Cost) -> Value {
    let tokens = json!({ "input_tokens": cost.input, "output_tokens": cost.output });
    json!({ "billed_units": tokens, "tokens": tokens, "cached_tokens": cost.cached })
}

fn finish_reason(end: &End) -> &'static str {
    match end {
        End::Stop | End::Refusal => "COMPLETE",
        End::Sequence(_) => "STOP_SEQUENCE",
        End::Length => "MAX_TOKENS",
        End::Calls => "TOOL_CALL",
        End::Filter => "ERROR",
    }
}

fn call(number: usize, name: &str, arguments: &str) -> Value {
    json!({
        "id": format!("{name}_fake{number}"),
        "type": "function",
        "function": { "name": name, "arguments": arguments },
    })
}

pub(super) fn response(told: &Told) -> Value {
    let (mut content, mut calls) = (Vec::new(), Vec::new());
    for said in &told.said {
        match said {
            Said::Thoughts(text) => content.push(json!({ "type": "thinking", "thinking": text })),
            Said::Text(text) | Said::Refusal(text) => {
                content.push(json!({ "type": "text", "text": text }))
            }
            Said::Call(number, name, arguments) => calls.push(call(*number, name, arguments)),
        }
    }
    let mut message = json!({ "role": "assistant" });
    if !content.is_empty() {
        message["content"] = Value::Array(content);
    }
    if !calls.is_empty() {
        message["tool_calls"] = Value::Array(calls);
    }
    json!({
        "id": "fake",
        "finish_reason": finish_reason(&told.end),
        "message": message,
        "usage": usage(&told.cost),
    })
}

/// The end of a stream that fails.
pub(super) fn failed() -> String {
    let error = "internal server error";
    typed(&json!({ "type": "message-end", "delta": { "finish_reason": "ERROR", "error": error } }))
}

pub(super) fn events(told: &Told) -> Vec<Event> {
    let head = json!({ "role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": [] });
    let start = json!({ "id": "fake", "type": "message-start", "delta": { "message": head } });
    let mut events = vec![Event::other(typed(&start))];
    let (mut contents, mut calls) = (0, 0);
    for said in &told.said {
        match said {
            Said::Thoughts(text) => events.extend(content("thinking", text, &mut contents)),
            Said::Text(text) | Said::Refusal(text) => {
                events.extend(content("text", text, &mut contents))
            }
            Said::Call(number, name, arguments) => {
                let event = |kind: &str, tool_calls: Value| {
                    typed(
                        &json!({ "type": kind, "index": calls, "delta": { "message": { "tool_calls": tool_calls } } }),
                    )
                };
                events.push(Event::delta(event("tool-call-start", call(*number, name, ""))));
                events.extend(pieces(arguments).into_iter().map(|piece| {
                    Event::delta(event(
                        "tool-call-delta",
                        json!({ "function": { "arguments": piece } }),
                    ))
                }));
                events
                    .push(Event::other(typed(&json!({ "type": "tool-call-end", "index": calls }))));
                calls += 1;
            }
        }
    }
    let delta = json!({ "finish_reason": finish_reason(&told.end), "usage": usage(&told.cost) });
    events
        .push(Event::other(typed(&json!({ "type": "message-end", "id": "fake", "delta": delta }))));
    events
}

fn content(kind: &str, text: &str, index: &mut usize) -> Vec<Event> {
    let of = |event: &str, content: Value| {
        typed(
            &json!({ "type": event, "index": *index, "delta": { "message": { "content": content } } }),
        )
    };
    let mut start = json!({ "type": kind });
    start[kind] = json!("");
    let mut events = vec![Event::other(of("content-start", start))];
    events.extend(pieces(text).into_iter().map(|piece| {
        let mut delta = json!({});
        delta[kind] = json!(piece);
        Event::delta(of("content-delta", delta))
    }));
    events.push(Event::other(typed(&json!({ "type": "content-end", "index": *index }))));
    *index += 1;
    events
}
