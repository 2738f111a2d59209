//! Closes complete parts and items.
//!
//! A part that has ended is closed when the next content comes: only then is it known whether the answer was cut in it.

use super::Writer;
use super::emit::{At, More};
use super::item::{COMPLETED, Content, INCOMPLETE, Item, Summary};
use super::open::Open;
use crate::Dialect;
use crate::chat::Sealed;
use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
struct Done<'a> {
    output_index: usize,
    item: &'a Item,
}

#[derive(Serialize)]
struct WholeText<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    logprobs: Option<&'a [Value]>,
}

#[derive(Serialize)]
struct Refused<'a> {
    refusal: &'a str,
}

#[derive(Serialize)]
struct Arguments<'a> {
    name: &'a str,
    arguments: &'a str,
}

#[derive(Serialize)]
struct Input<'a> {
    input: &'a str,
}

#[derive(Serialize)]
struct Part<T> {
    part: T,
}

impl Writer {
    /// Closes everything that has ended, including messages: something else begins.
    pub(super) fn close_ended(&mut self) {
        self.close_ended_parts();
        self.close_messages(None);
    }

    /// Closes the parts that have ended; their message may continue.
    pub(super) fn close_ended_parts(&mut self) {
        let ended: Vec<u32> =
            self.parts.iter().filter(|(_, open)| open.ended).map(|(part, _)| *part).collect();
        for part in ended {
            self.close_part(part, None);
        }
    }

    /// Closes everything. An answer that was cut was cut in its last item.
    pub(super) fn close_all(&mut self, cut: bool) {
        let last = self.items.len().checked_sub(1).filter(|_| cut);
        while let Some((part, _)) = self.parts.first_key_value() {
            self.close_part(*part, last);
        }
        self.close_messages(last);
    }

    fn close_part(&mut self, part: u32, cut: Option<usize>) {
        let Some(Open { item: index, content, .. }) = self.parts.remove(&part) else { return };
        match self.items.get(index) {
            Some(Item::Message { .. }) => {
                self.close_content(index, content);
                if let Some(open) = self.messages.get_mut(&index) {
                    *open = open.saturating_sub(1);
                }
            }
            Some(_) => self.close_item(index, cut == Some(index)),
            None => {}
        }
    }

    fn close_messages(&mut self, cut: Option<usize>) {
        let whole: Vec<usize> =
            self.messages.iter().filter(|(_, open)| **open == 0).map(|(index, _)| *index).collect();
        for index in whole {
            self.messages.remove(&index);
            self.close_item(index, cut == Some(index));
        }
    }

    fn close_content(&mut self, index: usize, number: usize) {
        let Some(item) = self.items.get(index) else { return };
        let Some(content) = item.contents().get(number) else { return };
        let at = At::item(item, index).content(number);
        match content {
            Content::OutputText { text, logprobs, .. } => {
                let what = WholeText { text, logprobs: Some(logprobs) };
                self.emit.event("response.output_text.done", More { at, what });
            }
            Content::Refusal { refusal } => {
                self.emit.event("response.refusal.done", More { at, what: Refused { refusal } });
            }
            Content::ReasoningText { text } => {
                let what = WholeText { text, logprobs: None };
                self.emit.event("response.reasoning_text.done", More { at, what });
            }
        }
        self.emit.event("response.content_part.done", More { at, what: Part { part: content } });
    }

    pub(super) fn close_summary(&mut self, index: usize, piece: usize) {
        let Some(item) = self.items.get(index) else { return };
        let Item::Reasoning { summary, .. } = item else { return };
        let Some(part) = summary.get(piece) else { return };
        let Summary::SummaryText { text } = part;
        let at = At::item(item, index).summary(piece);
        let what = WholeText { text, logprobs: None };
        self.emit.event("response.reasoning_summary_text.done", More { at, what });
        self.emit.event("response.reasoning_summary_part.done", More { at, what: Part { part } });
    }

    fn close_item(&mut self, index: usize, cut: bool) {
        match self.items.get_mut(index) {
            // A call without arguments receives an empty object; one that was cut stays as the model left it.
            Some(Item::FunctionCall { arguments, .. }) if arguments.is_empty() && !cut => {
                self.call(index, "{}");
            }
            Some(Item::Reasoning { summary, content, encrypted_content, .. }) => {
                let (pieces, shown) = (summary.len(), content.as_ref().map_or(0, Vec::len));
                // An empty content marks signed thoughts without words, which are not hidden.
                let sealed = encrypted_content.as_deref();
                if shown == 0 && (pieces > 0 || !sealed.is_some_and(is_others)) {
                    *content = None;
                }
                if let Some(last) = pieces.checked_sub(1) {
                    self.close_summary(index, last);
                }
                if shown > 0 {
                    self.close_content(index, 0);
                }
            }
            _ => {}
        }
        let Some(item) = self.items.get_mut(index) else { return };
        item.set_status(if cut { INCOMPLETE } else { COMPLETED });
        let at = At::item(item, index);
        match &*item {
            Item::FunctionCall { name, arguments, .. } => {
                let what = Arguments { name, arguments };
                self.emit.event("response.function_call_arguments.done", More { at, what });
            }
            Item::CustomToolCall { input, .. } => {
                let what = Input { input };
                self.emit.event("response.custom_tool_call_input.done", More { at, what });
            }
            _ => {}
        }
        self.emit.event("response.output_item.done", Done { output_index: index, item });
    }
}

/// Whether it was sealed by a vendor of another dialect.
fn is_others(encrypted: &str) -> bool {
    Sealed::from_text(Dialect::Responses, encrypted).maker != Dialect::Responses
}
