//! A vendor that remembers conversations and repeats all of one in each answer, a few characters at a time.
//!
//! Of Responses it remembers by the id of the last answer or the name of the conversation; of others by `user`, as an
//! application does that keeps what was said outside of the messages.

use super::record::Recorded;
use super::script::{Script, Step, is_streamed};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex};

/// What was said, by conversation.
static MEMORY: LazyLock<Mutex<HashMap<String, String>>> = LazyLock::new(Mutex::default);
static ANSWERS: AtomicU64 = AtomicU64::new(1);

/// So many characters are in one event: no placeholder is whole in one.
const PIECE_CHARACTERS: usize = 5;

pub(super) fn answer(_: &str, _: &str, request: &Recorded) -> (Vec<String>, Script) {
    let body = request.json();
    let id = format!("resp_{}_{}", std::process::id(), ANSWERS.fetch_add(1, Ordering::Relaxed));
    let conversation = &body["conversation"];
    let names = [
        &body["previous_response_id"],
        &conversation["id"],
        conversation,
        &body["user"],
        &body["metadata"]["user_id"],
    ];
    let name = names.into_iter().find_map(Value::as_str).unwrap_or_default().to_owned();
    let mut memory = MEMORY.lock().expect("memory");
    let said = format!("{} {}", memory.get(&name).map_or("", String::as_str), said(&body));
    memory.insert(id.clone(), said.clone());
    if !body["previous_response_id"].is_string() {
        memory.insert(name, said.clone());
    }
    drop(memory);
    let (whole, events) = match request.path.as_str() {
        "/v1/responses" => responses(&id, &said),
        "/v1/messages" => messages(&said),
        _ => chat(&said),
    };
    let script = match is_streamed(&body) {
        true => Script::stream(events.iter().map(written).collect()),
        false => Script::json(whole.to_string()),
    };
    (Vec::new(), script)
}

fn written(event: &Value) -> Step {
    let name = event["type"].as_str().map(|name| format!("event: {name}\n"));
    let data = if event["object"] == "end" { "[DONE]".to_owned() } else { event.to_string() };
    Step::Write(format!("{}data: {data}\n\n", name.unwrap_or_default()).into())
}

/// The texts of this turn.
fn said(body: &Value) -> String {
    if let Some(text) = body["input"].as_str() {
        return text.to_owned();
    }
    let messages = [&body["messages"], &body["input"]].into_iter().find_map(Value::as_array);
    let texts = messages.into_iter().flatten().map(|message| match &message["content"] {
        Value::String(text) => text.clone(),
        content => content[0]["text"].as_str().unwrap_or_default().to_owned(),
    });
    texts.collect::<Vec<_>>().join(" ")
}

fn pieces(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(PIECE_CHARACTERS).map(|piece| piece.iter().collect()).collect()
}

fn responses(id: &str, said: &str) -> (Value, Vec<Value>) {
    let item = format!("msg_{id}");
    let part = |text: &str| json!({ "type": "output_text", "text": text, "annotations": [] });
    let message = |status: &str, content: Value| json!({ "type": "message", "id": item, "role": "assistant", "status": status, "content": content });
    let response = |status: &str, output: Value| {
        json!({
            "id": id, "object": "response", "created_at": 1, "status": status, "model": "remembers",
            "store": true, "output": output, "error": null, "incomplete_details": null,
            "usage": { "input_tokens": 5, "input_tokens_details": { "cached_tokens": 0 },
                "output_tokens": 2, "output_tokens_details": { "reasoning_tokens": 0 }, "total_tokens": 7 },
        })
    };
    let whole = response("completed", json!([message("completed", json!([part(said)]))]));
    let at = json!({ "output_index": 0, "content_index": 0, "item_id": item });
    let event = |kind: &str, more: Value| {
        let mut event = json!({ "type": kind });
        for part in [&at, &more] {
            let members = part.as_object().into_iter().flatten();
            event
                .as_object_mut()
                .expect("an object")
                .extend(members.map(|(name, value)| (name.clone(), value.clone())));
        }
        event
    };
    let mut events = vec![
        json!({ "type": "response.created", "response": response("in_progress", json!([])) }),
        json!({ "type": "response.output_item.added", "output_index": 0, "item": message("in_progress", json!([])) }),
        event("response.content_part.added", json!({ "part": part("") })),
    ];
    let deltas = pieces(said).into_iter();
    events
        .extend(deltas.map(|delta| event("response.output_text.delta", json!({ "delta": delta }))));
    events.extend([
        event("response.output_text.done", json!({ "text": said })),
        event("response.content_part.done", json!({ "part": part(said) })),
        json!({ "type": "response.output_item.done", "output_index": 0, "item": message("completed", json!([part(said)])) }),
        json!({ "type": "response.completed", "response": whole }),
    ]);
    for (number, event) in events.iter_mut().enumerate() {
        event["sequence_number"] = number.into();
    }
    (whole, events)
}

fn messages(said: &str) -> (Value, Vec<Value>) {
    let usage = json!({ "input_tokens": 5, "output_tokens": 2 });
    let message = |content: Value, stop: Value| {
        json!({
            "id": "msg_1", "type": "message", "role": "assistant", "model": "remembers", "content": content,
            "stop_reason": stop, "stop_sequence": null, "usage": usage,
        })
    };
    let mut events = vec![
        json!({ "type": "message_start", "message": message(json!([]), Value::Null) }),
        json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } }),
    ];
    events.extend(pieces(said).into_iter().map(|text| {
        json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": text } })
    }));
    events.extend([
        json!({ "type": "content_block_stop", "index": 0 }),
        json!({ "type": "message_delta", "usage": usage, "delta": { "stop_reason": "end_turn", "stop_sequence": null } }),
        json!({ "type": "message_stop" }),
    ]);
    (message(json!([{ "type": "text", "text": said }]), "end_turn".into()), events)
}

fn chat(said: &str) -> (Value, Vec<Value>) {
    let usage = json!({ "prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7 });
    let head = |object: &str, choice: Value| json!({ "id": "chatcmpl-1", "object": object, "created": 1, "model": "remembers", "choices": [choice] });
    let message = json!({ "role": "assistant", "content": said, "refusal": null });
    let choice =
        json!({ "index": 0, "message": message, "finish_reason": "stop", "logprobs": null });
    let mut whole = head("chat.completion", choice);
    whole["usage"] = usage;
    let chunk = |delta: Value, finish: Value| {
        head(
            "chat.completion.chunk",
            json!({ "index": 0, "delta": delta, "finish_reason": finish }),
        )
    };
    let mut events = vec![chunk(json!({ "role": "assistant", "content": "" }), Value::Null)];
    events.extend(
        pieces(said).into_iter().map(|text| chunk(json!({ "content": text }), Value::Null)),
    );
    events.extend([chunk(json!({}), "stop".into()), json!({ "object": "end" })]);
    (whole, events)
}
