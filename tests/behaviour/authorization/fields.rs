//! Fields that make a vendor do more than chat: each has its action.

use super::{assert_refused, guarded, key};
use postern_tests::client::Answer;
use postern_tests::marker;
use serde_json::{Value, json};

const CHAT: &str = "/v1/chat/completions";
const RESPONSES: &str = "/v1/responses";
const MESSAGES: &str = "/v1/messages";
const COMPLETIONS: &str = "/v1/completions";

/// The answer to a request with these fields, and its line of the log.
async fn sent(roles: &[&str], path: &str, fields: &Value) -> (Answer, Value, String) {
    let marker = marker();
    let message = json!([{ "role": "user", "content": "hi" }]);
    let mut body = match path {
        RESPONSES => json!({ "model": "plain-model", "input": "hi", "user": marker }),
        COMPLETIONS => json!({ "model": "plain-model", "prompt": "hi", "user": marker }),
        MESSAGES => json!({ "model": "plain-model", "max_tokens": 9, "messages": message,
            "metadata": { "user_id": marker } }),
        _ => json!({ "model": "plain-model", "messages": message, "user": marker }),
    };
    for (name, value) in fields.as_object().expect("fields") {
        body[name] = value.clone();
    }
    let call = guarded().stage.gateway.call("POST", path).key(key(roles).expose());
    let call = call.header("x-request-id", marker.as_str()).body(body.to_string());
    let answer = call.send().await;
    (answer, guarded().stage.gateway.log_line(&marker).await, marker)
}

/// Requests that a caller with only the action `chat` is refused.
fn requests() -> Vec<(&'static str, &'static str, Value)> {
    let part = |part: Value| json!({ "messages": [{ "role": "user", "content": [part] }] });
    let tool = |kind: &str| json!({ "tools": [{ "type": kind }] });
    vec![
        ("receive_audio", CHAT, json!({ "modalities": ["text", "audio"] })),
        ("receive_audio", CHAT, json!({ "audio": { "format": "mp3", "voice": "ash" } })),
        ("generate_images", CHAT, json!({ "modalities": ["image", "text"] })),
        (
            "send_video",
            CHAT,
            part(
                json!({ "type": "video_url", "video_url": { "url": "https://example.com/a.mp4" } }),
            ),
        ),
        ("use_tools", CHAT, json!({ "plugins": [{ "id": "web" }] })),
        ("use_tools", CHAT, json!({ "web_search_options": {} })),
        ("use_tools", CHAT, json!({ "connectors": [{ "id": "web-search" }] })),
        ("use_tools", CHAT, json!({ "some_new_plugin": true })),
        ("use_tools", CHAT, json!({ "\u{74}ools_v2": [1] })),
        ("use_tools", COMPLETIONS, json!({ "plugins": [{ "id": "web" }] })),
        ("keep_state", CHAT, json!({ "store": true })),
        ("route_at_vendor", CHAT, json!({ "models": ["another/model"] })),
        ("use_tools", RESPONSES, tool("web_search")),
        ("use_tools", RESPONSES, tool("computer_use_preview")),
        ("keep_state", RESPONSES, json!({ "background": true })),
        ("keep_state", RESPONSES, json!({ "store": true })),
        (
            "use_tools",
            MESSAGES,
            json!({ "container": { "skills": [{ "type": "anthropic", "skill_id": "pptx" }] } }),
        ),
        (
            "use_tools",
            MESSAGES,
            json!({ "mcp_servers": [{ "type": "url", "url": "https://example.com", "name": "x" }] }),
        ),
    ]
}

#[tokio::test]
async fn a_field_that_does_more_than_talk_needs_its_action() {
    for (action, path, fields) in requests() {
        let what = format!("{fields} at {path}");
        let (answer, line, marker) = sent(&["chatter"], path, &fields).await;
        match path {
            MESSAGES => assert_eq!(answer.status, 403, "{what}: {}", answer.text()),
            _ => assert_refused(&answer, &line, action, "plain-model", &marker),
        }
        assert_eq!(line["access"]["actions"], json!(["chat", action]), "{what}");
        guarded().assert_nothing_reached_the_vendor(&marker);
        let (answer, line, _) = sent(&["user"], path, &fields).await;
        assert_eq!(line["access"]["allowed"], true, "{what}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_field_that_says_nothing_needs_nothing() {
    for (path, fields) in [
        (CHAT, json!({ "audio": null, "plugins": [], "store": false, "modalities": ["text"] })),
        (CHAT, json!({ "metadata": { "tool": "x" }, "tool_choice": "none" })),
        (
            RESPONSES,
            json!({ "previous_response_id": null, "conversation": null, "background": false }),
        ),
        (MESSAGES, json!({ "container": null, "mcp_servers": null })),
    ] {
        let (answer, line, _) = sent(&["chatter"], path, &fields).await;
        assert_eq!(line["access"]["actions"], json!(["chat"]), "{fields}: {}", answer.text());
        assert_eq!(line["access"]["allowed"], true, "{fields}");
    }
}
