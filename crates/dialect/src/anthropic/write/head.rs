//! The head of an answer.

use super::counts::Counts;
use crate::Context;
use crate::anthropic::block::Block;
use serde::Serialize;

/// A message, buffered or at the beginning of its stream.
#[derive(Debug, Serialize)]
pub(super) struct Message {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    role: &'static str,
    model: String,
    pub content: Vec<Block>,
    pub stop_reason: Option<&'static str>,
    pub stop_sequence: Option<String>,
    pub usage: Counts,
}

impl Message {
    /// The vendor's id and model, or the gateway's in their place.
    pub fn new(context: &Context, id: String, model: String, usage: Counts) -> Self {
        let id = if id.is_empty() { format!("msg_{}", context.request_id) } else { id };
        let model = if model.is_empty() { context.model.clone() } else { model };
        Message {
            id,
            kind: "message",
            role: "assistant",
            model,
            content: Vec::new(),
            stop_reason: None,
            stop_sequence: None,
            usage,
        }
    }
}
