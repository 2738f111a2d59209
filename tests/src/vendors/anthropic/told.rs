//! The story in Anthropic's words, whole and in events
//! (<https://docs.anthropic.com/en/docs/build-with-claude/streaming>).

use super::turns::SEALER;
use crate::vendors::reply::{Event, typed};
use crate::vendors::story::{Cost, End, Said, Told};
use crate::vendors::{pieces, seal};
use serde_json::{Value, json};

/// Input counts neither what was read from the cache nor what was written to it.
fn usage(cost: &Cost, output: u64) -> Value {
    json!({
        "input_tokens": cost.input - cost.cached - cost.cache_write,
        "cache_creation_input_tokens": cost.cache_write,
        "cache_read_input_tokens": cost.cached,
        "cache_creation": {
            "ephemeral_5m_input_tokens": cost.cache_write,
            "ephemeral_1h_input_tokens": 0,
        },
        "output_tokens": output,
        "service_tier": "standard",
    })
}

fn stop_reason(end: &End) -> &'static str {
    match end {
        End::Stop => "end_turn",
        End::Sequence(_) => "stop_sequence",
        End::Length => "max_tokens",
        End::Calls => "tool_use",
        End::Refusal | End::Filter => "refusal",
    }
}

fn stop_sequence(end: &End) -> Option<&str> {
    match end {
        End::Sequence(stop) => Some(stop),
        _ => None,
    }
}

fn head(model: &str) -> Value {
    json!({
        "id": "msg_fake",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": null,
        "stop_sequence": null,
    })
}

pub(super) fn message(model: &str, told: &Told) -> Value {
    let mut message = head(model);
    message["content"] = told.said.iter().map(block).collect();
    message["stop_reason"] = json!(stop_reason(&told.end));
    message["stop_sequence"] = json!(stop_sequence(&told.end));
    message["usage"] = usage(&told.cost, told.cost.output);
    message["usage"]["output_tokens_details"] = json!({ "thinking_tokens": told.cost.reasoning });
    message
}

fn block(said: &Said) -> Value {
    match said {
        Said::Thoughts(text) => {
            json!({ "type": "thinking", "thinking": text, "signature": seal(SEALER, text) })
        }
        Said::Text(text) | Said::Refusal(text) => json!({ "type": "text", "text": text }),
        Said::Call(number, name, arguments) => {
            // What was cut is no object; whole, the vendor has nothing to show of it.
            let input: Value = serde_json::from_str(arguments).unwrap_or_else(|_| json!({}));
            call(*number, name, &input)
        }
    }
}

fn call(number: usize, name: &str, input: &Value) -> Value {
    json!({ "type": "tool_use", "id": format!("toolu_fake{number}"), "name": name, "input": input })
}

pub(super) fn events(model: &str, told: &Told) -> Vec<Event> {
    let mut message = head(model);
    message["usage"] = usage(&told.cost, 1);
    let mut events =
        vec![Event::other(typed(&json!({ "type": "message_start", "message": message })))];
    for (index, said) in told.said.iter().enumerate() {
        let (start, deltas) = block_events(said);
        let start =
            json!({ "type": "content_block_start", "index": index, "content_block": start });
        events.push(Event::other(typed(&start)));
        if index == 0 {
            events.push(Event::other(typed(&json!({ "type": "ping" }))));
        }
        events.extend(deltas.into_iter().map(|delta| {
            let data = json!({ "type": "content_block_delta", "index": index, "delta": delta });
            Event::delta(typed(&data))
        }));
        let stop = json!({ "type": "content_block_stop", "index": index });
        events.push(Event::other(typed(&stop)));
    }
    // Cumulative, with the input once more.
    let mut last = usage(&told.cost, told.cost.output);
    last["output_tokens_details"] = json!({ "thinking_tokens": told.cost.reasoning });
    let delta = json!({
        "type": "message_delta",
        "delta": { "stop_reason": stop_reason(&told.end), "stop_sequence": stop_sequence(&told.end) },
        "usage": last,
    });
    events.push(Event::other(typed(&delta)));
    events.push(Event::other(typed(&json!({ "type": "message_stop" }))));
    events
}

fn block_events(said: &Said) -> (Value, Vec<Value>) {
    match said {
        Said::Thoughts(text) => {
            let start = json!({ "type": "thinking", "thinking": "", "signature": "" });
            let delta = |piece| json!({ "type": "thinking_delta", "thinking": piece });
            let mut deltas: Vec<Value> = pieces(text).into_iter().map(delta).collect();
            deltas.push(json!({ "type": "signature_delta", "signature": seal(SEALER, text) }));
            (start, deltas)
        }
        Said::Text(text) | Said::Refusal(text) => {
            let delta = |piece| json!({ "type": "text_delta", "text": piece });
            let deltas = pieces(text).into_iter().map(delta);
            (json!({ "type": "text", "text": "" }), deltas.collect())
        }
        Said::Call(number, name, arguments) => {
            let delta = |piece| json!({ "type": "input_json_delta", "partial_json": piece });
            let mut deltas = vec![delta(String::new())];
            deltas.extend(pieces(arguments).into_iter().map(delta));
            (call(*number, name, &json!({})), deltas)
        }
    }
}
