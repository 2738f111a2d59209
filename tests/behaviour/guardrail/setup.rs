//! A gateway with rules, and what a client and the vendor see of a request in each dialect.

use postern_tests::client::{Answer, Call};
use postern_tests::{Options, Stage, manifest};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

/// A client's dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    Chat,
    Completions,
    Responses,
    Messages,
}

impl Client {
    pub const ALL: [Client; 4] =
        [Client::Chat, Client::Completions, Client::Responses, Client::Messages];

    fn path(self) -> &'static str {
        match self {
            Client::Chat => "/v1/chat/completions",
            Client::Completions => "/v1/completions",
            Client::Responses => "/v1/responses",
            Client::Messages => "/v1/messages",
        }
    }

    pub fn body(self, model: &str, said: &str, stream: bool) -> Value {
        let messages = json!([{"role": "user", "content": said}]);
        match self {
            Client::Chat => json!({"model": model, "messages": messages, "stream": stream}),
            Client::Completions => {
                json!({"model": model, "prompt": said, "stream": stream, "max_tokens": 500})
            }
            Client::Responses => json!({"model": model, "input": messages, "stream": stream}),
            Client::Messages => {
                json!({"model": model, "messages": messages, "stream": stream, "max_tokens": 500})
            }
        }
    }

    /// What the answer says, and how it ended.
    pub fn read(self, answer: &Answer, stream: bool) -> (String, String) {
        match stream {
            true => self.read_stream(answer),
            false => self.read_whole(&answer.json()),
        }
    }

    fn read_whole(self, answer: &Value) -> (String, String) {
        let (text, end) = match self {
            Client::Chat => {
                let choice = &answer["choices"][0];
                (&choice["message"]["content"], &choice["finish_reason"])
            }
            Client::Completions => {
                (&answer["choices"][0]["text"], &answer["choices"][0]["finish_reason"])
            }
            Client::Responses => {
                let end = match answer["incomplete_details"]["reason"].is_string() {
                    true => &answer["incomplete_details"]["reason"],
                    false => &answer["status"],
                };
                (&answer["output"][0]["content"][0]["text"], end)
            }
            Client::Messages => (&answer["content"][0]["text"], &answer["stop_reason"]),
        };
        (said(text), said(end))
    }

    fn read_stream(self, answer: &Answer) -> (String, String) {
        let (mut text, mut end) = (String::new(), String::new());
        let events = answer.events();
        for event in events.iter().filter_map(|event| event.json()) {
            let (more, ends) = match self {
                Client::Chat => {
                    let choice = &event["choices"][0];
                    (&choice["delta"]["content"], &choice["finish_reason"])
                }
                Client::Completions => {
                    (&event["choices"][0]["text"], &event["choices"][0]["finish_reason"])
                }
                Client::Responses => {
                    let delta = match event["type"] == "response.output_text.delta" {
                        true => &event["delta"],
                        false => &Value::Null,
                    };
                    let response = &event["response"];
                    let reason = &response["incomplete_details"]["reason"];
                    let status = match event["type"] == "response.completed" {
                        true => &response["status"],
                        false => &Value::Null,
                    };
                    (delta, if reason.is_string() { reason } else { status })
                }
                Client::Messages => (&event["delta"]["text"], &event["delta"]["stop_reason"]),
            };
            text.push_str(&said(more));
            if ends.is_string() {
                end = said(ends);
            }
        }
        (text, end)
    }

    /// How the dialect says that content was filtered.
    pub fn filtered(self) -> &'static str {
        match self {
            Client::Messages => "refusal",
            _ => "content_filter",
        }
    }
}

fn said(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A gateway that has these rules besides the tests' policies.
pub struct Guarded {
    pub stage: Stage,
    _policies: TempDir,
}

pub fn start(rules: &str) -> Guarded {
    start_with(rules, &[])
}

/// With more lines in these policy files.
pub fn start_with(rules: &str, more: &[(&str, &str)]) -> Guarded {
    start_as(rules, more, Options::default())
}

/// With this wrapper before the built-in guardrail, as one line of `spin.toml` puts it there.
pub fn start_before(rules: &str, wrapper: &str) -> Guarded {
    let manifest = manifest::wrapped_guardrail(wrapper);
    start_as(rules, &[], Options { manifest: Some(manifest), ..Options::default() })
}

fn start_as(rules: &str, more: &[(&str, &str)], options: Options) -> Guarded {
    let policies = tempfile::tempdir().unwrap();
    let tests = manifest::repository().join("tests/policies");
    for file in fs::read_dir(tests).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), policies.path().join(file.file_name())).unwrap();
    }
    fs::write(policies.path().join("guardrails.toml"), rules).unwrap();
    for (file, lines) in more {
        let path = policies.path().join(file);
        let text = fs::read_to_string(&path).unwrap_or_default();
        fs::write(path, format!("{text}\n{lines}\n")).unwrap();
    }
    let options = Options { policies: Some(policies.path().to_owned()), ..options };
    Guarded { stage: Stage::with(options), _policies: policies }
}

impl Guarded {
    pub fn ask(&self, client: Client, model: &str, said: &str, stream: bool) -> Call {
        self.send(client, &client.body(model, said, stream))
    }

    pub fn send(&self, client: Client, body: &Value) -> Call {
        self.stage.call("POST", client.path()).body(body.to_string())
    }
}
