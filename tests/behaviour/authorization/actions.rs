//! Every action of a request must be permitted.

use super::{assert_refused, guarded, key};
use postern_tests::client::Answer;
use postern_tests::marker;
use serde_json::{Value, json};

const CHAT: &str = "/v1/chat/completions";
const RESPONSES: &str = "/v1/responses";
const MESSAGES: &str = "/v1/messages";

const ALL: [&str; 5] = ["chatter", "toolsmith", "painter", "speaker", "clerk"];

/// The answer to this body, and its line of the log.
async fn sent(roles: &[&str], path: &str, mut body: Value) -> (Answer, Value, String) {
    let marker = marker();
    // Where the vendor's scripts look for it, and where every dialect names the end user.
    match path {
        MESSAGES => body["metadata"] = json!({ "user_id": marker }),
        _ => body["user"] = marker.as_str().into(),
    }
    let call = guarded().stage.gateway.call("POST", path).key(key(roles).expose());
    let call = call.header("x-request-id", marker.as_str()).body(body.to_string());
    let answer = call.send().await;
    (answer, guarded().stage.gateway.log_line(&marker).await, marker)
}

fn chat(parts: Value) -> Value {
    json!({ "model": "plain-model", "messages": [{ "role": "user", "content": parts }] })
}

fn input(part: Value) -> Value {
    json!({ "model": "plain-model", "input": [{ "role": "user", "content": [part] }] })
}

fn message(block: Value) -> Value {
    let content = json!([{ "role": "user", "content": [block] }]);
    json!({ "model": "plain-model", "max_tokens": 9, "messages": content })
}

