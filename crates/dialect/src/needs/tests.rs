use super::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn of_json(client: Dialect, operation: Operation, body: &Value) -> Needs {
    of(client, operation, &body.to_string()).unwrap()
}

/// The uses and ids of a chat with these fields.
fn chat(fields: &Value) -> (Vec<Use>, Vec<String>) {
    in_dialect(Dialect::OpenAi, json!({ "model": "m", "messages": [] }), fields)
}

fn in_dialect(client: Dialect, mut body: Value, fields: &Value) -> (Vec<Use>, Vec<String>) {
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    let needs = of_json(client, Operation::Chat, &body);
    (needs.uses.into_iter().collect(), needs.ids.into_keys().collect())
}

fn responses(fields: &Value) -> (Vec<Use>, Vec<String>) {
    in_dialect(Dialect::Responses, json!({ "model": "m" }), fields)
}

fn messages(fields: &Value) -> (Vec<Use>, Vec<String>) {
    in_dialect(Dialect::Anthropic, json!({ "model": "m", "max_tokens": 9 }), fields)
}

/// Finds the files of shapes in a folder and its subfolders.
fn shapes(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => shapes(&path, found),
            false if path.extension().is_some_and(|extension| extension == "shape") => {
                found.push(path)
            }
            false => {}
        }
    }
}

/// Whether a shape stands at the top of a body, and at which endpoint.
fn endpoint(file: &str, shape: &str) -> Option<Endpoint> {
    Some(match (file, shape) {
        (_, "Completions") => Endpoint::Completions,
        (_, "Embeddings" | "Embed" | "Batch" | "Predict") => Endpoint::Embeddings,
        (_, "Rerank") => Endpoint::Rerank,
        (_, "Responses") => Endpoint::Responses,
        (_, "Messages") => Endpoint::Messages,
        ("messages", "Count") => Endpoint::Messages,
        (_, "Chat" | "Converse" | "Generate" | "VertexGenerate" | "Count") => Endpoint::Chat,
        _ => return None,
    })
}

#[test]
fn every_field_and_type_that_a_vendor_has_is_in_a_table() {
    let mut files = Vec::new();
    shapes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/src/vendors"), &mut files);
    assert!(files.len() >= 6, "{files:?}");
    let mut missing = Vec::new();
    for path in files {
        let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let (mut shape, mut is_by_type) = (String::new(), false);
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let indent = line.len() - line.trim_start().len();
            match (indent, words.as_slice()) {
                (_, [] | ["..."] | ["#", ..]) => {}
                (0, [name, rest @ ..]) => {
                    shape = (*name).to_owned();
                    is_by_type = rest.first() == Some(&"by");
                }
                (2, kinds) if is_by_type => {
                    let is_listed = |kind: &str| kinds::listed(kind).is_some() || is_role(kind);
                    missing.extend(
                        kinds
                            .iter()
                            .filter(|kind| !is_listed(kind))
                            .map(|kind| format!("{file}: type {kind}")),
                    );
                }
                (_, [name, ..]) => {
                    let name = name.trim_end_matches('!');
                    let listed = match endpoint(&file, &shape) {
                        Some(endpoint) => fields::top_row(endpoint, name),
                        None => fields::within_row(name),
                    };
                    if listed.is_none() {
                        missing.push(format!("{file}: {shape}.{name}"));
                    }
                }
            }
        }
    }
    assert!(missing.is_empty(), "in no table of crates/dialect/src/needs: {missing:#?}");
}

fn is_role(kind: &str) -> bool {
    ["system", "developer", "user", "assistant", "tool", "function"].contains(&kind)
}

#[test]
fn every_name_is_in_a_table_once() {
    for table in fields::names() {
        let mut sorted = table.clone();
        sorted.sort();
        sorted.dedup();
        let mut twice = table;
        for name in &sorted {
            twice.remove(twice.iter().position(|known| known == name).unwrap());
        }
        assert!(twice.is_empty(), "{twice:?}");
    }
}

