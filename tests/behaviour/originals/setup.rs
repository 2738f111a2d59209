//! A vendor that remembers, and a gateway that keeps what it replaces.

use postern_keys::Key;
use postern_tests::client::Answer;
use postern_tests::upstream::CREDENTIAL;
use postern_tests::{Gateway, Options, Redis, Upstream, marker};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub const RESPONSES: &str = "/v1/responses";
pub const MESSAGES: &str = "/v1/messages";
pub const CHAT: &str = "/v1/chat/completions";

/// 32 bytes.
pub const KEY: &str = "7b1c5a0c2f9d4e6a8b3d1f0e5c7a9b2d4f6e8a0c1b3d5f7092a4c6e8f0b1d3e5";

pub const KEEPING: &str = "[originals]\nkeep = \"conversation\"\n";

/// The consumers, and their tenants.
const CONSUMERS: [(&str, Option<&str>); 3] =
    [("acme-shop", Some("acme")), ("acme-support", Some("acme")), ("globex", Some("globex"))];

const RULES: &str = r#"
[[rule]]
name = "personal"
detectors = ["personal"]
directions = ["request"]
action = "anonymise"
"#;

const MODELS: &str = r#"
[[provider]]
name = "responses"
dialect = "responses"
base_url = "{{ openai_base_url }}"
credential = "openai_api_key"

[[provider]]
name = "chat"
dialect = "openai"
base_url = "{{ openai_base_url }}"
credential = "openai_api_key"

[[provider]]
name = "messages"
dialect = "anthropic"
base_url = "{{ anthropic_base_url }}"
credential = "anthropic_api_key"
"#;

/// What a gateway differs in.
#[derive(Clone)]
pub struct Setup<'a> {
    /// The lines before the rules.
    pub originals: &'a str,
    pub key: &'a str,
    pub store: Option<&'a Redis>,
}

impl Default for Setup<'_> {
    fn default() -> Self {
        Setup { originals: KEEPING, key: KEY, store: None }
    }
}

pub struct Conversing {
    pub vendor: Upstream,
    pub gateway: Gateway,
    keys: BTreeMap<&'static str, Key>,
    _policies: tempfile::TempDir,
}

/// One turn of a conversation.
#[derive(Clone, Copy)]
pub struct Turn<'a> {
    pub consumer: &'a str,
    pub path: &'a str,
    pub said: &'a str,
    /// Further members of the body.
    pub more: &'a [(&'a str, Value)],
    /// The client's name of the conversation.
    pub header: Option<&'a str>,
    pub stream: bool,
}

/// A first turn.
pub fn turn<'a>(path: &'a str, said: &'a str) -> Turn<'a> {
    Turn { consumer: "acme-shop", path, said, more: &[], header: None, stream: false }
}

impl Setup<'_> {
    pub fn start(&self) -> Conversing {
        let vendor = Upstream::remembering();
        let policies = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| {
            std::fs::write(policies.path().join(name), text).unwrap();
        };
        write("gateway.toml", "[request]\nshared_ids = [\"conv_*\"]\n".to_owned());
        write("authorization.cedar", "permit (principal, action, resource);\n".to_owned());
        let models = ["responses", "chat", "messages"].map(|name| {
            format!(
                "[[model]]\nname = \"{name}\"\ncapabilities = [\"chat\"]\nmax_output_tokens = 100\n\
                 [[model.deployment]]\nprovider = \"{name}\"\nupstream_model = \"remembers\"\n"
            )
        });
        write("models.toml", MODELS.to_owned() + &models.concat());
        write("guardrails.toml", self.originals.to_owned() + RULES);
        let consumer = |(name, tenant): (&str, Option<&str>)| {
            let tenant = tenant.map_or_else(String::new, |name| format!("tenant = \"{name}\"\n"));
            format!("[[consumer]]\nname = \"{name}\"\nmodels = [\"*\"]\n{tenant}\n")
        };
        write("consumers.toml", CONSUMERS.map(consumer).concat());
        let mut variables = vec![("guardrail_key".to_owned(), self.key.to_owned())];
        for name in ["openai", "anthropic"] {
            variables.push((format!("{name}_base_url"), vendor.origin()));
            variables.push((format!("{name}_api_key"), CREDENTIAL.to_owned()));
        }
        let runtime_config = self.store.map(|redis| {
            format!("[key_value_store.default]\ntype = \"redis\"\nurl = \"{}\"\n", redis.url())
        });
        let gateway = Gateway::start(&Options {
            variables,
            policies: Some(policies.path().to_owned()),
            runtime_config,
            ..Options::default()
        });
        let keys = CONSUMERS.map(|(name, _)| (name, gateway.issue_key(name)));
        Conversing { vendor, gateway, keys: keys.into(), _policies: policies }
    }
}

impl Conversing {
    /// The answer to a turn, and the request's id.
    pub async fn sent(&self, turn: &Turn<'_>) -> (Answer, String) {
        let messages = json!([{ "role": "user", "content": turn.said }]);
        let mut body = match turn.path {
            RESPONSES => json!({ "model": "responses", "input": turn.said }),
            MESSAGES => json!({ "model": "messages", "messages": messages, "max_tokens": 50 }),
            _ => json!({ "model": "chat", "messages": messages }),
        };
        body["stream"] = turn.stream.into();
        for (name, value) in turn.more {
            body[*name] = value.clone();
        }
        let id = marker();
        let call = self.gateway.call("POST", turn.path).key(self.keys[turn.consumer].expose());
        let mut call = call.header("x-request-id", id.as_str()).body(body.to_string());
        if let Some(name) = turn.header {
            call = call.header("x-postern-conversation", name);
        }
        (call.send().await, id)
    }

    /// What the answer to a turn says, and the id by which it can be gone on with.
    pub async fn say(&self, turn: Turn<'_>) -> (String, String) {
        let (answer, _) = self.sent(&turn).await;
        assert_eq!(answer.status, 200, "{}: {}", turn.path, answer.text());
        let values: Vec<Value> = match turn.stream {
            true => answer.events().iter().filter_map(|event| event.json().cloned()).collect(),
            false => vec![answer.json()],
        };
        let text: String = values.iter().map(|value| text(turn.path, value)).collect();
        let ids = values.iter().flat_map(|value| [&value["response"]["id"], &value["id"]]);
        (text, ids.filter_map(Value::as_str).next().unwrap_or_default().to_owned())
    }

    /// The names in the store under which originals are kept.
    pub fn kept(&self) -> Vec<String> {
        let names = self.gateway.key_values().into_iter();
        names.filter(|name| name.starts_with("originals/")).collect()
    }
}

/// The text of an answer, or of an event of its stream.
fn text(path: &str, value: &Value) -> String {
    let said = match path {
        RESPONSES if value["type"] == "response.output_text.delta" => &value["delta"],
        RESPONSES => &value["output"][0]["content"][0]["text"],
        MESSAGES if value["type"] == "content_block_delta" => &value["delta"]["text"],
        MESSAGES => &value["content"][0]["text"],
        _ => [&value["choices"][0]["delta"]["content"], &value["choices"][0]["message"]["content"]]
            .into_iter()
            .find(|text| text.is_string())
            .unwrap_or(&Value::Null),
    };
    said.as_str().unwrap_or_default().to_owned()
}
