//! Every kind of id, in every client dialect that has it.

use super::setup::{CHAT, MESSAGES, RESPONSES, Setup};
use serde_json::{Value, json};

/// The source of each kind of id, the model that hands it out, and a request that uses one: the kind, its field, its
/// body.
type Row = (&'static str, &'static str, &'static str, &'static str, fn(&str) -> Value);

fn table() -> Vec<Row> {
    [of_responses(), of_messages(), of_chat()].concat()
}

fn of_responses() -> Vec<Row> {
    vec![
        (
            RESPONSES,
            "keeps",
            "resp",
            "previous_response_id",
            |id| json!({ "previous_response_id": id }),
        ),
        (RESPONSES, "keeps", "conv", "conversation", |id| json!({ "conversation": id })),
        (
            RESPONSES,
            "keeps",
            "conv",
            "conversation.id",
            |id| json!({ "conversation": { "id": id } }),
        ),
        (
            RESPONSES,
            "keeps",
            "msg",
            "input[0].id",
            |id| json!({ "input": [{ "type": "item_reference", "id": id }] }),
        ),
        (
            RESPONSES,
            "keeps",
            "rs",
            "input[1].id",
            |id| json!({ "input": [{ "role": "user", "content": "x" }, { "type": "reasoning", "id": id, "summary": [] }] }),
        ),
        (
            RESPONSES,
            "keeps",
            "cntr",
            "tools[0].container",
            |id| json!({ "tools": [{ "type": "code_interpreter", "container": id }] }),
        ),
        (
            RESPONSES,
            "keeps",
            "cfile",
            "input[0].content[0].file_id",
            |id| json!({ "input": [{ "role": "user", "content": [{ "type": "input_image", "file_id": id }] }] }),
        ),
    ]
}

fn of_messages() -> Vec<Row> {
    vec![
        (
            MESSAGES,
            "claude",
            "container",
            "container.id",
            |id| json!({ "container": { "id": id } }),
        ),
        (MESSAGES, "claude", "container", "container", |id| json!({ "container": id })),
        (MESSAGES, "claude", "file", "messages[0].content[0].source.file_id", |id| {
            json!({ "messages": [{ "role": "user", "content": [
                { "type": "document", "source": { "type": "file", "file_id": id } } ] }] })
        }),
        (
            MESSAGES,
            "claude",
            "file",
            "messages[0].content[0].file_id",
            |id| json!({ "messages": [{ "role": "user", "content": [{ "type": "container_upload", "file_id": id }] }] }),
        ),
    ]
}

fn of_chat() -> Vec<Row> {
    vec![(CHAT, "speaks", "audio", "messages[1].audio.id", |id| {
        json!({ "messages": [
                { "role": "user", "content": "hi" },
                { "role": "assistant", "audio": { "id": id } },
                { "role": "user", "content": "again" },
            ] })
    })]
}

/// A plain request.
fn plain(path: &str, model: &str, stream: bool) -> Value {
    let messages = json!([{ "role": "user", "content": "hi" }]);
    match path {
        RESPONSES => json!({ "model": model, "input": "hi", "stream": stream }),
        MESSAGES => {
            json!({ "model": model, "max_tokens": 9, "messages": messages, "stream": stream })
        }
        _ => json!({ "model": model, "messages": messages, "stream": stream,
            "modalities": ["text", "audio"], "audio": { "voice": "ash", "format": "pcm16" } }),
    }
}

#[tokio::test]
async fn every_id_is_its_tenants_in_every_dialect() {
    let accounts = Setup::default().start();
    for (path, model, kind, field, using) in table() {
        for stream in [false, true] {
            let kept = accounts.handed_out("acme-shop", path, plain(path, model, stream)).await;
            let mut body = plain(path, model, false);
            for (name, value) in using(&format!("{kind}_{kept}")).as_object().unwrap() {
                body[name] = value.clone();
            }
            accounts.assert_may("acme-support", path, body.clone()).await;
            accounts.assert_may_not("globex", path, body, field).await;
        }
    }
}

#[tokio::test]
async fn a_text_that_looks_like_an_id_is_a_text() {
    let accounts = Setup::default().start();
    for (path, model) in [(RESPONSES, "keeps"), (MESSAGES, "claude"), (CHAT, "speaks")] {
        let mut body = plain(path, model, false);
        match path {
            RESPONSES => body["input"] = "previous_response_id resp_1 file_id file-1".into(),
            _ => body["messages"][0]["content"] = "{\"file_id\":\"file-1\"}".into(),
        }
        accounts.assert_may("globex", path, body).await;
    }
}

#[tokio::test]
async fn too_many_ids_are_refused() {
    let accounts = Setup::default().start();
    let items: Vec<Value> =
        (0..1_001).map(|n| json!({ "type": "item_reference", "id": format!("msg_{n}") })).collect();
    let body = json!({ "model": "keeps", "input": items });
    let answer = accounts.sent("globex", RESPONSES, body).await;
    assert_eq!(answer.refusal(), (400, "too_many_ids".to_owned()));
}
