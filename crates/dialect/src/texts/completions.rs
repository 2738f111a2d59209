//! Legacy completions: <https://platform.openai.com/docs/api-reference/completions/object>.

use super::find::FindTexts;
use super::found::Found;
use super::mark::When;
use crate::json::Node;
use postern_types::provider::{Place, TextKind};
use serde_json::{Value as Json, json};

#[derive(Default)]
pub(super) struct Completions {
    head: Head,
}

/// What every chunk repeats, here and in chats.
#[derive(Default)]
pub(super) struct Head {
    id: String,
    created: u64,
    model: String,
}

impl Head {
    /// Of the first chunk that has an id.
    pub fn see(&mut self, chunk: &Node<'_>) {
        if self.id.is_empty() {
            self.id = chunk.text_of("id").into_owned();
            self.created = chunk.get("created").and_then(Node::number).unwrap_or_default();
            self.model = chunk.text_of("model").into_owned();
        }
    }

    /// A chunk of one choice.
    pub fn event(&self, object: &str, choice: &Json) -> String {
        let Head { id, created, model } = self;
        let chunk = json!({
            "id": id, "object": object, "created": created, "model": model, "choices": [choice],
        });
        format!("data: {chunk}\n\n")
    }
}

impl FindTexts for Completions {
    fn event(&mut self, data: Option<&Node<'_>>, found: &mut Found<'_>) {
        let Some(data) = data else { return found.end_if(|_| true) };
        self.head.see(data);
        self.whole(data, found);
        for (number, choice) in data.list("choices") {
            if choice.get("finish_reason").is_some() {
                let index = choice.index_of("index").unwrap_or(number);
                found.end_if(|place| place.choice == index);
            }
        }
    }

    fn whole(&mut self, answer: &Node<'_>, found: &mut Found<'_>) {
        for (number, choice) in answer.list("choices") {
            let index = choice.index_of("index").unwrap_or(number);
            let place = Place::new(TextKind::Text, index);
            if let Some(text) = choice.get("text") {
                found.say(place, text);
            }
            if let Some(logprobs) = choice.get("logprobs") {
                found.void(place, logprobs, "null", When::Touched);
            }
        }
    }

    fn delta(&self, at: Place, text: &str, _: u64) -> Option<String> {
        let choice =
            json!({ "text": text, "index": at.choice, "logprobs": null, "finish_reason": null });
        Some(self.head.event("text_completion", &choice))
    }
}
