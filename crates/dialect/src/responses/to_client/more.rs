//! Additions to parts that have begun.

use super::Writer;
use super::emit::{At, More};
use super::item::{Content, Item, Summary};
use super::open::Open;
use crate::Dialect;
use crate::chat::{Annotation, Delta, Sealed};
use crate::responses::annotation;
use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
struct Words<'a> {
    delta: &'a str,
}

#[derive(Serialize)]
struct Text<'a> {
    delta: &'a str,
    logprobs: &'a [Value],
}

#[derive(Serialize)]
struct Noted<'a> {
    annotation_index: usize,
    annotation: &'a Value,
}

#[derive(Serialize)]
struct SummaryPart<'a> {
    part: &'a Summary,
}

impl Writer {
    pub(super) fn more(&mut self, part: u32, delta: Delta) {
        let Some(open) = self.parts.get_mut(&part) else { return };
        let Open { item: index, content: number, .. } = *open;
        let Some(item) = self.items.get_mut(index) else { return };
        let said = match (&item, delta) {
            // The sound itself.
            (Item::Message { .. }, Delta::Text(_)) if open.spoken => return,
            (Item::Message { .. }, Delta::Text(text) | Delta::Transcript(text)) => {
                open.chars += text.chars().count() as u64;
                return self.words(index, number, &text);
            }
            (Item::Message { .. }, Delta::Annotation(annotation)) => {
                let chars = open.chars;
                return self.annotation(index, number, annotation, chars);
            }
            (Item::Reasoning { .. }, Delta::Text(text)) => return self.thought(index, &text),
            (Item::Reasoning { .. }, Delta::Summary(piece, text)) => {
                return self.summary(index, piece as usize, &text);
            }
            (Item::Reasoning { .. }, Delta::Sealed(sealed)) => return item.seal(&sealed),
            (Item::FunctionCall { .. } | Item::CustomToolCall { .. }, Delta::Text(text)) => text,
            _ => return,
        };
        self.call(index, &said);
    }

    pub(super) fn call(&mut self, index: usize, more: &str) {
        let Some(item) = self.items.get_mut(index) else { return };
        let kind = match item {
            Item::FunctionCall { arguments, .. } => {
                arguments.push_str(more);
                "response.function_call_arguments.delta"
            }
            Item::CustomToolCall { input, .. } => {
                input.push_str(more);
                "response.custom_tool_call_input.delta"
            }
            _ => return,
        };
        self.emit.event(kind, More { at: At::item(item, index), what: Words { delta: more } });
    }

    fn words(&mut self, index: usize, number: usize, more: &str) {
        let Some(item) = self.items.get_mut(index) else { return };
        let Some(content) = item.content(number) else { return };
        content.words().push_str(more);
        let is_text = matches!(content, Content::OutputText { .. });
        let at = At::item(item, index).content(number);
        match is_text {
            true => {
                let what = Text { delta: more, logprobs: &[] };
                self.emit.event("response.output_text.delta", More { at, what });
            }
            false => {
                let what = Words { delta: more };
                self.emit.event("response.refusal.delta", More { at, what });
            }
        }
    }

    /// The probabilities belong to the latest words: an event without words carries them, unless the text is complete already.
    pub(super) fn logprobs(&mut self, more: Vec<Value>) {
        let Some((index, number)) = self.latest_text else { return };
        let Some(item) = self.items.get_mut(index) else { return };
        if self.messages.contains_key(&index) {
            let at = At::item(item, index).content(number);
            let what = Text { delta: "", logprobs: &more };
            self.emit.event("response.output_text.delta", More { at, what });
        }
        if let Some(Content::OutputText { logprobs, .. }) = item.content(number) {
            logprobs.extend(more);
        }
    }

    fn annotation(&mut self, index: usize, number: usize, note: Annotation, chars: u64) {
        let Some(annotation) = annotation::write(note, chars) else { return };
        let Some(item) = self.items.get_mut(index) else { return };
        let Some(Content::OutputText { annotations, .. }) = item.content(number) else { return };
        let annotation_index = annotations.len();
        annotations.push(annotation.clone());
        let at = At::item(item, index).content(number);
        let what = Noted { annotation_index, annotation: &annotation };
        self.emit.event("response.output_text.annotation.added", More { at, what });
    }

    fn thought(&mut self, index: usize, more: &str) {
        let Some(item) = self.items.get_mut(index) else { return };
        if item.contents().is_empty() {
            item.push(Content::ReasoningText { text: String::new() });
            self.content_added(index, 0);
        }
        let Some(item) = self.items.get_mut(index) else { return };
        let Some(content) = item.content(0) else { return };
        content.words().push_str(more);
        let at = At::item(item, index).content(0);
        self.emit.event("response.reasoning_text.delta", More { at, what: Words { delta: more } });
    }

    fn summary(&mut self, index: usize, piece: usize, more: &str) {
        let Some(Item::Reasoning { summary, .. }) = self.items.get_mut(index) else { return };
        let piece = piece.min(summary.len());
        if piece == summary.len() {
            summary.push(Summary::SummaryText { text: String::new() });
            if let Some(before) = piece.checked_sub(1) {
                self.close_summary(index, before);
            }
            self.summary_added(index, piece);
        }
        let Some(item) = self.items.get_mut(index) else { return };
        if let Item::Reasoning { summary, .. } = item
            && let Some(Summary::SummaryText { text }) = summary.get_mut(piece)
        {
            text.push_str(more);
        }
        let at = At::item(item, index).summary(piece);
        let what = Words { delta: more };
        self.emit.event("response.reasoning_summary_text.delta", More { at, what });
    }

    fn summary_added(&mut self, index: usize, piece: usize) {
        let Some(item) = self.items.get(index) else { return };
        let part = &Summary::SummaryText { text: String::new() };
        let at = At::item(item, index).summary(piece);
        let kind = "response.reasoning_summary_part.added";
        self.emit.event(kind, More { at, what: SummaryPart { part } });
    }
}

impl Item {
    /// The API's own seal is bound to the id of its item. If the item has another id, the seal is put into an envelope with the
    /// original id.
    fn seal(&mut self, sealed: &Sealed) {
        let Item::Reasoning { id, encrypted_content, .. } = self else { return };
        let under_another = sealed.id.as_ref().is_some_and(|own| own != id);
        let carrier = match sealed.maker == Dialect::Responses && under_another {
            true => Dialect::OpenAi,
            false => Dialect::Responses,
        };
        *encrypted_content = Some(sealed.into_text(carrier));
    }
}
