//! The story in the words of Chat, whole and in chunks.

use crate::vendors::pieces;
use crate::vendors::reply::{self, Event};
use crate::vendors::story::{Cost, End, Said, Told};
use serde_json::{Map, Value, json};

/// What every object of an answer begins with.
pub(super) struct Head<'a> {
    pub model: &'a str,
    pub choices: u64,
}

pub(super) const CREATED: u64 = 1_790_000_000;

pub(super) fn usage(cost: &Cost) -> Value {
    json!({
        "prompt_tokens": cost.input,
        "completion_tokens": cost.output,
        "total_tokens": cost.input + cost.output,
        "prompt_tokens_details": {
            "cached_tokens": cost.cached,
            "cache_write_tokens": cost.cache_write,
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": cost.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    })
}

fn finish_reason(end: &End) -> &'static str {
    match end {
        End::Stop | End::Sequence(_) | End::Refusal => "stop",
        End::Length => "length",
        End::Calls => "tool_calls",
        End::Filter => "content_filter",
    }
}

fn call(number: usize, name: &str, arguments: &str) -> Value {
    json!({
        "id": format!("call_fake{number}"),
        "type": "function",
        "function": { "name": name, "arguments": arguments },
    })
}

pub(super) fn completion(head: &Head<'_>, told: &Told) -> Value {
    let mut message =
        json!({ "role": "assistant", "content": null, "refusal": null, "annotations": [] });
    let mut calls = Vec::new();
    for said in &told.said {
        match said {
            Said::Thoughts(text) if tells_thoughts(head) => {
                message["reasoning_content"] = json!(text)
            }
            Said::Thoughts(_) => {}
            Said::Text(text) => message["content"] = json!(text),
            Said::Refusal(text) => message["refusal"] = json!(text),
            Said::Call(number, name, arguments) => calls.push(call(*number, name, arguments)),
        }
    }
    if !calls.is_empty() {
        message["tool_calls"] = Value::Array(calls);
    }
    let choice = |index| {
        json!({
            "index": index,
            "message": message,
            "logprobs": null,
            "finish_reason": finish_reason(&told.end),
        })
    };
    json!({
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "created": CREATED,
        "model": head.model,
        "choices": (0..head.choices).map(choice).collect::<Vec<_>>(),
        "usage": usage(&told.cost),
        "service_tier": "default",
        "system_fingerprint": "fp_fake",
    })
}

/// Vendors with OpenAI's dialect that tell the thoughts.
fn tells_thoughts(head: &Head<'_>) -> bool {
    head.model.starts_with("deepseek")
}

pub(super) fn events(head: &Head<'_>, told: &Told, include_usage: bool) -> Vec<Event> {
    let mut events = Vec::new();
    for index in 0..head.choices {
        let chunk = |delta: Value, reason: Option<&str>| {
            let choice = json!({ "index": index, "delta": delta, "logprobs": null, "finish_reason": reason });
            reply::data(&chunk(head, json!([choice]), include_usage))
        };
        events.push(Event::other(chunk(
            json!({ "role": "assistant", "content": "", "refusal": null }),
            None,
        )));
        let deltas = deltas(head, told).into_iter();
        events.extend(deltas.map(|delta| Event::delta(chunk(delta, None))));
        events.push(Event::other(chunk(json!({}), Some(finish_reason(&told.end)))));
    }
    if include_usage {
        let mut last = chunk(head, json!([]), true);
        last["usage"] = usage(&told.cost);
        events.push(Event::other(reply::data(&last)));
    }
    events.push(Event::other("data: [DONE]\n\n"));
    events
}

fn deltas(head: &Head<'_>, told: &Told) -> Vec<Value> {
    let named = |name: &str, text: &str| {
        let delta =
            |piece| Value::Object(Map::from_iter([(name.to_owned(), Value::String(piece))]));
        pieces(text).into_iter().map(delta).collect::<Vec<_>>()
    };
    let mut deltas = Vec::new();
    let mut calls = 0;
    for said in &told.said {
        match said {
            Said::Thoughts(text) if tells_thoughts(head) => {
                deltas.extend(named("reasoning_content", text))
            }
            Said::Thoughts(_) => {}
            Said::Text(text) => deltas.extend(named("content", text)),
            Said::Refusal(text) => deltas.extend(named("refusal", text)),
            Said::Call(number, name, arguments) => {
                let mut first = call(*number, name, "");
                first["index"] = json!(calls);
                deltas.push(json!({ "tool_calls": [first] }));
                deltas.extend(pieces(arguments).into_iter().map(|piece| {
                    json!({ "tool_calls": [{ "index": calls, "function": { "arguments": piece } }] })
                }));
                calls += 1;
            }
        }
    }
    deltas
}

fn chunk(head: &Head<'_>, choices: Value, include_usage: bool) -> Value {
    let mut chunk = json!({
        "id": "chatcmpl-fake",
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": head.model,
        "service_tier": "default",
        "system_fingerprint": "fp_fake",
        "choices": choices,
        "obfuscation": "x7Yz",
    });
    if include_usage {
        chunk["usage"] = Value::Null;
    }
    chunk
}