#[test]
fn fields_of_a_chat_that_do_more_than_talk() {
    for (fields, uses) in [
        (json!({ "modalities": ["text"] }), vec![]),
        (json!({ "modalities": ["text", "audio"] }), vec![Use::ReceiveAudio]),
        (json!({ "modalities": ["image", "text"] }), vec![Use::GenerateImages]),
        (json!({ "audio": { "format": "wav", "voice": "ash" } }), vec![Use::ReceiveAudio]),
        (json!({ "audio": null, "plugins": [], "store": false, "background": null }), vec![]),
        (json!({ "plugins": [{ "id": "web" }] }), vec![Use::Tools]),
        (json!({ "web_search_options": {} }), vec![Use::Tools]),
        (json!({ "tool_choice": "none" }), vec![]),
        (json!({ "tool_choice": "required" }), vec![Use::Tools]),
        (json!({ "search_parameters": { "mode": "on" } }), vec![Use::Tools]),
        (json!({ "connectors": [{ "id": "web-search" }] }), vec![Use::Tools]),
        (json!({ "documents": [{ "data": { "text": "x" } }] }), vec![Use::Documents]),
        (json!({ "store": true }), vec![Use::KeepState]),
        (json!({ "models": ["another/model"] }), vec![Use::RouteAtVendor]),
        (json!({ "my_super_tools": [1] }), vec![Use::Tools]),
        (json!({ "newSkill": "x" }), vec![Use::Tools]),
        (
            json!({ "extra_body": { "google": { "tools": [{ "googleSearch": {} }] } } }),
            vec![Use::Tools],
        ),
        (json!({ "extra_body": { "unknown": { "x_mcp_y": 1 } } }), vec![Use::Tools]),
        (
            json!({ "generationConfig": { "responseModalities": ["AUDIO"] } }),
            vec![Use::ReceiveAudio],
        ),
        (json!({ "metadata": { "tool": "x", "search": "y" } }), vec![]),
        (json!({ "user": "mcp", "temperature": 1, "stop": ["tools"] }), vec![]),
    ] {
        assert_eq!(chat(&fields).0, uses, "{fields}");
    }
}

#[test]
fn parts_of_a_chat_that_are_more_than_words() {
    for (part, uses) in [
        (json!({ "type": "text", "text": "search the tools" }), vec![]),
        (
            json!({ "type": "video_url", "video_url": { "url": "https://a/b.mp4" } }),
            vec![Use::Video],
        ),
        (json!({ "video_url": "https://a/b.mp4" }), vec![Use::Video]),
        (
            json!({ "type": "image_url", "image_url": { "url": "https://a/b.png" } }),
            vec![Use::Images],
        ),
        (
            json!({ "type": "input_audio", "input_audio": { "data": "", "format": "wav" } }),
            vec![Use::Audio],
        ),
        (json!({ "type": "file", "file": { "file_data": "" } }), vec![Use::Documents]),
        (json!({ "type": "hologram_video" }), vec![Use::Video]),
        (
            json!({ "type": "tool_result", "tool_use_id": "t", "content": [{ "type": "image" }] }),
            vec![Use::Images],
        ),
        (
            json!({ "type": "tool_use", "id": "t", "name": "f", "input": { "type": "image", "tools": [1] } }),
            vec![],
        ),
    ] {
        let (found, ids) = chat(&json!({ "messages": [{ "role": "user", "content": [part] }] }));
        assert_eq!((found, ids.as_slice()), (uses, &[][..]), "{part}");
    }
    // A spoken answer is sent again by its id.
    let spoken = json!({ "messages": [{ "role": "assistant", "audio": { "id": "audio_1" } }] });
    assert_eq!(chat(&spoken), (vec![Use::Audio], vec!["audio_1".to_owned()]));
}

