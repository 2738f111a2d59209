//! The vendors and the gateway of all tests here, and the clients' requests.

use crate::client::{Ask, Client, Error, Seen};
use postern_tests::client::Answer;
use postern_tests::events;
use postern_tests::fleet::Fleet;
use serde_json::Value;
use std::ops::Deref;
use std::sync::LazyLock;

pub use postern_tests::fleet::{ROWS, Row, STATUSES};

/// The fixtures of all tests of this binary.
pub struct Stage(Fleet);

fn models() -> String {
    crate::others::MODELS.to_owned() + &crate::agents::models()
}

/// The stage of all tests.
pub fn shared() -> &'static Stage {
    static SHARED: LazyLock<Stage> = LazyLock::new(|| Stage(Fleet::start(&models())));
    &SHARED
}

impl Deref for Stage {
    type Target = Fleet;

    fn deref(&self) -> &Fleet {
        &self.0
    }
}

impl Stage {
    pub async fn send(&self, client: Client, body: &Value, headers: &[(&str, &str)]) -> Answer {
        let call = self.gateway.call("POST", client.path());
        let call = match client {
            Client::Anthropic => call
                .header("x-api-key", self.key.expose())
                .header("anthropic-version", "2023-06-01"),
            _ => call.key(self.key.expose()),
        };
        let call = headers.iter().fold(call, |call, (name, value)| call.header(name, *value));
        call.body(body.to_string()).send().await
    }

    /// A successful request, buffered or streamed, as the client reads its answer.
    pub async fn seen(&self, client: Client, body: &Value) -> Result<Seen, Error> {
        let answer = self.send(client, body, &[]).await;
        let text = answer.text();
        assert_eq!(answer.status, 200, "{text}");
        match body["stream"].as_bool() {
            Some(true) => client.streamed(&events(text)),
            _ => Ok(client.whole(&serde_json::from_str(text).expect("JSON"))),
        }
    }
}

/// What clients make of a row.
pub trait Asks {
    /// The question to its model.
    fn ask(&self, scenario: &str, stream: bool) -> Ask;

    /// Whether the vendor's own bytes reach this client.
    fn speaks_as(&self, client: Client) -> bool;
}

impl Asks for Row {
    fn ask(&self, scenario: &str, stream: bool) -> Ask {
        Ask {
            model: self.model(scenario),
            text: "What will it be?".to_owned(),
            stream,
            ..Ask::default()
        }
    }

    fn speaks_as(&self, client: Client) -> bool {
        let provider = match client {
            Client::OpenAi => "openai",
            Client::Responses => "openai-responses",
            Client::Anthropic => "anthropic",
        };
        self.provider == provider
    }
}
