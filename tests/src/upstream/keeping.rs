//! A vendor of every dialect that stores objects and hands out their ids.
//!
//! The ids contain the request's marker: `resp_<marker>`.

use super::answers;
use super::record::Recorded;
use super::script::{Script, Step, is_streamed};
use serde_json::{Value, json};

pub(super) fn answer(_: &str, _: &str, request: &Recorded) -> (Vec<String>, Script) {
    let body = request.json();
    if body["model"] == "failing" {
        return (Vec::new(), Script::refusal(503, "server_error", "overloaded"));
    }
    let marker = [&body["user"], &body["metadata"]["user_id"]].into_iter().find_map(Value::as_str);
    let marker = marker.unwrap_or("nobody");
    let (whole, events) = match request.path.as_str() {
        "/v1/responses" => responses(marker, &body["store"]),
        "/v1/messages" => messages(marker),
        _ => chat(marker),
    };
    (Vec::new(), script(&body, &whole, &events))
}

/// The first event of a stream comes at once; with the model `gated` each further one waits for its release.
fn script(body: &Value, whole: &Value, events: &[Value]) -> Script {
    if !is_streamed(body) {
        return Script::json(whole.to_string());
    }
    let written = |event: &Value| {
        let name = event["type"].as_str().map(|name| format!("event: {name}\n"));
        let end = if event["object"] == "end" { "[DONE]".to_owned() } else { event.to_string() };
        Step::Write(format!("{}data: {end}\n\n", name.unwrap_or_default()).into())
    };
    let gate = || (body["model"] == "gated").then_some(Step::Gate);
    let mut steps = Vec::new();
    for event in events {
        if !steps.is_empty() {
            steps.extend(gate());
        }
        steps.push(written(event));
    }
    Script::stream(steps)
}

fn responses(marker: &str, store: &Value) -> (Value, Vec<Value>) {
    let id = |kind: &str| format!("{kind}_{marker}");
    let cited = json!({
        "type": "container_file_citation", "container_id": id("cntr"), "file_id": id("cfile"),
        "filename": "a.txt", "start_index": 0, "end_index": 3,
    });
    let part = json!({ "type": "output_text", "text": "yes", "annotations": [cited] });
    let message = json!({
        "type": "message", "id": id("msg"), "role": "assistant", "status": "completed", "content": [part],
    });
    let thought = json!({ "type": "reasoning", "id": id("rs"), "summary": [] });
    let response = |status: &str, output: Value| {
        json!({
            "id": id("resp"), "object": "response", "created_at": 1, "status": status, "model": "keeps",
            "store": store.as_bool().unwrap_or(true), "conversation": { "id": id("conv") },
            "output": output, "error": null, "incomplete_details": null,
            "usage": { "input_tokens": 5, "input_tokens_details": { "cached_tokens": 0 },
                "output_tokens": 2, "output_tokens_details": { "reasoning_tokens": 0 }, "total_tokens": 7 },
        })
    };
    let whole = response("completed", json!([thought, message]));
    let mut events = vec![
        json!({ "type": "response.created", "response": response("in_progress", json!([])) }),
        json!({ "type": "response.output_item.added", "output_index": 0, "item": thought }),
        json!({ "type": "response.output_item.done", "output_index": 0, "item": thought }),
        json!({ "type": "response.output_item.added", "output_index": 1, "item":
            { "type": "message", "id": id("msg"), "role": "assistant", "status": "in_progress", "content": [] } }),
        json!({ "type": "response.content_part.added", "output_index": 1, "content_index": 0, "item_id": id("msg"),
            "part": { "type": "output_text", "text": "", "annotations": [] } }),
        json!({ "type": "response.output_text.delta", "output_index": 1, "content_index": 0, "item_id": id("msg"), "delta": "yes" }),
        json!({ "type": "response.output_text.annotation.added", "output_index": 1, "content_index": 0,
            "annotation_index": 0, "item_id": id("msg"), "annotation": cited }),
        json!({ "type": "response.output_text.done", "output_index": 1, "content_index": 0, "item_id": id("msg"), "text": "yes" }),
        json!({ "type": "response.content_part.done", "output_index": 1, "content_index": 0, "item_id": id("msg"), "part": part }),
        json!({ "type": "response.output_item.done", "output_index": 1, "item": message }),
        json!({ "type": "response.completed", "response": whole }),
    ];
    for (number, event) in events.iter_mut().enumerate() {
        event["sequence_number"] = number.into();
    }
    (whole, events)
}

fn messages(marker: &str) -> (Value, Vec<Value>) {
    let id = |kind: &str| format!("{kind}_{marker}");
    let call = json!({ "type": "server_tool_use", "id": "srvtoolu_1", "name": "bash_code_execution", "input": {} });
    let output = json!({ "type": "bash_code_execution_output", "file_id": id("file") });
    let returned = json!({
        "type": "bash_code_execution_tool_result", "tool_use_id": "srvtoolu_1",
        "content": { "type": "bash_code_execution_result", "stdout": "", "stderr": "", "return_code": 0, "content": [output] },
    });
    let container = json!({ "id": id("container"), "expires_at": "2026-12-31T00:00:00Z" });
    let usage = json!({ "input_tokens": 5, "output_tokens": 2 });
    let message = |content: Value, stop: Value, container: Value| {
        json!({
            "id": id("msg"), "type": "message", "role": "assistant", "model": "keeps", "content": content,
            "stop_reason": stop, "stop_sequence": null, "usage": usage, "container": container,
        })
    };
    let text = json!({ "type": "text", "text": "yes" });
    let start = |index: u64, block: &Value| json!({ "type": "content_block_start", "index": index, "content_block": block });
    let stop = |index: u64| json!({ "type": "content_block_stop", "index": index });
    let events = vec![
        json!({ "type": "message_start", "message": message(json!([]), Value::Null, Value::Null) }),
        start(0, &call),
        stop(0),
        start(1, &returned),
        stop(1),
        start(2, &json!({ "type": "text", "text": "" })),
        json!({ "type": "content_block_delta", "index": 2, "delta": { "type": "text_delta", "text": "yes" } }),
        stop(2),
        json!({ "type": "message_delta", "usage": usage,
            "delta": { "stop_reason": "end_turn", "stop_sequence": null, "container": container } }),
        json!({ "type": "message_stop" }),
    ];
    (message(json!([call, returned, text]), "end_turn".into(), container), events)
}

fn chat(marker: &str) -> (Value, Vec<Value>) {
    let audio = json!({ "id": format!("audio_{marker}"), "data": "", "transcript": "yes", "expires_at": 1_900_000_000 });
    let message = json!({ "role": "assistant", "content": null, "refusal": null, "audio": audio });
    let whole = answers::completion("keeps", &message, "stop");
    let chunk = |delta: Value, finish: Value| {
        json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "keeps",
            "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }],
        })
    };
    let events = vec![
        chunk(
            json!({ "role": "assistant", "audio": { "id": audio["id"], "transcript": "yes" } }),
            Value::Null,
        ),
        chunk(json!({ "audio": { "data": "" } }), Value::Null),
        chunk(json!({}), "stop".into()),
        json!({ "object": "end" }),
    ];
    (serde_json::from_str(&whole).expect("JSON"), events)
}
