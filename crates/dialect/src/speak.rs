//! The traits that each dialect implements, and the data that passes from encoding a request to decoding its answer.

use crate::Edit;
use crate::chat::{Answer, Event};
use postern_fault::Fault;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A request in a vendor's dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// The path, appended to the vendor's base URL; it begins with a slash and may have a query.
    pub path: String,
    /// The dialect's headers, besides `content-type: application/json`.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// The client's own bytes, for a vendor that speaks the same dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spliced {
    /// Appended to the vendor's base URL.
    pub path: String,
    /// The dialect's headers, besides `content-type: application/json`.
    pub headers: Vec<(&'static str, String)>,
    /// The splices, sorted.
    pub edits: Vec<Edit>,
}

/// What the decoder of an answer must know of its request. `encode` makes it, and the decoder receives it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memo {
    /// The tool that stands for the requested schema: its call is the answer's text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_tool: Option<String>,
    /// Client and vendor speak one dialect, and the request was translated nevertheless.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub translated: bool,
    /// Custom tools that became functions of one string, `input`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub custom_tools: Vec<String>,
    /// Tools whose names the vendor does not accept: from the name sent to the client's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tool_names: BTreeMap<String, String>,
    /// Tools that stand in a namespace (Responses): from the name in the hub to namespace and name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub namespaced: BTreeMap<String, (String, String)>,
    /// Settings that the client's dialect repeats in its answer (Responses).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub echo: Option<Value>,
    /// Whether the client requested its vectors in base64.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub base64_vectors: bool,
    /// The prompt's size in tokens, counted here, for vendors that report no usage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_input_tokens: Option<u64>,
}

/// What a writer of answers must know besides the answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Context {
    /// The gateway's own id for the request. Ids are made from it where the vendor has none.
    pub request_id: String,
    /// The current time, in seconds since 1970.
    pub unix_s: u64,
    /// The vendor's name for the model, for vendors that do not say which model answered.
    pub model: String,
    /// Whether the client asked for the usage in its stream (OpenAI's `include_usage`).
    pub usage_in_stream: bool,
    /// The memo that encoding left.
    pub memo: Memo,
}

/// Reads the events of a vendor's answer, one after the other.
pub trait ReadAnswer {
    /// Reads the next event of the stream: its name, if it has one, and its data. Unknown events yield nothing.
    ///
    /// # Errors
    /// An event that cannot be read (`upstream-invalid`), or a failure that the vendor reports.
    fn event(
        &mut self,
        name: Option<&str>,
        data: &str,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault>;

    /// Ends the stream: emits what is left, with [`Event::Done`] last.
    ///
    /// # Errors
    /// `upstream-invalid`: the answer is incomplete.
    fn end(&mut self, events: &mut Vec<Event>) -> Result<(), Fault>;
}

/// Writes an answer in a client's dialect.
pub trait WriteAnswer {
    /// Appends to `out` what the client receives for the next event of a stream, which may be nothing.
    fn event(&mut self, event: Event, out: &mut String);

    /// Writes a buffered answer.
    fn whole(&mut self, answer: Answer) -> String;
}
