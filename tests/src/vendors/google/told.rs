//! The story in Gemini's words, whole and in chunks.

use super::turns::{SEALER, call_words};
use crate::vendors::reply::Event;
use crate::vendors::story::{Cost, End, Said, Told};
use crate::vendors::{pieces, seal};
use serde_json::{Value, json};

pub(super) struct Teller<'a> {
    pub model: &'a str,
    /// It signs its calls and its last words.
    pub seals: bool,
    /// Each answer has an id of its own: its place in the conversation.
    pub number: usize,
}

/// The prompt counts what came from the cache; the candidates do not count the thoughts.
fn usage(cost: &Cost) -> Value {
    let mut usage = json!({
        "promptTokenCount": cost.input,
        "candidatesTokenCount": cost.output - cost.reasoning,
        "totalTokenCount": cost.input + cost.output,
        "promptTokensDetails": [{ "modality": "TEXT", "tokenCount": cost.input }],
    });
    if cost.cached > 0 {
        usage["cachedContentTokenCount"] = json!(cost.cached);
    }
    if cost.reasoning > 0 {
        usage["thoughtsTokenCount"] = json!(cost.reasoning);
    }
    usage
}

fn finish_reason(end: &End) -> &'static str {
    match end {
        End::Stop | End::Sequence(_) | End::Calls | End::Refusal => "STOP",
        End::Length => "MAX_TOKENS",
        End::Filter => "SAFETY",
    }
}

impl Teller<'_> {
    fn envelope(&self, candidate: &Value, usage: &Value) -> Value {
        json!({
            "candidates": [candidate],
            "usageMetadata": usage,
            "modelVersion": self.model,
            "responseId": format!("fake-response-{}", self.number),
        })
    }

    /// No candidate: the prompt itself is refused.
    fn blocked(&self, told: &Told) -> Option<Value> {
        (told.end == End::Refusal).then(|| {
            json!({
                "promptFeedback": { "blockReason": "SAFETY" },
                "usageMetadata": { "promptTokenCount": told.cost.input, "totalTokenCount": told.cost.input },
                "modelVersion": self.model,
                "responseId": format!("fake-response-{}", self.number),
            })
        })
    }

    pub fn response(&self, told: &Told) -> Value {
        if let Some(blocked) = self.blocked(told) {
            return blocked;
        }
        let mut first_call = true;
        let mut parts = Vec::new();
        for said in &told.said {
            match said {
                Said::Thoughts(text) => parts.push(json!({ "text": text, "thought": true })),
                Said::Text(text) | Said::Refusal(text) => {
                    let mut part = json!({ "text": text });
                    if self.seals {
                        part["thoughtSignature"] = json!(seal(SEALER, text));
                    }
                    parts.push(part);
                }
                Said::Call(_, name, arguments) => {
                    parts.extend(self.call(name, arguments, &mut first_call))
                }
            }
        }
        let mut candidate = json!({ "content": { "role": "model" }, "finishReason": finish_reason(&told.end), "index": 0 });
        if !parts.is_empty() {
            candidate["content"]["parts"] = Value::Array(parts);
        }
        self.envelope(&candidate, &usage(&told.cost))
    }

    /// A call that was cut is not shown at all.
    fn call(&self, name: &str, arguments: &str, first: &mut bool) -> Option<Value> {
        let arguments = if arguments.is_empty() { "{}" } else { arguments };
        let call = json!({ "name": name, "args": serde_json::from_str::<Value>(arguments).ok()? });
        let mut part = json!({ "functionCall": call });
        if self.seals && std::mem::replace(first, false) {
            part["thoughtSignature"] = json!(seal(SEALER, &call_words(&part["functionCall"])));
        }
        Some(part)
    }

    pub fn events(&self, told: &Told) -> Vec<Event> {
        if let Some(blocked) = self.blocked(told) {
            return vec![Event::other(line(&blocked))];
        }
        let mut first_call = true;
        let mut parts = Vec::new();
        let mut last = json!({ "text": "" });
        for said in &told.said {
            match said {
                Said::Thoughts(text) => {
                    parts.extend(
                        pieces(text)
                            .into_iter()
                            .map(|piece| json!({ "text": piece, "thought": true })),
                    );
                }
                Said::Text(text) | Said::Refusal(text) => {
                    parts.extend(pieces(text).into_iter().map(|piece| json!({ "text": piece })));
                    if self.seals {
                        last["thoughtSignature"] = json!(seal(SEALER, text));
                    }
                }
                Said::Call(_, name, arguments) => {
                    parts.extend(self.call(name, arguments, &mut first_call))
                }
            }
        }
        // Counts so far: each replaces the one before.
        let mut early = usage(&told.cost);
        early["candidatesTokenCount"] = json!(1);
        early["totalTokenCount"] = json!(told.cost.input + told.cost.reasoning + 1);
        let chunk = |part| {
            let content = json!({ "role": "model", "parts": [part] });
            line(&self.envelope(&json!({ "content": content, "index": 0 }), &early))
        };
        let mut events: Vec<Event> =
            parts.into_iter().map(|part| Event::delta(chunk(part))).collect();
        let candidate = json!({
            "content": { "role": "model", "parts": [last] },
            "finishReason": finish_reason(&told.end),
            "index": 0,
        });
        events.push(Event::other(line(&self.envelope(&candidate, &usage(&told.cost)))));
        events
    }
}

fn line(data: &Value) -> String {
    format!("data: {data}\r\n\r\n")
}
