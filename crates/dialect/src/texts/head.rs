//! The members that every chunk of chat completions and completions repeats.

use crate::json::Node;
use serde_json::{Value as Json, json};

/// The id, time and model of an answer.
#[derive(Default)]
pub(super) struct Head {
    id: String,
    created: u64,
    model: String,
}

impl Head {
    /// Takes them from the first chunk that has an id.
    pub fn see(&mut self, chunk: &Node<'_>) {
        if self.id.is_empty() {
            self.id = chunk.text_of("id").into_owned();
            self.created = chunk.get("created").and_then(Node::number).unwrap_or_default();
            self.model = chunk.text_of("model").into_owned();
        }
    }

    /// A chunk of one choice.
    pub fn event(&self, object: &str, choice: Json) -> String {
        format!("data: {}\n\n", self.chunk(object, vec![choice]))
    }

    /// A chunk.
    pub fn chunk(&self, object: &str, choices: Vec<Json>) -> Json {
        let Head { id, created, model } = self;
        json!({ "id": id, "object": object, "created": created, "model": model, "choices": choices })
    }
}
