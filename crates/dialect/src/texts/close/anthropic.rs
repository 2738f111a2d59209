//! Messages: the `stop_reason` is `refusal`, with `stop_details`
//! (<https://platform.claude.com/docs/en/test-and-evaluate/strengthen-guardrails/handle-streaming-refusals>).

use super::raw::{Raw, array, string};
use super::{Cut, Ending, guardrail};
use crate::json::Node;
use postern_types::provider::{Notice, Place, TextKind};
use serde_json::json;
use std::collections::BTreeMap;

/// The part of a stream that has been sent.
#[derive(Default)]
pub struct Left {
    begun: bool,
    blocks: BTreeMap<u32, Block>,
}

#[derive(Default)]
struct Block {
    is_text: bool,
    open: bool,
}

impl Left {
    pub fn see(&mut self, event: &Node<'_>) {
        let index = event.index_of("index").unwrap_or_default();
        match &*event.text_of("type") {
            "message_start" => self.begun = true,
            "content_block_start" => {
                let kind = event.at(&["content_block", "type"]).map(Node::text).unwrap_or_default();
                self.blocks.insert(index, Block { is_text: kind == "text", open: true });
            }
            "content_block_stop" => self.blocks.entry(index).or_default().open = false,
            _ => {}
        }
    }

    pub fn close(
        &mut self,
        delta: &dyn Fn(Place, &str) -> Option<String>,
        ending: &mut Ending<'_>,
    ) {
        self.begin(ending);
        for (at, text) in std::mem::take(&mut ending.rest) {
            let open = self.blocks.get(&at.content).is_some_and(|block| block.open);
            if let Some(event) = delta(at, &text).filter(|_| open) {
                ending.out.push_str(&event);
            }
        }
        let mut message = ending.said();
        let text = self.blocks.iter().rev().find(|(_, block)| block.open && block.is_text);
        if let Some((index, _)) = text
            && let Some(text) = message.take()
        {
            more(*index, &text, ending);
        }
        for (index, block) in &mut self.blocks {
            if std::mem::take(&mut block.open) {
                stop(*index, ending);
            }
        }
        if let Some(text) = message {
            let next = self.blocks.keys().next_back().map_or(0, |last| last.saturating_add(1));
            let block = json!({ "type": "text", "text": "" });
            let start =
                json!({ "type": "content_block_start", "index": next, "content_block": block });
            ending.event("content_block_start", &start.to_string());
            more(next, &text, ending);
            stop(next, ending);
        }
        finish(ending);
    }

    /// Writes the beginning of a stream that is stopped in its first event.
    fn begin(&self, ending: &mut Ending<'_>) {
        let event = Raw::uncut(ending.event);
        if !self.begun
            && event.text_of("type") == "message_start"
            && let Some(message) = event.get("message")
        {
            let message = message.with([("content", Some("[]".to_owned()))]);
            ending.event("message_start", &event.with([("message", Some(message))]));
        }
    }
}

fn more(index: u32, text: &str, ending: &mut Ending<'_>) {
    let delta = json!({ "type": "text_delta", "text": text });
    let event = json!({ "type": "content_block_delta", "index": index, "delta": delta });
    ending.event("content_block_delta", &event.to_string());
}

fn stop(index: u32, ending: &mut Ending<'_>) {
    let event = json!({ "type": "content_block_stop", "index": index });
    ending.event("content_block_stop", &event.to_string());
}

fn finish(ending: &mut Ending<'_>) {
    let usage = ending.usage;
    let mut counts = json!({ "output_tokens": usage.output_tokens });
    // Unknown counts keep the values of the stream's beginning.
    if let Some(counts) = counts.as_object_mut().filter(|_| usage.input_tokens > 0) {
        let cached = usage.cached_input_tokens.saturating_add(usage.cache_write_tokens);
        for (name, count) in [
            ("input_tokens", usage.input_tokens.saturating_sub(cached)),
            ("cache_creation_input_tokens", usage.cache_write_tokens),
            ("cache_read_input_tokens", usage.cached_input_tokens),
        ] {
            counts.insert(name.to_owned(), count.into());
        }
    }
    let details = details(ending.notice);
    let why = guardrail(ending.notice);
    let delta =
        format!(r#"{{"stop_reason":"refusal","stop_sequence":null,"stop_details":{details}}}"#);
    let event =
        format!(r#"{{"type":"message_delta","delta":{delta},"usage":{counts},"guardrail":{why}}}"#);
    ending.event("message_delta", &event);
    ending.event("message_stop", r#"{"type":"message_stop"}"#);
}

/// The details name none of Anthropic's own categories.
fn details(notice: &Notice) -> String {
    let message = string(&notice.message);
    format!(r#"{{"type":"refusal","category":null,"explanation":{message}}}"#)
}

/// A buffered answer: content other than words is kept only if it stands before the cut.
pub fn whole(answer: Raw<'_>, cut: &Cut<'_>) -> String {
    let mut message = Some(cut.notice.message.as_str()).filter(|_| cut.notice.said);
    let mut blocks = Vec::new();
    for block in answer.list("content") {
        let words = match &*block.text_of("type") {
            "text" => block.text_of("text"),
            "thinking" => block.text_of("thinking"),
            _ => String::new(),
        };
        let said = message.filter(|_| block.holds_cut() && cut.at.kind == TextKind::Text);
        if let Some(said) = said {
            message = None;
            blocks.push(block.with([("text", Some(string(&(words + said))))]));
        } else if !block.is_behind() || !words.is_empty() {
            blocks.push(block.as_str().to_owned());
        }
    }
    let said = message.map(|text| format!(r#"{{"type":"text","text":{}}}"#, string(text)));
    blocks.extend(said);
    answer.with([
        ("content", Some(array(&blocks))),
        ("stop_reason", Some(string("refusal"))),
        ("stop_sequence", Some("null".to_owned())),
        ("stop_details", Some(details(cut.notice))),
        ("guardrail", Some(guardrail(cut.notice))),
    ])
}
