//! A vendor and a gateway in front of it, with the keys of two consumers.

use crate::client::Call;
use crate::gateway::{Gateway, Options};
use crate::upstream::{CREDENTIAL, Upstream};
use postern_keys::Key;
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The fixtures of a test.
pub struct Stage {
    /// The vendor.
    pub upstream: Upstream,
    /// The gateway.
    pub gateway: Gateway,
    /// A key of the consumer `tester`, which may use every model.
    pub key: Key,
    /// A key of the consumer `restricted`, which may use a few.
    pub restricted_key: Key,
}

/// The stage of all tests that do not change it.
#[must_use]
pub fn shared() -> &'static Stage {
    static SHARED: LazyLock<Stage> = LazyLock::new(Stage::start);
    &SHARED
}

/// A unique text: it is in the request's `user`, and in the answer.
#[must_use]
pub fn marker() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("marker-{}-{}.", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

impl Stage {
    /// A separate stage.
    #[must_use]
    pub fn start() -> Self {
        Self::with(Options::default())
    }

    /// A stage with another gateway; the vendor's variables are set.
    #[must_use]
    pub fn with(mut options: Options) -> Self {
        let upstream = Upstream::start();
        options.variables.extend(variables(&upstream));
        let gateway = Gateway::start(&options);
        let key = gateway.issue_key("tester");
        let restricted_key = gateway.issue_key("restricted");
        Self { upstream, gateway, key, restricted_key }
    }

    /// A request with a valid key.
    ///
    /// # Panics
    ///
    /// When something invalid has reached the vendor before.
    #[must_use]
    pub fn call(&self, method: &str, path: &str) -> Call {
        self.assert_nothing_invalid_was_sent();
        self.gateway.call(method, path).key(self.key.expose())
    }

    /// A chat completion in these words.
    #[must_use]
    pub fn chat(&self, body: &Value) -> Call {
        self.chat_text(&body.to_string())
    }

    /// A chat completion in this very text.
    #[must_use]
    pub fn chat_text(&self, body: &str) -> Call {
        self.call("POST", "/v1/chat/completions").body(body.to_owned())
    }

    /// A plain question to a model, answered whole.
    #[must_use]
    pub fn ask(&self, model: &str, marker: &str) -> Call {
        self.chat(&question(model, marker))
    }

    /// A plain question to a model, answered as a stream.
    #[must_use]
    pub fn ask_streamed(&self, model: &str, marker: &str) -> Call {
        let mut body = question(model, marker);
        body["stream"] = true.into();
        self.chat(&body)
    }

    /// The gateway has sent the vendor nothing that it should not have.
    ///
    /// # Panics
    ///
    /// When it has.
    pub fn assert_nothing_invalid_was_sent(&self) {
        assert_eq!(self.upstream.complaints(), Vec::<String>::new());
    }
}

/// The variables that lead a gateway to this vendor.
#[must_use]
pub fn variables(upstream: &Upstream) -> Vec<(String, String)> {
    let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    vec![variable("openai_base_url", &upstream.origin()), variable("openai_api_key", CREDENTIAL)]
}

/// The body of a plain question.
#[must_use]
pub fn question(model: &str, marker: &str) -> Value {
    json!({
        "model": model,
        "messages": [{ "role": "user", "content": format!("How many ships passed? {marker}") }],
        "user": marker,
    })
}