/// An action, the role that permits it, a path, and a request that needs it besides chatting.
type Row = (&'static str, &'static str, &'static str, Value);

/// Of each dialect.
fn requests() -> Vec<Row> {
    [with_tools(), with_images(), with_audio(), with_documents()].concat()
}

fn with_tools() -> Vec<Row> {
    let parameters = json!({ "type": "object", "properties": {} });
    let function = json!({ "name": "f", "parameters": parameters });
    let row = |path, mut body: Value, tool: Value| {
        body["tools"] = json!([tool]);
        ("use_tools", "toolsmith", path, body)
    };
    vec![
        row(CHAT, chat(json!("hi")), json!({ "type": "function", "function": function })),
        row(
            RESPONSES,
            input(json!({ "type": "input_text", "text": "hi" })),
            json!({ "type": "function", "name": "f", "parameters": parameters }),
        ),
        row(
            MESSAGES,
            message(json!({ "type": "text", "text": "hi" })),
            json!({ "name": "f", "input_schema": parameters }),
        ),
    ]
}

/// A source as Messages has it.
fn bytes(kind: &str) -> Value {
    json!({ "type": "base64", "media_type": kind, "data": "iVBORw0KGgo=" })
}

fn with_images() -> Vec<Row> {
    let picture = "data:image/png;base64,iVBORw0KGgo=";
    let image = json!({ "type": "image", "source": bytes("image/png") });
    let returned = json!({ "type": "tool_result", "tool_use_id": "t1", "content": [image] });
    let use_of_tool = json!({ "type": "tool_use", "id": "t1", "name": "f", "input": {} });
    let answered = json!([
        { "role": "user", "content": "look" },
        { "role": "assistant", "content": [use_of_tool] },
        { "role": "user", "content": [returned] },
    ]);
    let part = json!({ "type": "image_url", "image_url": { "url": picture } });
    let row = |path, body| ("send_images", "painter", path, body);
    vec![
        row(CHAT, chat(json!([part]))),
        row(RESPONSES, input(json!({ "type": "input_image", "image_url": picture }))),
        row(MESSAGES, message(image)),
        row(MESSAGES, json!({ "model": "plain-model", "max_tokens": 9, "messages": answered })),
    ]
}

fn with_audio() -> Vec<Row> {
    let audio = json!({ "data": "UklGRg==", "format": "wav" });
    let part = json!({ "type": "input_audio", "input_audio": audio });
    vec![("send_audio", "speaker", CHAT, chat(json!([part])))]
}

fn with_documents() -> Vec<Row> {
    let page = "data:application/pdf;base64,JVBERi0=";
    let file = json!({ "filename": "a.pdf", "file_data": page });
    let row = |path, body| ("send_documents", "clerk", path, body);
    vec![
        row(CHAT, chat(json!([{ "type": "file", "file": file }]))),
        row(
            RESPONSES,
            input(json!({ "type": "input_file", "filename": "a.pdf", "file_data": page })),
        ),
        row(MESSAGES, message(json!({ "type": "document", "source": bytes("application/pdf") }))),
    ]
}

#[tokio::test]
async fn a_request_needs_every_action_that_it_makes_use_of() {
    for (action, role, path, body) in requests() {
        let what = format!("{action} at {path}");
        // Chatting alone is not enough.
        let (answer, line, marker) = sent(&["chatter"], path, body.clone()).await;
        match path {
            MESSAGES => assert_eq!(answer.status, 403, "{what}: {}", answer.text()),
            _ => assert_refused(&answer, &line, action, "plain-model", &marker),
        }
        guarded().assert_nothing_reached_the_vendor(&marker);
        assert_eq!(line["access"]["actions"], json!(["chat", action]), "{what}");
        // Neither is the other action without chatting.
        let without_chat = sent(&["toolsmith", "painter", "speaker", "clerk"], path, body.clone());
        let (answer, _, marker) = without_chat.await;
        assert_eq!(answer.status, 403, "{what}: {}", answer.text());
        guarded().assert_nothing_reached_the_vendor(&marker);
        // Both are.
        let (answer, line, _) = sent(&["chatter", role], path, body).await;
        assert_eq!(line["access"]["allowed"], true, "{what}: {}", answer.text());
        assert_ne!(answer.status, 403, "{what}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_request_that_does_everything_needs_everything() {
    let mut body = chat(json!([
        { "type": "text", "text": "hi" },
        { "type": "image_url", "image_url": { "url": "https://example.com/a.png" } },
        { "type": "input_audio", "input_audio": { "data": "UklGRg==", "format": "wav" } },
        { "type": "file", "file": { "file_id": "file-1" } },
    ]));
    body["tools"] = json!([{ "type": "function", "function": { "name": "f" } }]);
    let (answer, line, _) = sent(&ALL, CHAT, body.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let all = json!(["chat", "use_tools", "send_images", "send_audio", "send_documents"]);
    assert_eq!(line["access"]["actions"], all);
    for missing in ["toolsmith", "painter", "speaker", "clerk"] {
        let roles = ["chatter", missing];
        let (answer, _, marker) = sent(&roles, CHAT, body.clone()).await;
        assert_eq!(answer.refusal().0, 403, "with {missing} alone");
        guarded().assert_nothing_reached_the_vendor(&marker);
    }
}

#[tokio::test]
async fn a_picture_is_one_however_its_part_is_written() {
    let url = "https://example.com/a.png";
    for part in [
        json!({ "type": "image_url", "image_url": url }),
        json!({ "image_url": { "url": url } }),
        json!({ "type": null, "image_url": { "url": url } }),
        json!({ "type": "input_image", "image_url": url }),
    ] {
        let (answer, line, marker) = sent(&["chatter"], CHAT, chat(json!([part]))).await;
        assert_refused(&answer, &line, "send_images", "plain-model", &marker);
    }
    // An ambiguous request is refused before: the vendor could take the other meaning.
    let body = r#"{"model":"plain-model","messages":[{"role":"user","content":[{"type":"text","type":"image_url","image_url":{"url":"u"}}]}]}"#;
    let call = guarded().stage.gateway.call("POST", CHAT).key(key(&["chatter"]).expose());
    let answer = call.body(body).send().await;
    assert_eq!(answer.refusal(), (400, "duplicate_parameter".to_owned()));
}

#[tokio::test]
async fn embedding_and_counting_are_actions_of_their_own() {
    let embeddings = json!({ "model": "plain-model", "input": "text" });
    let count =
        json!({ "model": "plain-model", "messages": [{ "role": "user", "content": "hi" }] });
    for (path, action, role, body) in [
        ("/v1/embeddings", "embed", "embedder", embeddings),
        ("/v1/messages/count_tokens", "count_tokens", "counter", count),
    ] {
        let (answer, line, marker) = sent(&["chatter"], path, body.clone()).await;
        assert_eq!(answer.status, 403, "{path}: {}", answer.text());
        assert!(answer.text().contains(action), "{}", answer.text());
        assert_eq!(line["access"]["actions"], json!([action]));
        guarded().assert_nothing_reached_the_vendor(&marker);
        let (answer, line, _) = sent(&[role], path, body).await;
        assert_eq!(line["access"]["allowed"], true, "{path}: {}", answer.text());
        let (answer, ..) = sent(&[role], CHAT, chat(json!("hi"))).await;
        assert_eq!(answer.status, 403, "{role}: {}", answer.text());
    }
}

#[tokio::test]
async fn what_a_request_says_can_decide() {
    let body = |cap: Value| {
        let mut body = chat(json!("hi"));
        body["max_tokens"] = cap;
        body
    };
    for (cap, status) in [(json!(100), 200), (json!(101), 403), (json!(null), 403)] {
        let (answer, line, _) = sent(&["user", "small"], CHAT, body(cap.clone())).await;
        assert_eq!(answer.status, status, "{cap}: {}", answer.text());
        if status == 403 {
            let policies = &line["access"]["refused"][0]["policies"];
            assert_eq!(*policies, json!(["small-answers-only"]));
        }
    }
}
