//! Messages: <https://docs.anthropic.com/en/docs/build-with-claude/streaming>.

use super::beside::beside;
use super::close::anthropic::{Left, whole};
use super::close::raw::Raw;
use super::close::{Cut, Ending};
use super::find::{FindTexts, misfit};
use super::found::Found;
use super::mark::When;
use crate::json::{Node, Value};
use postern_fault::Fault;
use postern_types::provider::{Place, TextKind};
use serde::de::IgnoredAny;
use serde_json::json;
use std::mem;

#[derive(Default)]
pub(crate) struct Anthropic {
    left: Left,
}

impl FindTexts for Anthropic {
    fn event(&mut self, data: Option<&Node<'_>>, found: &mut Found<'_>) {
        let Some(data) = data else { return };
        let index = data.index_of("index").unwrap_or_default();
        let kind = data.text_of("type");
        if matches!(&*kind, "message_start" | "content_block_start" | "content_block_stop") {
            found.frame();
        }
        match &*kind {
            "message_start" => {
                for (index, block) in
                    data.get("message").into_iter().flat_map(|node| node.list("content"))
                {
                    begin(index, block, true, found);
                    found.end_if(|_| true);
                }
            }
            "content_block_start" => {
                found.end_if(|_| true);
                if let Some(block) = data.get("content_block") {
                    begin(index, block, true, found);
                }
            }
            "content_block_delta" => {
                if let Some(delta) = data.get("delta") {
                    more(index, delta, found);
                }
            }
            "content_block_stop" => found.end_if(|place| place.content == index),
            "message_delta" | "message_stop" => found.end_if(|_| true),
            _ => {}
        }
    }

    fn whole(&mut self, answer: &Node<'_>, found: &mut Found<'_>) {
        for (index, block) in answer.list("content") {
            begin(index, block, false, found);
        }
    }

    fn delta(&self, at: Place, text: &str, _: u64) -> Option<String> {
        let delta = match at.kind {
            TextKind::Text => json!({ "type": "text_delta", "text": text }),
            TextKind::Reasoning => json!({ "type": "thinking_delta", "thinking": text }),
            TextKind::ToolArguments => json!({ "type": "input_json_delta", "partial_json": text }),
            _ => return None,
        };
        let event = json!({ "type": "content_block_delta", "index": at.content, "delta": delta });
        Some(format!("event: content_block_delta\ndata: {event}\n\n"))
    }

    /// An empty text becomes `{}`, as in a block that begins.
    fn value(&self, text: &str) -> Result<String, Fault> {
        let text = if text.is_empty() { "{}" } else { text };
        let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
        let value = is_json.then(|| text.to_owned());
        value.ok_or_else(|| misfit("the arguments of a call were replaced by what is not JSON"))
    }

    fn left(&mut self, event: &Node<'_>, _: &str) {
        self.left.see(event);
    }

    fn close(&mut self, ending: &mut Ending<'_>) {
        let mut left = mem::take(&mut self.left);
        left.close(&|at, text| self.delta(at, text, 0), ending);
    }

    fn cut(&self, answer: Raw<'_>, cut: &Cut<'_>) -> String {
        whole(answer, cut)
    }
}

fn place(kind: TextKind, index: u32) -> Place {
    Place::new(kind, 0).in_content(index)
}

/// A block; in a stream, the part of it that its start event has.
fn begin(index: u32, block: &Node<'_>, streamed: bool, found: &mut Found<'_>) {
    let arguments = place(TextKind::ToolArguments, index);
    match &*block.text_of("type") {
        "text" => {
            say(place(TextKind::Text, index), block.get("text"), found);
            if let Some(citations) = block.get("citations") {
                beside(place(TextKind::Citation, index), citations, found);
            }
        }
        "thinking" => {
            say(place(TextKind::Reasoning, index), block.get("thinking"), found);
            seal(index, block, found);
        }
        // The model writes calls of tools that run at the vendor like any other call.
        "tool_use" | "server_tool_use" | "mcp_tool_use" => {
            say(place(TextKind::ToolName, index), block.get("name"), found);
            // A stream begins with an empty object; the arguments follow in deltas.
            let is_empty = |node: &&Node<'_>| matches!(&node.value, Value::Object(members) if members.is_empty());
            say(arguments, block.get("input").filter(|node| !(streamed && is_empty(node))), found);
        }
        // Results of tools that ran at the vendor, summaries of what was left out, and what is not known yet.
        _ => beside(place(TextKind::ToolData, index), block, found),
    }
}

fn more(index: u32, delta: &Node<'_>, found: &mut Found<'_>) {
    match &*delta.text_of("type") {
        "text_delta" => say(place(TextKind::Text, index), delta.get("text"), found),
        "thinking_delta" => say(place(TextKind::Reasoning, index), delta.get("thinking"), found),
        "input_json_delta" => {
            say(place(TextKind::ToolArguments, index), delta.get("partial_json"), found);
        }
        "signature_delta" => {
            found.end(place(TextKind::Reasoning, index));
            seal(index, delta, found);
        }
        "citations_delta" => beside(place(TextKind::Citation, index), delta, found),
        _ => beside(place(TextKind::ToolData, index), delta, found),
    }
}

fn say(at: Place, node: Option<&Node<'_>>, found: &mut Found<'_>) {
    found.open(at);
    if let Some(node) = node {
        found.say(at, node);
    }
}

/// When the thoughts come back, the vendor checks the signature against the words.
fn seal(index: u32, node: &Node<'_>, found: &mut Found<'_>) {
    if let Some(signature) = node.get("signature").filter(|node| !node.text().is_empty()) {
        let place = place(TextKind::Reasoning, index);
        found.void(place, signature, "\"\"", When::ThoughtsDiffer);
    }
}
