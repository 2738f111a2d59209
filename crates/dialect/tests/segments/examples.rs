//! Every kind has an example in every dialect that can carry it.

use crate::endpoints::{Endpoint, hold};
use postern_dialect::{Role, SegmentKind as Kind};
use serde_json::{Value, json};

/// Members of a body, what is said there, and by whom.
struct Example(Value, &'static str, Role);

const PDF: &str = "JVBERi0xLjQ=";
const PICTURE: &str = "https://a.example/b.png";

/// None: the dialect has no place for it.
fn example(endpoint: Endpoint, kind: Kind) -> Option<Example> {
    match endpoint {
        Endpoint::Chat => chat(kind),
        Endpoint::Responses => responses(kind),
        Endpoint::Messages => messages(kind),
        Endpoint::Completions | Endpoint::Embeddings | Endpoint::Rerank => plain(endpoint, kind),
    }
}

fn chat(kind: Kind) -> Option<Example> {
    let said = |role, members| Endpoint::Chat.said(role, members);
    let part = |part| Endpoint::Chat.part(part);
    let call = json!({ "tool_calls": [{ "type": "function", "function": { "name": "f", "arguments": "{}" } }] });
    let image = |detail| {
        part(json!({ "type": "image_url", "image_url": { "url": PICTURE, "detail": detail } }))
    };
    let file = |members| part(json!({ "type": "file", "file": members }));
    let (members, text, role) = match kind {
        Kind::Instruction => (said("developer", json!({ "content": "x" })), "x", Role::System),
        Kind::UserText => (part(json!({ "type": "text", "text": "x" })), "x", Role::User),
        Kind::AssistantText => (said("assistant", json!({ "refusal": "x" })), "x", Role::Assistant),
        Kind::Reasoning => {
            (said("assistant", json!({ "reasoning_content": "x" })), "x", Role::Assistant)
        }
        Kind::SealedReasoning => (
            said("assistant", json!({ "reasoning_details": [{ "encrypted_content": "x" }] })),
            "x",
            Role::Assistant,
        ),
        Kind::SpeakerName => (said("user", json!({ "name": "x", "content": "" })), "x", Role::User),
        Kind::ToolName => (said("assistant", call), "f", Role::Assistant),
        Kind::ToolSchema => (json!({ "tools": [1] }), "[1]", Role::System),
        Kind::ToolArguments => (said("assistant", call), "{}", Role::Assistant),
        Kind::ToolResult => (said("tool", json!({ "content": "x" })), "x", Role::Tool),
        // A server that takes Cohere's documents.
        Kind::Document => {
            (json!({ "documents": [{ "data": { "snippet": 1 }, "text": "x" }] }), "x", Role::User)
        }
        Kind::FileName => (file(json!({ "filename": "x" })), "x", Role::User),
        Kind::ImageReference => (image("high"), PICTURE, Role::User),
        Kind::LowDetailImage => (image("low"), PICTURE, Role::User),
        Kind::Media => (file(json!({ "file_data": PDF })), PDF, Role::User),
        Kind::FileReference => (file(json!({ "file_id": "x" })), "x", Role::User),
        Kind::VendorReference => (json!({ "web_search_options": {} }), "{}", Role::User),
        Kind::AnswerSchema => (json!({ "response_format": { "a": 1 } }), "{\"a\":1}", Role::System),
        Kind::Prediction => (json!({ "prediction": { "a": 1 } }), "{\"a\":1}", Role::User),
        Kind::Metadata => (json!({ "metadata": { "content": "x" } }), "x", Role::User),
        Kind::Other => (json!({ "brand_new": [1] }), "[1]", Role::User),
        Kind::EmbeddingInput | Kind::TokenIds => return None,
    };
    Some(Example(members, text, role))
}

fn responses(kind: Kind) -> Option<Example> {
    let said = |role, members| Endpoint::Responses.said(role, members);
    let part = |part| Endpoint::Responses.part(part);
    let item = |item: Value| json!({ "input": [item] });
    let call = json!({ "type": "function_call", "call_id": "c", "name": "f", "arguments": "{}" });
    let image =
        |detail| part(json!({ "type": "input_image", "image_url": PICTURE, "detail": detail }));
    let (members, text, role) = match kind {
        Kind::Instruction => (json!({ "instructions": "x" }), "x", Role::System),
        Kind::UserText => (json!({ "input": "x" }), "x", Role::User),
        Kind::AssistantText => (
            said("assistant", json!({ "content": [{ "type": "output_text", "text": "x" }] })),
            "x",
            Role::Assistant,
        ),
        Kind::Reasoning => (
            item(
                json!({ "summary": [{ "type": "summary_text", "text": "x" }], "type": "reasoning" }),
            ),
            "x",
            Role::Assistant,
        ),
        Kind::SealedReasoning => {
            (item(json!({ "type": "reasoning", "encrypted_content": "x" })), "x", Role::Assistant)
        }
        Kind::SpeakerName => (said("user", json!({ "name": "x", "content": "" })), "x", Role::User),
        Kind::ToolName => (item(call), "f", Role::Assistant),
        Kind::ToolSchema => (json!({ "tools": [1] }), "[1]", Role::System),
        Kind::ToolArguments => (item(call), "{}", Role::Assistant),
        Kind::ToolResult => (
            item(json!({ "output": "x", "type": "function_call_output", "call_id": "c" })),
            "x",
            Role::Tool,
        ),
        Kind::FileName => (part(json!({ "type": "input_file", "filename": "x" })), "x", Role::User),
        Kind::ImageReference => (image("auto"), PICTURE, Role::User),
        Kind::LowDetailImage => (image("low"), PICTURE, Role::User),
        Kind::Media => (part(json!({ "type": "input_file", "file_data": PDF })), PDF, Role::User),
        Kind::FileReference => {
            (part(json!({ "type": "input_file", "file_id": "x" })), "x", Role::User)
        }
        Kind::VendorReference => (json!({ "prompt": { "id": "x" } }), "x", Role::User),
        Kind::AnswerSchema => {
            (json!({ "text": { "format": { "schema": { "a": 1 } } } }), "{\"a\":1}", Role::System)
        }
        Kind::Metadata => (json!({ "safety_identifier": "x" }), "x", Role::User),
        Kind::Other => (json!({ "brand_new": "x" }), "x", Role::User),
        Kind::Document | Kind::EmbeddingInput | Kind::TokenIds | Kind::Prediction => return None,
    };
    Some(Example(members, text, role))
}

fn messages(kind: Kind) -> Option<Example> {
    let said = |role, block: Value| Endpoint::Messages.said(role, json!({ "content": [block] }));
    let part = |part| Endpoint::Messages.part(part);
    let call = json!({ "type": "tool_use", "id": "t", "name": "f", "input": { "a": 1 } });
    let (members, text, role) = match kind {
        Kind::Instruction => (json!({ "system": "x" }), "x", Role::System),
        Kind::UserText => (part(json!({ "type": "text", "text": "x" })), "x", Role::User),
        Kind::AssistantText => {
            (said("assistant", json!({ "type": "text", "text": "x" })), "x", Role::Assistant)
        }
        Kind::Reasoning => (
            said("assistant", json!({ "type": "thinking", "thinking": "x", "signature": "s" })),
            "x",
            Role::Assistant,
        ),
        Kind::SealedReasoning => {
            (part(json!({ "type": "search_result", "encrypted_content": "x" })), "x", Role::User)
        }
        Kind::ToolName => (said("assistant", call), "f", Role::Assistant),
        Kind::ToolSchema => (json!({ "tools": [1] }), "[1]", Role::System),
        Kind::ToolArguments => (said("assistant", call), "{\"a\":1}", Role::Assistant),
        Kind::ToolResult => (
            part(json!({ "content": "x", "type": "tool_result", "tool_use_id": "t" })),
            "x",
            Role::Tool,
        ),
        Kind::Document => (
            part(json!({ "type": "document", "source": { "data": "x", "type": "text" } })),
            "x",
            Role::User,
        ),
        Kind::FileName => (part(json!({ "type": "document", "title": "x" })), "x", Role::User),
        Kind::ImageReference => (
            part(json!({ "source": { "type": "base64", "data": "iVBORw0K" }, "type": "image" })),
            "iVBORw0K",
            Role::User,
        ),
        Kind::Media => {
            (part(json!({ "type": "document", "source": { "data": PDF } })), PDF, Role::User)
        }
        Kind::FileReference => (
            part(json!({ "type": "document", "source": { "type": "file", "file_id": "x" } })),
            "x",
            Role::User,
        ),
        Kind::VendorReference => (json!({ "mcp_servers": [{ "a": 1 }] }), "{\"a\":1}", Role::User),
        Kind::AnswerSchema => (json!({ "output_config": { "a": 1 } }), "{\"a\":1}", Role::System),
        Kind::Metadata => (json!({ "metadata": { "user_id": "x" } }), "x", Role::User),
        Kind::Other => (json!({ "brand_new": "x" }), "x", Role::User),
        Kind::SpeakerName
        | Kind::LowDetailImage
        | Kind::EmbeddingInput
        | Kind::TokenIds
        | Kind::Prediction => return None,
    };
    Some(Example(members, text, role))
}

fn plain(endpoint: Endpoint, kind: Kind) -> Option<Example> {
    let (members, text) = match (endpoint, kind) {
        (Endpoint::Completions, Kind::UserText) => (json!({ "suffix": "x" }), "x"),
        (Endpoint::Completions, Kind::TokenIds) => (json!({ "prompt": [[7], [8, 9]] }), "8,9"),
        (Endpoint::Embeddings, Kind::EmbeddingInput) => (json!({ "input": ["x"] }), "x"),
        (Endpoint::Embeddings, Kind::TokenIds) => (json!({ "input": [8, 9] }), "8,9"),
        (Endpoint::Rerank, Kind::EmbeddingInput) => (json!({ "documents": [{ "a": "x" }] }), "x"),
        (_, Kind::Metadata) => (json!({ "user": "x" }), "x"),
        (_, Kind::Other) => (json!({ "brand_new": { "a": 1 } }), "{\"a\":1}"),
        _ => return None,
    };
    Some(Example(members, text, Role::User))
}

#[test]
fn every_kind_is_found_in_every_dialect_that_carries_it() {
    for kind in Kind::ALL {
        let mut examples = 0;
        for endpoint in Endpoint::ALL {
            let Some(Example(members, text, role)) = example(endpoint, kind) else { continue };
            let body = endpoint.body(&members);
            let prompt = endpoint.read(&body).unwrap_or_else(|| panic!("{body}"));
            hold(&prompt);
            let found = prompt.segments.iter().any(|segment| {
                let said = segment.text(&body).unwrap();
                (segment.kind, segment.role, said.as_ref()) == (kind, role, text)
            });
            assert!(found, "{endpoint:?} has no {kind:?} `{text}`: {body}: {:#?}", prompt.segments);
            examples += 1;
        }
        assert!(examples > 0, "no dialect carries {kind:?}");
    }
}
