//! Events of a stream, as Cohere writes them.

use super::answer::{Cost, OneOrMany, ToolCall};
use crate::usage::lenient;
use crate::vendor_fault::parsed;
use postern_fault::Fault;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// The name that faults use for it.
pub(super) const WHAT: &str = "an event";

/// The members of every event.
#[derive(Deserialize)]
pub(super) struct Head<'a> {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub id: Option<String>,
    pub index: Option<u64>,
    #[serde(borrow)]
    pub delta: Option<&'a RawValue>,
    #[serde(borrow)]
    pub logprobs: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct OfMessage<T> {
    message: Option<T>,
}

#[derive(Deserialize)]
pub(super) struct OfContent<'a> {
    #[serde(borrow)]
    pub content: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct OfPlan {
    pub tool_plan: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct OfCalls {
    pub tool_calls: Option<OneOrMany<ToolCall>>,
}

#[derive(Deserialize)]
pub(super) struct OfCitations {
    pub citations: Option<OneOrMany<Value>>,
}

#[derive(Deserialize)]
pub(super) struct End {
    pub error: Option<String>,
    pub finish_reason: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub usage: Option<Cost>,
}

/// The message of an event.
pub(super) fn message<'a, T: Deserialize<'a>>(head: &Head<'a>) -> Result<Option<T>, Fault> {
    let Some(raw) = head.delta else { return Ok(None) };
    Ok(parsed::<Option<OfMessage<T>>>(WHAT, raw.get())?.and_then(|delta| delta.message))
}
