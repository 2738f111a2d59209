//! A vendor that stores objects, and a gateway with callers of several tenants and of none.

use postern_keys::Key;
use postern_tests::client::{Answer, Call};
use postern_tests::upstream::CREDENTIAL;
use postern_tests::{Gateway, Options, Upstream, marker};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub const RESPONSES: &str = "/v1/responses";
pub const MESSAGES: &str = "/v1/messages";
pub const CHAT: &str = "/v1/chat/completions";

/// The consumers, and their tenants.
const CONSUMERS: [(&str, Option<&str>); 5] = [
    ("acme-shop", Some("acme")),
    ("acme-support", Some("acme")),
    ("globex", Some("globex")),
    ("lone", None),
    ("alone", None),
];

const PROVIDERS: [(&str, &str, &str); 4] = [
    ("one", "responses", "openai"),
    ("two", "responses", "openai"),
    ("claude", "anthropic", "anthropic"),
    ("speaking", "openai", "openai"),
];

/// The models, and their deployments.
const MODELS: [(&str, &[(&str, &str)]); 6] = [
    ("keeps", &[("one", "keeps")]),
    ("gated", &[("one", "gated")]),
    ("keeps-elsewhere", &[("two", "keeps")]),
    ("fails-first", &[("one", "failing"), ("two", "keeps")]),
    ("claude", &[("claude", "keeps")]),
    ("speaks", &[("speaking", "keeps")]),
];

pub struct Accounts {
    pub vendor: Upstream,
    pub gateway: Gateway,
    keys: BTreeMap<&'static str, Key>,
    _policies: tempfile::TempDir,
}

/// The policies.
#[derive(Default)]
pub struct Setup<'a> {
    /// The lines below `[request]`.
    pub request: &'a str,
    /// No consumer has a tenant.
    pub without_tenants: bool,
    pub runtime_config: Option<String>,
}

impl Setup<'_> {
    pub fn start(self) -> Accounts {
        let vendor = Upstream::keeping();
        let policies = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| {
            std::fs::write(policies.path().join(name), text).unwrap();
        };
        write("gateway.toml", format!("[request]\n{}\n", self.request));
        write("authorization.cedar", "permit (principal, action, resource);\n".to_owned());
        write("models.toml", models());
        let consumer = |(name, tenant): (&str, Option<&str>)| {
            let tenant = tenant.filter(|_| !self.without_tenants);
            let tenant = tenant.map_or_else(String::new, |name| format!("tenant = \"{name}\"\n"));
            format!("[[consumer]]\nname = \"{name}\"\nmodels = [\"*\"]\n{tenant}\n")
        };
        write("consumers.toml", CONSUMERS.map(consumer).concat());
        let variables = ["openai", "anthropic"].into_iter().flat_map(|vendor_name| {
            let url = (format!("{vendor_name}_base_url"), vendor.origin());
            [url, (format!("{vendor_name}_api_key"), CREDENTIAL.to_owned())]
        });
        let gateway = Gateway::start(&Options {
            variables: variables.collect(),
            policies: Some(policies.path().to_owned()),
            runtime_config: self.runtime_config,
            ..Options::default()
        });
        let keys = CONSUMERS.map(|(name, _)| (name, gateway.issue_key(name)));
        Accounts { vendor, gateway, keys: keys.into(), _policies: policies }
    }
}

fn models() -> String {
    let provider = |(name, dialect, variable): (&str, &str, &str)| {
        format!(
            "[[provider]]\nname = \"{name}\"\ndialect = \"{dialect}\"\nbase_url = \"{{{{ {variable}_base_url }}}}\"\n\
             credential = \"{variable}_api_key\"\n\n"
        )
    };
    let model = |(name, deployments): (&str, &[(&str, &str)])| {
        let deployments = deployments.iter().map(|(provider, upstream)| {
            format!(
                "[[model.deployment]]\nprovider = \"{provider}\"\nupstream_model = \"{upstream}\"\n"
            )
        });
        let deployments: String = deployments.collect();
        format!(
            "[[model]]\nname = \"{name}\"\nmax_output_tokens = 100\n\
             capabilities = [\"chat\", \"tools\", \"vision\", \"files\", \"audio\", \"reasoning\"]\n{deployments}\n"
        )
    };
    PROVIDERS.map(provider).concat() + &MODELS.map(model).concat()
}

impl Accounts {
    /// A request of this consumer, with a marker where its dialect has room for one.
    pub fn call(&self, consumer: &str, path: &str, mut body: Value, marker: &str) -> Call {
        match path {
            MESSAGES => body["metadata"] = json!({ "user_id": marker }),
            _ => body["user"] = marker.into(),
        }
        let call = self.gateway.call("POST", path).key(self.keys[consumer].expose());
        call.header("x-request-id", marker).body(body.to_string())
    }

    /// The answer to it.
    pub async fn sent(&self, consumer: &str, path: &str, body: Value) -> Answer {
        self.call(consumer, path, body, &marker()).send().await
    }

    /// Has the vendor hand out an id, which the returned marker names.
    pub async fn handed_out(&self, consumer: &str, path: &str, body: Value) -> String {
        let marker = marker();
        let answer = self.call(consumer, path, body, &marker).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(answer.text().contains(&format!("_{marker}\"")), "{}", answer.text());
        marker
    }

    /// The request is answered.
    pub async fn assert_may(&self, consumer: &str, path: &str, body: Value) -> Answer {
        let answer = self.sent(consumer, path, body.clone()).await;
        assert_eq!(answer.status, 200, "{consumer} {body}: {}", answer.text());
        answer
    }

    /// Asserts a refusal that names the field and not the id, and that nothing reached the vendor. Returns the message.
    pub async fn assert_may_not(
        &self,
        consumer: &str,
        path: &str,
        body: Value,
        field: &str,
    ) -> String {
        let marker = marker();
        let answer = self.call(consumer, path, body.clone(), &marker).send().await;
        assert_eq!(answer.status, 403, "{consumer} {body}: {}", answer.text());
        let error = answer.json()["error"].clone();
        let message = error["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with(&format!("`{field}` ")), "{message}");
        if path == MESSAGES {
            assert_eq!(error["type"], "permission_error", "{error}");
        } else {
            assert_eq!(
                (&error["param"], &error["code"]),
                (&field.into(), &"id_not_permitted".into())
            );
        }
        assert!(self.vendor.requests(&marker).is_empty(), "{body} reached the vendor");
        let line = self.gateway.log_line(&marker).await;
        assert_eq!(line["fault"]["code"], "id_not_permitted", "{line}");
        message
    }
}

pub fn response(model: &str, stream: bool) -> Value {
    json!({ "model": model, "input": "hi", "stream": stream })
}

/// The next turn after the response that this marker names.
pub fn next_turn(model: &str, marker: &str) -> Value {
    json!({ "model": model, "input": "and now?", "previous_response_id": format!("resp_{marker}") })
}
