//! A buffered answer.

use super::counts::Counts;
use super::finish::finish;
use super::read_block;
use crate::anthropic::explain;
use crate::chat::{Answer, Choice, Part};
use crate::usage::lenient;
use crate::vendor_fault::{invalid, parsed};
use postern_fault::Fault;
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Debug, Deserialize)]
struct Message<'a> {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    id: String,
    #[serde(default)]
    model: String,
    #[serde(borrow)]
    content: Option<Vec<&'a RawValue>>,
    stop_reason: Option<String>,
    stop_sequence: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    usage: Counts,
}

/// Reads a buffered answer.
///
/// # Errors
/// `upstream-invalid`: it is not a message, or an incomplete one; or the failure that the vendor reports in its place.
pub fn read_whole(body: &str) -> Result<Answer, Fault> {
    let message: Message<'_> = parsed("a message", body)?;
    if message.kind.as_deref() == Some("error") {
        return Err(explain::reported(body));
    }
    let lacks = |field| invalid(format!("the provider sent a message without `{field}`"));
    let blocks = message.content.ok_or_else(|| lacks("content"))?;
    let reason = message.stop_reason.ok_or_else(|| lacks("stop_reason"))?;
    let parts: Result<Vec<Part>, Fault> = blocks.into_iter().map(read_block::read).collect();
    let usage = message.usage;
    Ok(Answer {
        id: message.id,
        model: message.model,
        created_unix_s: None,
        choices: vec![Choice {
            parts: parts?,
            logprobs: Vec::new(),
            finish: Some(finish(reason, message.stop_sequence)),
        }],
        usage: usage.usage(),
        service_tier: usage.service_tier,
    })
}
