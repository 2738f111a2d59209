//! Messages to Anthropic: blank texts, and what the model's turns have of other vendors. Claude refuses foreign signatures and
//! foreign ids, so that without this a conversation would end with its first change of vendor.

use super::Repair;
use crate::chat::Sealed;
use crate::chat::blank::{BEGINS, OPENING, TRAILS, nothing};
use crate::json::without;
use crate::json::{Node, Value};
use crate::{Dialect, Span, anthropic};
use postern_fault::Fault;

/// What becomes of a part of a conversation.
enum Fate {
    Stays,
    Goes(&'static str),
    /// It goes, and that is told already.
    Told,
}

const BLANK: &str = "Anthropic refuses a blank text";
const FOREIGN: &str = "these thoughts are of another maker's";
const UNSIGNED: &str = "Anthropic takes no thoughts that it has not signed";

impl Repair<'_> {
    /// # Errors
    /// A conversation that says nothing, and what only a beta allows that the vendor lacks.
    pub(super) fn conversation(&mut self, request: &Node<'_>) -> Result<(), Fault> {
        self.system(request)?;
        let Some(list) = request.get("messages") else { return Ok(()) };
        let messages = list.items();
        let mut says = Vec::with_capacity(messages.len());
        for (at, message) in messages.iter().enumerate() {
            says.push(self.message(message, &format!("messages[{at}]"))?);
        }
        self.behind_results(messages, &mut says);
        let spans: Vec<Span> = messages.iter().map(|message| message.span).collect();
        let kept =
            messages.iter().zip(&says).filter(|(_, says)| **says).map(|(message, _)| message);
        let kept: Vec<&Node<'_>> = kept.collect();
        let Some(first) = kept.first() else {
            return Err(nothing("messages", "Anthropic"));
        };
        if first.text_of("role") == "assistant" {
            let opening = format!(r#"{{"role":"user","content":"{OPENING}"}},"#);
            self.insert(first.span.start, opening);
            self.losses.add("messages", BEGINS);
        }
        if kept.last().is_some_and(|last| last.text_of("role") == "assistant") {
            self.trailing(kept.last().and_then(|last| last.get("content")));
        }
        let gone = without(&spans, |at| !says.get(at).copied().unwrap_or(true));
        self.edits.extend(gone);
        Ok(())
    }

    fn system(&mut self, request: &Node<'_>) -> Result<(), Fault> {
        let Some(system) = request.get("system") else { return Ok(()) };
        match &system.value {
            Value::Array(blocks) => {
                let fates = self.fates(blocks, "system", |_, block, _| Ok(blank(block)))?;
                self.apply(blocks, fates, "system");
            }
            Value::String(text) if !text.said().is_empty() && text.said().trim().is_empty() => {
                self.losses.add("system", BLANK);
                self.replace(system, "[]".to_owned());
            }
            _ => {}
        }
        Ok(())
    }

    /// What becomes of each block; `of` decides on those that no beta concerns.
    fn fates(
        &mut self,
        blocks: &[Node<'_>],
        path: &str,
        of: impl Fn(&mut Self, &Node<'_>, usize) -> Result<Fate, Fault>,
    ) -> Result<Vec<Fate>, Fault> {
        let mut fates = Vec::with_capacity(blocks.len());
        for (at, block) in blocks.iter().enumerate() {
            fates.push(match self.beta_block(block, &|| format!("{path}[{at}]"))? {
                true => Fate::Told,
                false => of(self, block, at)?,
            });
        }
        Ok(fates)
    }

    /// Returns whether the message still says anything.
    fn message(&mut self, message: &Node<'_>, path: &str) -> Result<bool, Fault> {
        let is_models = message.text_of("role") == "assistant";
        let goes_empty = self.beta_message(message, path);
        let Some(content) = message.get("content") else { return Ok(true) };
        Ok(match &content.value {
            Value::String(text) if text.said().trim().is_empty() => {
                self.losses.add(format!("{path}.content"), BLANK);
                false
            }
            Value::Array(blocks) => {
                let path = format!("{path}.content");
                let fates = self.fates(blocks, &path, |this, block, at| match is_models {
                    true => Ok(this.models(block)),
                    false => this.users(block, &|| format!("{path}[{at}]")),
                })?;
                let stays = |fate: &Fate| matches!(fate, Fate::Stays);
                let any = (fates.is_empty() && !goes_empty) || fates.iter().any(stays);
                self.apply(blocks, fates, &path);
                any
            }
            _ => true,
        })
    }

    /// Takes out the parts that go.
    fn apply(&mut self, blocks: &[Node<'_>], fates: Vec<Fate>, path: &str) {
        for (at, fate) in fates.iter().enumerate() {
            if let Fate::Goes(reason) = fate {
                self.losses.add(format!("{path}[{at}]"), *reason);
            }
        }
        let spans: Vec<Span> = blocks.iter().map(|block| block.span).collect();
        let is_gone = |at: usize| matches!(fates.get(at), Some(Fate::Goes(_) | Fate::Told));
        let gone = without(&spans, is_gone);
        self.edits.extend(gone);
    }

    fn users(&mut self, block: &Node<'_>, path: &dyn Fn() -> String) -> Result<Fate, Fault> {
        if block.text_of("type") == "tool_result" {
            if let Some(id) = block.get("tool_use_id") {
                self.id(id);
            }
            let content = block.get("content").map(Node::items).unwrap_or_default();
            let within = format!("{}.content", path());
            let fates = self.fates(content, &within, |_, block, _| Ok(blank(block)))?;
            self.apply(content, fates, "messages.content");
        }
        Ok(blank(block))
    }

    fn models(&mut self, block: &Node<'_>) -> Fate {
        match &*block.text_of("type") {
            "thinking" => self.sealed(block.get("signature")),
            "redacted_thinking" => self.sealed(block.get("data")),
            "tool_use" => {
                if let Some(id) = block.get("id") {
                    self.id(id);
                }
                Fate::Stays
            }
            "text" => {
                self.citations(block);
                blank(block)
            }
            _ => Fate::Stays,
        }
    }

    /// A seal in an envelope is opened for its maker: a signature of Claude's on Bedrock holds at Anthropic, too.
    fn sealed(&mut self, seal: Option<&Node<'_>>) -> Fate {
        let Some(node) = seal.filter(|node| !node.text().is_empty()) else {
            return Fate::Goes(UNSIGNED);
        };
        let text = node.text();
        let sealed = Sealed::from_text(Dialect::Anthropic, &text);
        match sealed.maker {
            Dialect::Anthropic | Dialect::Bedrock if sealed.data.is_empty() => Fate::Goes(UNSIGNED),
            Dialect::Anthropic | Dialect::Bedrock => {
                if sealed.data != *text {
                    self.replace(node, serde_json::Value::from(sealed.data).to_string());
                }
                Fate::Stays
            }
            _ => Fate::Goes(FOREIGN),
        }
    }

    fn citations(&mut self, block: &Node<'_>) {
        let citations = block.get("citations").map(Node::items).unwrap_or_default();
        let is_foreign = |citation: &Node<'_>| {
            let index = citation.text_of("encrypted_index");
            Sealed::from_text(Dialect::Anthropic, &index).maker != Dialect::Anthropic
        };
        let fate = |citation| match is_foreign(citation) {
            true => Fate::Goes("a citation of another maker's"),
            false => Fate::Stays,
        };
        let fates = citations.iter().map(fate).collect();
        self.apply(citations, fates, "messages.content.citations");
    }

    /// `^[a-zA-Z0-9_-]+$`, the same for the call and its result.
    fn id(&mut self, node: &Node<'_>) {
        let id = node.text().into_owned();
        let valid = anthropic::valid_id(id.clone());
        if valid != id {
            self.replace(node, format!("\"{valid}\""));
        }
    }

    fn trailing(&mut self, content: Option<&Node<'_>>) {
        let text = content.and_then(|content| match &content.value {
            Value::Array(blocks) => blocks.last()?.get("text"),
            _ => Some(content),
        });
        let Some(node) = text else { return };
        let text = node.text();
        let trimmed = text.trim_end();
        if !trimmed.is_empty() && trimmed.len() < text.len() {
            self.losses.add("messages", TRAILS);
            self.replace(node, serde_json::Value::from(trimmed).to_string());
        }
    }
}

fn blank(block: &Node<'_>) -> Fate {
    let is_blank = block.text_of("type") == "text" && block.text_of("text").trim().is_empty();
    if is_blank { Fate::Goes(BLANK) } else { Fate::Stays }
}
