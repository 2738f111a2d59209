//! The story in the words of Converse, whole and in events.

use super::frames;
use super::rules::SEALER;
use crate::vendors::reply::Event;
use crate::vendors::story::{Cost, End, Said, Told};
use crate::vendors::{pieces, seal};
use serde_json::{Value, json};

/// Input counts neither what was read from the cache nor what was written to it; the total counts both.
fn usage(cost: &Cost) -> Value {
    json!({
        "inputTokens": cost.input - cost.cached - cost.cache_write,
        "outputTokens": cost.output,
        "totalTokens": cost.input + cost.output,
        "cacheReadInputTokens": cost.cached,
        "cacheWriteInputTokens": cost.cache_write,
    })
}

fn stop_reason(end: &End) -> &'static str {
    match end {
        End::Stop => "end_turn",
        End::Sequence(_) => "stop_sequence",
        End::Length => "max_tokens",
        End::Calls => "tool_use",
        End::Refusal => "content_filtered",
        End::Filter => "guardrail_intervened",
    }
}

/// The stop sequence, for those who asked for the field.
fn more(end: &End, says_stop: bool) -> Option<Value> {
    match end {
        End::Sequence(stop) if says_stop => Some(json!({ "stop_sequence": stop })),
        _ => None,
    }
}

fn call(number: usize, name: &str) -> Value {
    json!({ "toolUseId": format!("tooluse_fake{number}"), "name": name })
}

pub(super) fn response(told: &Told, says_stop: bool) -> Value {
    let block = |said: &Said| match said {
        Said::Thoughts(text) => {
            json!({ "reasoningContent": { "reasoningText": { "text": text, "signature": seal(SEALER, text) } } })
        }
        Said::Text(text) | Said::Refusal(text) => json!({ "text": text }),
        Said::Call(number, name, arguments) => {
            let mut call = call(*number, name);
            call["input"] = serde_json::from_str(arguments).unwrap_or_else(|_| json!({}));
            json!({ "toolUse": call })
        }
    };
    let content: Vec<Value> = told.said.iter().map(block).collect();
    let mut response = json!({
        "metrics": { "latencyMs": 42 },
        "output": { "message": { "content": content, "role": "assistant" } },
        "stopReason": stop_reason(&told.end),
        "usage": usage(&told.cost),
    });
    if let Some(more) = more(&told.end, says_stop) {
        response["additionalModelResponseFields"] = more;
    }
    response
}

pub(super) fn events(told: &Told, says_stop: bool) -> Vec<Event> {
    let mut events =
        vec![Event::other(frames::event("messageStart", &json!({ "role": "assistant" })))];
    for (index, said) in told.said.iter().enumerate() {
        // Only a call is announced.
        if let Said::Call(number, name, _) = said {
            let start =
                json!({ "contentBlockIndex": index, "start": { "toolUse": call(*number, name) } });
            events.push(Event::other(frames::event("contentBlockStart", &start)));
        }
        events.extend(deltas(said).into_iter().map(|delta| {
            let payload = json!({ "contentBlockIndex": index, "delta": delta });
            Event::delta(frames::event("contentBlockDelta", &payload))
        }));
        let stop = json!({ "contentBlockIndex": index });
        events.push(Event::other(frames::event("contentBlockStop", &stop)));
    }
    let mut stop = json!({ "stopReason": stop_reason(&told.end) });
    if let Some(more) = more(&told.end, says_stop) {
        stop["additionalModelResponseFields"] = more;
    }
    events.push(Event::other(frames::event("messageStop", &stop)));
    let metadata = json!({ "metrics": { "latencyMs": 42 }, "usage": usage(&told.cost) });
    events.push(Event::other(frames::event("metadata", &metadata)));
    events
}

fn deltas(said: &Said) -> Vec<Value> {
    match said {
        Said::Thoughts(text) => {
            let delta = |piece| json!({ "reasoningContent": { "text": piece } });
            let mut deltas: Vec<Value> = pieces(text).into_iter().map(delta).collect();
            deltas.push(json!({ "reasoningContent": { "signature": seal(SEALER, text) } }));
            deltas
        }
        Said::Text(text) | Said::Refusal(text) => {
            pieces(text).into_iter().map(|piece| json!({ "text": piece })).collect()
        }
        Said::Call(_, _, arguments) => {
            let pieces = pieces(arguments).into_iter();
            pieces.map(|piece| json!({ "toolUse": { "input": piece } })).collect()
        }
    }
}
