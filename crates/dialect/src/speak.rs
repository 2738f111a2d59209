//! What each dialect implements, and what passes between encoding a request and decoding its answer.

use crate::Edit;
use crate::chat::{Answer, Event};
use postern_fault::Fault;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A request in a vendor's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// Appended to the vendor's base URL; begins with a slash, may have a query.
    pub path: String,
    /// Headers of the dialect, beside `content-type: application/json`.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// The client's own bytes, for a vendor that speaks its dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spliced {
    /// Appended to the vendor's base URL.
    pub path: String,
    /// Headers of the dialect, beside `content-type: application/json`.
    pub headers: Vec<(&'static str, String)>,
    /// The splices, sorted.
    pub edits: Vec<Edit>,
}

/// What the decoder of an answer must know of its request: made by `encode`, handed back to the decoder.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memo {
    /// The tool that was made of the wanted schema: its call is the answer's text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_tool: Option<String>,
    /// Custom tools that were made functions of one string, `input`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub custom_tools: Vec<String>,
    /// Tools whose names the vendor does not take: the name sent, and the client's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tool_names: BTreeMap<String, String>,
    /// Settings that the client's dialect repeats in its answer (Responses).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub echo: Option<Value>,
    /// The client wants its vectors in base64.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub base64_vectors: bool,
    /// The prompt's size in tokens, counted here, for vendors that say no usage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_input_tokens: Option<u64>,
}

/// What a writer of answers must know besides the answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Context {
    /// The gateway's own id for the request: what ids are made of where the vendor has none.
    pub request_id: String,
    /// Now, in seconds since 1970.
    pub unix_s: u64,
    /// What the vendor calls the model, for vendors that do not say which model answered.
    pub model: String,
    /// The client asked for the usage in its stream (OpenAI's `include_usage`).
    pub usage_in_stream: bool,
    /// What encoding left.
    pub memo: Memo,
}

/// Reads a vendor's answer: events of its stream, one after the other.
pub trait ReadAnswer {
    /// The next event of the stream: its name, if it had one, and its data. Unknown events say nothing.
    ///
    /// # Errors
    /// What cannot be read (`upstream-invalid`), or what the vendor reports went wrong.
    fn event(
        &mut self,
        name: Option<&str>,
        data: &str,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault>;

    /// The stream has ended: what is left comes out, with [`Event::Done`] as the last.
    ///
    /// # Errors
    /// `upstream-invalid`: the answer is not whole.
    fn end(&mut self, events: &mut Vec<Event>) -> Result<(), Fault>;
}

/// Writes an answer in a client's dialect.
pub trait WriteAnswer {
    /// What the client gets for the next event of a stream, appended to `out`; may be nothing.
    fn event(&mut self, event: Event, out: &mut String);

    /// A whole answer.
    fn whole(&mut self, answer: Answer) -> String;
}
