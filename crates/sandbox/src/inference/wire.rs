//! The answer's objects: <https://platform.openai.com/docs/api-reference/chat/object> and `.../chat/streaming`.

use crate::seed::Seed;
use serde::Serialize;
use serde_json::{Value, json};

const NANOSECONDS_PER_SECOND: u64 = 1_000_000_000;

/// The common fields of all objects of one answer.
#[derive(Debug)]
pub(super) struct Head {
    id: String,
    created_s: u64,
    /// The host's name of the model.
    pub(super) model: String,
}

/// The usage of an answer, as far as the host counts it.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
}

impl Usage {
    pub(super) fn new(prompt_tokens: u32, completion_tokens: u32) -> Self {
        let (prompt_tokens, completion_tokens) =
            (u64::from(prompt_tokens), u64::from(completion_tokens));
        let total_tokens = prompt_tokens + completion_tokens;
        Usage { prompt_tokens, completion_tokens, total_tokens }
    }
}

impl Head {
    pub(super) fn new(seed: &Seed, model: &str, now_ns: u64) -> Self {
        Head {
            id: format!("chatcmpl-{}", seed.id(&format!("completion at {now_ns}"))),
            created_s: now_ns / NANOSECONDS_PER_SECOND,
            model: model.to_owned(),
        }
    }

    /// The whole answer.
    pub(super) fn completion(&self, text: &str, finish_reason: &str, usage: Usage) -> String {
        let choice = json!({
            "index": 0,
            "message": { "role": "assistant", "content": text, "refusal": null },
            "logprobs": null,
            "finish_reason": finish_reason,
        });
        let mut object = self.object("chat.completion", json!([choice]));
        put(&mut object, "usage", json!(usage));
        object.to_string()
    }

    /// The answer as events: the role, the text, the finish reason, the usage if requested, and the end.
    pub(super) fn events(
        &self,
        text: &str,
        finish_reason: &str,
        usage: Option<Usage>,
    ) -> Vec<String> {
        let said = (!text.is_empty()).then(|| self.chunk(json!({ "content": text }), None));
        let deltas = [self.chunk(json!({ "role": "assistant", "content": "" }), None)]
            .into_iter()
            .chain(said)
            .chain([self.chunk(json!({}), Some(finish_reason))]);
        let with_usage = |mut chunk: Value| {
            // If it was requested, each event has the field.
            if usage.is_some() {
                put(&mut chunk, "usage", Value::Null);
            }
            chunk
        };
        let cost = usage.map(|usage| {
            let mut chunk = self.object("chat.completion.chunk", json!([]));
            put(&mut chunk, "usage", json!(usage));
            chunk
        });
        let chunks = deltas.map(with_usage).chain(cost).map(|chunk| chunk.to_string());
        chunks.chain(["[DONE]".to_owned()]).map(|data| format!("data: {data}\n\n")).collect()
    }

    fn chunk(&self, delta: Value, finish_reason: Option<&str>) -> Value {
        let choice =
            json!({ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason });
        self.object("chat.completion.chunk", json!([choice]))
    }

    fn object(&self, object: &str, choices: Value) -> Value {
        let Head { id, created_s, model } = self;
        json!({ "id": id, "object": object, "created": created_s, "model": model, "choices": choices })
    }
}

fn put(object: &mut Value, name: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}