#[test]
fn fields_of_responses_that_do_more_than_talk() {
    let tool = |tool: &str| json!({ "tools": [{ "type": tool }] });
    for kind in [
        "web_search",
        "web_search_preview_2025_03_11",
        "file_search",
        "computer_use_preview",
        "mcp",
        "new_kind",
    ] {
        assert_eq!(responses(&tool(kind)).0, [Use::Tools], "{kind}");
    }
    assert_eq!(responses(&tool("image_generation")).0, [Use::Tools, Use::GenerateImages]);
    let (uses, ids) = responses(&json!({
        "previous_response_id": "resp_1", "conversation": { "id": "conv_1" }, "prompt": { "id": "pmpt_1" },
        "tools": [
            { "type": "file_search", "vector_store_ids": ["vs_1", "vs_2"] },
            { "type": "code_interpreter", "container": "cntr_1" },
            { "type": "code_interpreter", "container": { "type": "auto", "file_ids": ["file_1"] } },
        ],
        "input": [
            { "role": "user", "content": [{ "type": "input_image", "file_id": "file_2" }] },
            { "type": "item_reference", "id": "msg_1" },
            { "id": "msg_2" },
            { "type": "reasoning", "id": "rs_1", "summary": [] },
            { "type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": "x" },
            { "type": "message", "id": "msg_3", "role": "assistant", "content": [] },
            { "type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": "{}" },
        ],
    }));
    assert_eq!(uses, [Use::Tools, Use::Images, Use::KeepState]);
    let expected = [
        "cntr_1", "conv_1", "file_1", "file_2", "msg_1", "msg_2", "pmpt_1", "resp_1", "rs_1",
        "vs_1", "vs_2",
    ];
    assert_eq!(ids, expected);
    assert_eq!(responses(&json!({ "text": { "format": { "type": "text" } }, "input": "x" })).0, []);
    assert_eq!(responses(&json!({ "conversation": "conv_1" })).1, ["conv_1"]);
}

