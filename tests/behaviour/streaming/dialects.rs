//! The endpoints that stream text: how each is asked, and how its streams end.

use postern_tests::client::Call;
use postern_tests::{Event, Stage, events};
use serde_json::{Value, json};

/// An endpoint that streams text.
pub struct Streaming {
    pub path: &'static str,
    /// The words of the event that ends a complete answer.
    end: &'static str,
    /// Where an event has a piece of the text.
    piece: &'static str,
    /// The events of the scripted vendor up to the last piece of its text.
    pub steps: usize,
}

/// All of them.
pub const DIALECTS: [Streaming; 4] = [
    Streaming {
        path: "/v1/chat/completions",
        end: "data: [DONE]\n\n",
        piece: "/choices/0/delta/content",
        steps: 6,
    },
    Streaming {
        path: "/v1/completions",
        end: "data: [DONE]\n\n",
        piece: "/choices/0/text",
        steps: 5,
    },
    Streaming {
        path: "/v1/messages",
        end: "event: message_stop\n",
        piece: "/delta/text",
        steps: 6,
    },
    Streaming {
        path: "/v1/responses",
        end: "event: response.completed\n",
        piece: "/delta",
        steps: 6,
    },
];

impl Streaming {
    /// Whether it is asked by a conversation.
    pub fn is_chat(&self) -> bool {
        self.path != "/v1/completions"
    }

    /// A request for a stream, whose marker is in the answer.
    pub fn ask(&self, stage: &Stage, model: &str, marker: &str) -> Call {
        let words = format!("How many ships passed? {marker}");
        let mut body = json!({ "model": model, "stream": true });
        match self.path {
            "/v1/completions" => body["prompt"] = json!(words),
            "/v1/responses" => body["input"] = json!(words),
            _ => body["messages"] = json!([{ "role": "user", "content": words }]),
        }
        match self.path {
            "/v1/messages" => {
                body["metadata"] = json!({ "user_id": marker });
                body["max_tokens"] = 100.into();
            }
            _ => body["user"] = json!(marker),
        }
        stage.call("POST", self.path).body(body.to_string())
    }

    /// The text of the answer so far.
    pub fn said(&self, stream: &str) -> String {
        let events = events(stream);
        let pieces = events.iter().filter_map(Event::json).filter(|event| {
            self.path != "/v1/responses" || event["type"] == "response.output_text.delta"
        });
        pieces.filter_map(|event| event.pointer(self.piece).and_then(Value::as_str)).collect()
    }

    /// Whether it ended as a complete answer does.
    pub fn is_complete(&self, stream: &str) -> bool {
        stream.contains(self.end)
    }

    /// Whether it ended with the dialect's event for a fault.
    pub fn is_failed(&self, stream: &str) -> bool {
        let events = events(stream);
        let Some(Event::Json(last)) = events.last() else { return false };
        match self.path {
            "/v1/messages" => last["type"] == "error" && last["error"]["type"].is_string(),
            "/v1/responses" => matches!(last["type"].as_str(), Some("error" | "response.failed")),
            _ => last["error"]["message"].is_string(),
        }
    }
}
