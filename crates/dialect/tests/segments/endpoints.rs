//! What clients may ask, and a request of each.

use postern_dialect::{Dialect, Operation, translate};
use postern_types::Prompt;
use serde_json::{Value, json};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    Chat,
    Completions,
    Embeddings,
    Responses,
    Messages,
    Rerank,
}

impl Endpoint {
    pub const ALL: [Self; 6] = [
        Self::Chat,
        Self::Completions,
        Self::Embeddings,
        Self::Responses,
        Self::Messages,
        Self::Rerank,
    ];

    /// The least that is read, with these members.
    pub fn body(self, members: &Value) -> String {
        let mut body = match self {
            Self::Chat => json!({ "model": "m", "messages": [{ "role": "user", "content": "" }] }),
            Self::Completions => json!({ "model": "m", "prompt": "" }),
            Self::Embeddings => json!({ "model": "m", "input": [""] }),
            Self::Responses => json!({ "model": "m" }),
            Self::Messages => json!({
                "model": "m", "max_tokens": 1, "messages": [{ "role": "user", "content": "" }],
            }),
            Self::Rerank => json!({ "model": "m", "query": "", "documents": [""] }),
        };
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        body.to_string()
    }

    pub fn read(self, body: &str) -> Option<Prompt> {
        let (client, operation) = match self {
            Self::Chat => (Dialect::OpenAi, Operation::Chat),
            Self::Completions => (Dialect::OpenAi, Operation::Completions),
            Self::Embeddings => (Dialect::OpenAi, Operation::Embeddings),
            Self::Responses => (Dialect::Responses, Operation::Chat),
            Self::Messages => (Dialect::Anthropic, Operation::Chat),
            Self::Rerank => (Dialect::Cohere, Operation::Rerank),
        };
        let read = translate::read(client, operation, body).ok()?;
        Some(read.into_prompt(body.to_owned()))
    }

    /// A message or an item with these members.
    pub fn said(self, role: &str, members: Value) -> Value {
        let mut message = json!({ "role": role });
        message.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        match self {
            Self::Responses => json!({ "input": [message] }),
            _ => json!({ "messages": [message] }),
        }
    }

    /// A content of these parts.
    pub fn part(self, part: Value) -> Value {
        self.said("user", json!({ "content": [part] }))
    }
}

/// The segments are in order, do not overlap, and each is the inside of a string or JSON.
pub fn hold(prompt: &Prompt) {
    let mut end = 0;
    for segment in &prompt.segments {
        assert!(end <= segment.span.start, "{segment:?} of {}", prompt.body);
        end = segment.span.end;
        let raw = segment.raw(&prompt.body).expect("a segment is within the body");
        let (open, close) = if segment.is_json_string { ("\"", "\"") } else { ("[", "]") };
        let literal = format!("{open}{raw}{close}");
        assert!(serde_json::from_str::<Value>(&literal).is_ok(), "{segment:?}: {raw}");
    }
}
