//! What agents send: the first request of each, written down from the real client. Texts are cut short, ids and
//! credentials are made up.

use crate::client::{Client, Seen};
use serde::Deserialize;
use serde_json::{Value, json};

/// An agent's request.
#[derive(Debug, Deserialize)]
pub struct Shape {
    /// Its name for people, with the version that was observed.
    pub client: String,
    dialect: String,
    /// With its query.
    pub path: String,
    /// All headers but credentials and those of the connection.
    pub headers: Vec<(String, String)>,
    body: Value,
}

macro_rules! shapes {
    ($($file:literal),* $(,)?) => {
        /// All of them, in the order of the table.
        pub fn all() -> Vec<Shape> {
            [$(include_str!($file)),*]
                .map(|text| serde_json::from_str(text).expect("a shape"))
                .into()
        }
    };
}

shapes!(
    "claude_code.json",
    "claude_code_unknown_model.json",
    "codex.json",
    "vercel_responses.json",
    "vercel_chat.json",
    "langchain.json",
    "litellm.json",
    "openai_agents.json",
    "cline.json",
);

impl Shape {
    /// The dialect that it speaks.
    pub fn dialect(&self) -> Client {
        match self.dialect.as_str() {
            "chat" => Client::OpenAi,
            "responses" => Client::Responses,
            "messages" => Client::Anthropic,
            other => panic!("no dialect of clients: {other}"),
        }
    }

    /// Its tools are texts in its instructions.
    pub fn has_tools_in_text(&self) -> bool {
        self.body.get("tools").is_none()
    }

    /// The first tool, which fakes call unless there is one for the weather.
    pub fn tool(&self) -> String {
        let name = |tool: &Value| {
            let tool = tool.get("function").unwrap_or(tool);
            tool["name"].as_str().unwrap_or_default().to_owned()
        };
        let names: Vec<_> = self.body["tools"].as_array().into_iter().flatten().map(name).collect();
        let weather = names.iter().find(|name| *name == postern_tests::vendors::TOOL);
        weather.or(names.first()).cloned().unwrap_or_default()
    }

    /// Its first request, to this model.
    pub fn first(&self, model: &str) -> Value {
        let mut body = self.body.clone();
        body["model"] = json!(model);
        assert_eq!(body["stream"], json!(true), "{} streams", self.client);
        body
    }

    /// The next request, to this model: the answer so far, and the result of its call, or what the user says now.
    pub fn next(&self, before: &Value, seen: &Seen, said: &str, model: &str) -> Value {
        let mut body = self.dialect().next(before, seen, &[said]);
        body["model"] = json!(model);
        body
    }
}
