//! Performs scripts as the component does, without waiting.

#![allow(dead_code, reason = "each test file takes what it needs")]

use postern_sandbox::{Script, Step, answer};
use serde_json::{Value, json};

/// A script, performed.
pub struct Seen {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub pauses_ms: Vec<u32>,
    pub cut: bool,
}

pub fn perform(script: Script) -> Seen {
    let Script { status, headers, steps, .. } = script;
    let mut seen = Seen { status, headers, body: String::new(), pauses_ms: vec![], cut: false };
    for step in steps {
        assert!(!seen.cut, "nothing follows a cut");
        match step {
            Step::Write(text) => seen.body.push_str(&text),
            Step::Pause(ms) => seen.pauses_ms.push(ms),
            Step::Cut(_) => seen.cut = true,
        }
    }
    seen
}

pub fn post(path: &str, body: &Value) -> Seen {
    let model = body["model"].as_str().unwrap_or("sandbox");
    perform(answer(path, model, &body.to_string()))
}

pub fn chat(body: &Value) -> Seen {
    post("/chat/completions", body)
}

/// A request with one message, and `more` fields.
pub fn request(more: Value) -> Value {
    let mut body = json!({
        "model": "sandbox",
        "messages": [{ "role": "user", "content": "What is the weather in Paris?" }],
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn whole(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        assert_eq!(self.header("content-type"), Some("application/json"));
        self.json()
    }

    /// The data of all events, `[DONE]` among them.
    pub fn data(&self) -> Vec<&str> {
        assert_eq!(self.status, 200, "{}", self.body);
        assert_eq!(self.header("content-type"), Some("text/event-stream; charset=utf-8"));
        let events = self.body.split_terminator("\n\n");
        events.map(|event| event.strip_prefix("data: ").unwrap()).collect()
    }

    /// The chunks of a stream that ends as it should.
    pub fn chunks(&self) -> Vec<Value> {
        let mut data = self.data();
        assert_eq!(data.pop(), Some("[DONE]"));
        data.into_iter().map(|chunk| serde_json::from_str(chunk).unwrap()).collect()
    }
}

/// What a client makes of the chunks: for each choice its text, its arguments and why it ended.
pub fn gather(chunks: &[Value]) -> Vec<(String, String, String)> {
    let mut choices: Vec<(String, String, String)> = vec![];
    for choice in chunks.iter().flat_map(|chunk| chunk["choices"].as_array().unwrap()) {
        let index = usize::try_from(choice["index"].as_u64().unwrap()).unwrap();
        choices.resize(choices.len().max(index + 1), Default::default());
        let (text, arguments, finish_reason) = &mut choices[index];
        assert!(finish_reason.is_empty(), "nothing follows the end of a choice");
        text.push_str(choice["delta"]["content"].as_str().unwrap_or_default());
        let call = &choice["delta"]["tool_calls"][0];
        arguments.push_str(call["function"]["arguments"].as_str().unwrap_or_default());
        finish_reason.push_str(choice["finish_reason"].as_str().unwrap_or_default());
    }
    choices
}
