//! What is asked and what is answered: bodies of the sizes that applications send, in OpenAI's dialect
//! (<https://platform.openai.com/docs/api-reference/chat>).

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// The model in every chat request. The vendor of the benchmark calls it so too, so that bytes pass untouched.
pub const MODEL: &str = "bench-chat";

/// The model in every request for an embedding.
pub const EMBEDDING_MODEL: &str = "bench-embedding";

/// What a chunk of a stream carries in front of its send time.
pub const SENT_NS: &str = "sent_ns=";

/// How long a request with a long context is: some 500,000 tokens.
pub const LONG_BYTES: usize = 2 * 1024 * 1024;

/// How long a request body is: about a page of text.
pub const REQUEST_BYTES: usize = 2_048;

/// Numbers in an embedding, as `text-embedding-3-small` has them.
const DIMENSIONS: usize = 1_536;

/// How a streamed answer is sent. It travels in the request as an unknown field, which the gateway must let through.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Shape {
    /// Chunks with text; 0: no answer ever.
    pub chunks: u32,
    /// What is waited between two of them, in milliseconds.
    pub pause_ms: u64,
}

/// A chat completion request of exactly 2,048 bytes, streamed if a shape is given.
pub fn chat(stream: Option<Shape>) -> Bytes {
    let mut request = serde_json::json!({
        "model": MODEL,
        "messages": [
            { "role": "system", "content": "Answer in one sentence." },
            { "role": "user", "content": "" },
        ],
        "max_tokens": 64,
        "temperature": 0.2,
    });
    if let (Some(shape), Some(fields)) = (stream, request.as_object_mut()) {
        fields.insert("stream".into(), true.into());
        fields.insert("bench".into(), serde_json::json!(shape));
    }
    let missing = REQUEST_BYTES.saturating_sub(request.to_string().len());
    if let Some(content) = request.pointer_mut("/messages/1/content") {
        *content = words(missing).into();
    }
    Bytes::from(request.to_string())
}

/// A chat completion request that is never answered, and asks for a whole answer.
pub fn unanswered() -> Bytes {
    let message = serde_json::json!({ "role": "user", "content": words(100) });
    let shape = Shape { chunks: 0, pause_ms: 0 };
    let request = serde_json::json!({
        "model": MODEL, "messages": [message], "max_tokens": 64, "bench": shape,
    });
    Bytes::from(request.to_string())
}

/// A chat completion request with this prompt.
pub fn prompt(text: &str) -> Bytes {
    let message = serde_json::json!({ "role": "user", "content": text });
    let request = serde_json::json!({ "model": MODEL, "messages": [message], "max_tokens": 64 });
    Bytes::from(request.to_string())
}

/// A request of exactly so many bytes for the same model, in Anthropic's dialect.
pub fn messages(bytes: usize) -> Bytes {
    conversation(
        bytes,
        serde_json::json!({ "model": MODEL, "system": "Answer in one sentence.", "messages": [], "max_tokens": 64 }),
    )
}

/// A chat completion request of exactly so many bytes.
pub fn long_chat(bytes: usize) -> Bytes {
    conversation(bytes, serde_json::json!({ "model": MODEL, "messages": [], "max_tokens": 64 }))
}

/// Turns of about a kilobyte, the last as long as it must be.
fn conversation(bytes: usize, mut request: serde_json::Value) -> Bytes {
    const TURN_BYTES: usize = 1_024;
    let empty = request.to_string().len();
    let turn = |role: &str, text: String| serde_json::json!({ "role": role, "content": text });
    let around = turn("assistant", String::new()).to_string().len() + 1;
    let mut left = bytes.saturating_sub(empty);
    let mut turns = Vec::new();
    // A user's turn is shorter around its text, and the last of an odd number.
    while left > 2 * (TURN_BYTES + around) {
        turns.push(turn("user", words(TURN_BYTES + "assistant".len() - "user".len())));
        turns.push(turn("assistant", words(TURN_BYTES)));
        left -= 2 * (TURN_BYTES + around);
    }
    let last = turn("user", String::new()).to_string().len();
    turns.push(turn("user", words(left.saturating_sub(last))));
    if let Some(messages) = request.get_mut("messages") {
        *messages = turns.into();
    }
    Bytes::from(request.to_string())
}

/// An embedding request of one short text.
pub fn embeddings() -> Bytes {
    Bytes::from(serde_json::json!({ "model": EMBEDDING_MODEL, "input": words(256) }).to_string())
}

/// A whole answer of about 600 bytes.
pub fn completion() -> Bytes {
    let answer = serde_json::json!({
        "id": "chatcmpl-bench",
        "object": "chat.completion",
        "created": 1_767_225_600,
        "model": MODEL,
        "choices": [{
            "index": 0,
            "message": { "role": "assistant", "content": words(340) },
            "finish_reason": "stop",
        }],
        "usage": usage(),
    });
    Bytes::from(answer.to_string())
}

/// An answer with one embedding: about 30 KB.
pub fn embedding() -> Bytes {
    let numbers: Vec<f64> = (0..DIMENSIONS).map(|i| (i as f64 * 0.61).sin() / 32.0).collect();
    let answer = serde_json::json!({
        "object": "list",
        "data": [{ "object": "embedding", "index": 0, "embedding": numbers }],
        "model": EMBEDDING_MODEL,
        "usage": { "prompt_tokens": 48, "total_tokens": 48 },
    });
    Bytes::from(answer.to_string())
}

/// One event of a streamed answer, with the time it is sent.
pub fn chunk(sent_ns: u64) -> Bytes {
    Bytes::from(format!(
        "data: {{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1767225600,\
         \"model\":\"{MODEL}\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{SENT_NS}{sent_ns} \"}},\
         \"finish_reason\":null}}]}}\n\n"
    ))
}

/// How a streamed answer ends, with the usage if it was asked for.
pub fn end(include_usage: bool) -> Bytes {
    let stop = serde_json::json!({
        "id": "chatcmpl-bench", "object": "chat.completion.chunk", "created": 1_767_225_600, "model": MODEL,
        "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }],
    });
    let counted = serde_json::json!({
        "id": "chatcmpl-bench", "object": "chat.completion.chunk", "created": 1_767_225_600, "model": MODEL,
        "choices": [], "usage": usage(),
    });
    let counted = if include_usage { format!("data: {counted}\n\n") } else { String::new() };
    Bytes::from(format!("data: {stop}\n\n{counted}data: [DONE]\n\n"))
}

fn usage() -> serde_json::Value {
    serde_json::json!({ "prompt_tokens": 420, "completion_tokens": 48, "total_tokens": 468 })
}

/// Text of exactly this many bytes.
fn words(bytes: usize) -> String {
    "The quick brown fox jumps over the lazy dog. ".chars().cycle().take(bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_the_size_that_the_figures_name() {
        assert_eq!(chat(None).len(), REQUEST_BYTES);
        assert_eq!(chat(Some(Shape { chunks: 40, pause_ms: 5 })).len(), REQUEST_BYTES);
        assert_eq!(messages(REQUEST_BYTES).len(), REQUEST_BYTES);
        assert_eq!(messages(LONG_BYTES).len(), LONG_BYTES);
        assert_eq!(long_chat(LONG_BYTES).len(), LONG_BYTES);
    }

    #[test]
    fn answers_have_the_sizes_of_real_ones() {
        assert!((550..650).contains(&completion().len()), "{}", completion().len());
        assert!((25_000..40_000).contains(&embedding().len()), "{}", embedding().len());
    }
}