#[test]
fn an_item_that_holds_nothing_refers_to_what_the_vendor_has() {
    let ids = |item: &str| {
        let body = format!("{{\"model\":\"m\",\"input\":[{item}]}}");
        of(Dialect::Responses, Operation::Chat, &body).unwrap().ids.into_keys().collect::<Vec<_>>()
    };
    for (item, expected) in [
        (r#"{"type":"reasoning","id":"x","summary":[],"content":[]}"#, &["x"][..]),
        (r#"{"type":"reasoning","id":"x","encrypted_content":""}"#, &["x"]),
        (r#"{"type":"reasoning","id":"x","encrypted_content":null,"content":null}"#, &["x"]),
        (
            r#"{"type":"reasoning","id":"x","content":[{"type":"reasoning_text","text":"a"}]}"#,
            &["x"],
        ),
        (r#"{"type":"reasoning","id":"x","encrypted_content":"a"}"#, &[]),
        (r#"{"type":"image_generation_call","id":"x","result":""}"#, &["x"]),
        (r#"{"type":"image_generation_call","id":"x","result":"a"}"#, &[]),
        (r#"{"id":"x","content":[]}"#, &["x"]),
        (r#"{"id":"x","role":"user","content":"a"}"#, &[]),
        // Vendors differ in which of two duplicates they take.
        (r#"{"type":"item_reference","id":"x","id":"y"}"#, &["x", "y"]),
        (r#"{"type":"item_reference","type":"message","id":"x","role":"user"}"#, &["x"]),
    ] {
        assert_eq!(ids(item), expected, "{item}");
    }
    let shown = json!({ "input": [{ "type": "reasoning", "id": "x", "content": [{ "type": "reasoning_text", "text": "a" }] }] });
    assert_eq!(responses(&shown).0, [], "the words that are sent need no kept state");
}

#[test]
fn fields_of_messages_that_do_more_than_talk() {
    let (uses, ids) = messages(&json!({
        "container": {
            "id": "container_1",
            "skills": [
                { "type": "anthropic", "skill_id": "pptx" },
                { "skill_id": "skill_01", "type": "custom" },
            ],
        },
        "messages": [{ "role": "user", "content": [
            { "type": "document", "source": { "type": "file", "file_id": "file_1" } },
            { "type": "container_upload", "file_id": "file_2" },
        ] }],
    }));
    assert_eq!(uses, [Use::Tools, Use::Documents]);
    assert_eq!(ids, ["container_1", "file_1", "file_2", "skill_01"]);
    assert_eq!(
        messages(&json!({ "mcp_servers": [{ "type": "url", "url": "https://a" }] })).0,
        [Use::Tools]
    );
    assert_eq!(
        messages(&json!({ "container": null, "thinking": { "type": "between_tools" } })).0,
        []
    );
}

#[test]
fn places_that_only_the_account_reads_are_its_things() {
    for (url, is_of_account) in [
        ("https://example.com/a.png", false),
        ("data:image/png;base64,AAAA", false),
        ("gs://bucket/a.png", true),
        ("s3://bucket/a.png", true),
        ("https://generativelanguage.googleapis.com/v1beta/files/abc", true),
    ] {
        for image in [json!({ "url": url }), json!(url)] {
            let content = json!([{ "type": "image_url", "image_url": image }]);
            let (_, ids) = chat(&json!({ "messages": [{ "role": "user", "content": content }] }));
            assert_eq!(!ids.is_empty(), is_of_account, "{url}");
        }
    }
}

#[test]
fn what_ranks_embeds_and_goes_on_with_a_text_only_talks() {
    let rerank = json!({ "model": "m", "query": "q", "documents": ["a", { "text": "b" }] });
    assert_eq!(of_json(Dialect::Cohere, Operation::Rerank, &rerank), Needs::default());
    let embed = json!({ "model": "m", "input": ["a", "b"] });
    assert_eq!(of_json(Dialect::OpenAi, Operation::Embeddings, &embed), Needs::default());
    let complete = json!({ "model": "m", "prompt": "a", "suffix": "b" });
    assert_eq!(of_json(Dialect::OpenAi, Operation::Completions, &complete), Needs::default());
    let pictures =
        json!({ "model": "m", "input": [{ "type": "image_url", "image_url": "https://a" }] });
    let uses = of_json(Dialect::OpenAi, Operation::Embeddings, &pictures).uses;
    assert_eq!(uses.into_iter().collect::<Vec<_>>(), [Use::Images]);
}

#[test]
fn audio_and_pictures_need_what_they_carry_and_name_what_the_account_has() {
    let file = json!({ "filename": "search-tools.mp3", "content_type": "audio/mpeg", "bytes": 3 });
    for (operation, body, uses, ids) in [
        (
            Operation::Transcribe,
            json!({ "model": "m", "file": file, "prompt": "search", "stream": "true" }),
            vec![],
            vec![],
        ),
        (Operation::Speak, json!({ "model": "m", "input": "a", "voice": "ash" }), vec![], vec![]),
        (
            Operation::Speak,
            json!({ "model": "m", "input": "a", "voice": { "id": "voice_1" } }),
            vec![],
            vec!["voice_1"],
        ),
        (
            Operation::GenerateImages,
            json!({ "model": "m", "prompt": "a", "background": "opaque" }),
            vec![],
            vec![],
        ),
        (
            Operation::EditImages,
            json!({ "model": "m", "prompt": "a", "image[]": file }),
            vec![Use::Images],
            vec![],
        ),
        (
            Operation::GenerateImages,
            json!({ "model": "m", "prompt": "a", "tools": [1] }),
            vec![Use::Tools],
            vec![],
        ),
    ] {
        let needs = of_json(Dialect::OpenAi, operation, &body);
        let found: Vec<_> = needs.uses.into_iter().collect();
        assert_eq!(found, uses, "{body}");
        assert_eq!(needs.ids.into_keys().collect::<Vec<_>>(), ids, "{body}");
    }
}
