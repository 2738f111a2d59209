//! The three clients: their requests, and their reading of an answer.

mod anthropic;
mod openai;
mod responses;

use postern_tests::Event;
use serde_json::Value;

/// The SDK of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    OpenAi,
    Responses,
    Anthropic,
}

/// A question, independent of the dialect.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    pub model: String,
    pub text: String,
    pub stream: bool,
    /// The tool `get_weather` may be called.
    pub tools: bool,
    /// A PNG of these bytes, in base64.
    pub image: Option<String>,
    /// The answer must follow this schema.
    pub schema: Option<Value>,
    /// Think first.
    pub think: bool,
    pub stop: Option<String>,
}

/// An answer as a client reads it, independent of the dialect.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen {
    pub text: String,
    pub refusal: String,
    pub thoughts: String,
    pub calls: Vec<Call>,
    pub finish: String,
    pub usage: Usage,
    /// The part of this turn that the next request must repeat.
    pub turn: Vec<Value>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Call {
    pub id: String,
    pub name: String,
    pub arguments: String,
}

/// In our counting: input with cached tokens, output with thoughts. A count that a dialect lacks is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    pub input: u64,
    pub cached: u64,
    pub output: u64,
    pub reasoning: u64,
}

/// An error as a client reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Error {
    pub kind: String,
    pub message: String,
}

impl Client {
    pub const ALL: [Self; 3] = [Self::OpenAi, Self::Responses, Self::Anthropic];

    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "Chat Completions",
            Self::Responses => "Responses",
            Self::Anthropic => "Messages",
        }
    }

    pub fn path(self) -> &'static str {
        match self {
            Self::OpenAi => "/v1/chat/completions",
            Self::Responses => "/v1/responses",
            Self::Anthropic => "/v1/messages",
        }
    }

    /// The first turn.
    pub fn request(self, ask: &Ask) -> Value {
        match self {
            Self::OpenAi => openai::request(ask),
            Self::Responses => responses::request(ask),
            Self::Anthropic => anthropic::request(ask),
        }
    }

    /// The next turn: the conversation so far, and the results of tools or the user's message.
    pub fn next(self, before: &Value, seen: &Seen, results: &[&str]) -> Value {
        match self {
            Self::OpenAi => openai::next(before, seen, results),
            Self::Responses => responses::next(before, seen, results),
            Self::Anthropic => anthropic::next(before, seen, results),
        }
    }

    /// A buffered answer.
    pub fn whole(self, body: &Value) -> Seen {
        match self {
            Self::OpenAi => openai::whole(body),
            Self::Responses => responses::whole(body),
            Self::Anthropic => anthropic::whole(body),
        }
    }

    /// A streamed answer, assembled as the SDK does; or the error that ended it.
    pub fn streamed(self, events: &[Event]) -> Result<Seen, Error> {
        let objects: Vec<&Value> = events.iter().filter_map(Event::json).collect();
        if let Some(error) = objects.iter().find_map(|object| self.error(object)) {
            return Err(error);
        }
        Ok(match self {
            Self::OpenAi => {
                assert_eq!(events.last(), Some(&Event::Done), "{events:?}");
                openai::whole(&openai::collected(&objects))
            }
            Self::Responses => responses::whole(&responses::collected(&objects)),
            Self::Anthropic => anthropic::whole(&anthropic::collected(&objects)),
        })
    }

    /// The error in an object, if it has one in this client's form.
    pub fn error(self, object: &Value) -> Option<Error> {
        let error = match self {
            Self::OpenAi => object.get("error")?,
            Self::Responses if object["type"] == "error" => object,
            Self::Responses if object["type"] == "response.failed" => &object["response"]["error"],
            Self::Responses => object.get("error").filter(|error| !error.is_null())?,
            Self::Anthropic if object["type"] == "error" => object.get("error")?,
            Self::Anthropic => return None,
        };
        let word = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        Some(Error { kind: word("type"), message: word("message") })
    }
}

/// The text of a field, or none.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The number of a field, or 0.
fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

/// The tool that the stories call.
fn weather_schema() -> Value {
    serde_json::json!({
        "type": "object",
        "properties": { "city": { "type": "string" }, "days": { "type": "integer" } },
        "required": ["city", "days"],
        "additionalProperties": false,
    })
}
