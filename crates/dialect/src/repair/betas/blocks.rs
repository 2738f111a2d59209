//! Messages and blocks that only a beta allows.

use super::table::Part;
use super::{Repair, member};
use crate::json::{Node, Value};
use crate::repair::outermost;
use crate::{Edit, Span};
use postern_fault::Fault;

const AS_THE_USERS: &str = "instructions within the conversation are sent as the user's";

impl Repair<'_> {
    /// Makes a message of the role `system` the user's, in its place: what comes before it stays in the vendor's prompt cache, and
    /// adjacent messages of one side are one turn. Returns whether the message goes when it has no content.
    pub(in crate::repair) fn beta_message(&mut self, message: &Node<'_>, path: &str) -> bool {
        if self.vendor.quirks.betas.is_none() || message.text_of("role") != "system" {
            return false;
        }
        let mut names = Vec::new();
        for (name, part) in [("clear_at", Part::ClearAt), ("output_config", Part::MessageEffort)] {
            let is_said = member(message, name).is_some();
            if is_said && self.lacks(part).or(self.lacks(Part::SystemMessages)).is_some() {
                self.losses.add(format!("{path}.{name}"), AS_THE_USERS);
                names.push(name);
            }
        }
        if !names.is_empty() {
            self.leave_out(message, |name| names.contains(&name));
        }
        let is_users = self.lacks(Part::SystemMessages).is_some();
        let is_empty = message.get("content").is_some_and(|content| match &content.value {
            Value::Array(blocks) => blocks.is_empty(),
            _ => false,
        });
        if let Some(role) = message.get("role").filter(|_| is_users && !is_empty) {
            self.losses.add(path, AS_THE_USERS);
            self.replace(role, r#""user""#.to_owned());
        }
        is_users || names.contains(&"output_config")
    }

    /// Moves instructions that became the user's behind the results of tools that follow: those come first behind their calls.
    /// `says` has the messages that stay.
    pub(in crate::repair) fn behind_results(&mut self, messages: &[Node<'_>], says: &mut [bool]) {
        if self.lacks(Part::SystemMessages).is_none() {
            return;
        }
        let (mut waiting, mut moves) = (Vec::new(), Vec::new());
        for (message, stays) in messages.iter().zip(says).filter(|(_, stays)| **stays) {
            if message.text_of("role") == "system" {
                waiting.push((message, stays));
                continue;
            }
            let has_results =
                message.list("content").any(|(_, block)| block.text_of("type") == "tool_result");
            for (moved, stays) in waiting.drain(..).filter(|_| has_results) {
                *stays = false;
                moves.push((moved.span, message.span.end));
            }
        }
        if !moves.is_empty() {
            self.relocate(moves);
        }
    }

    /// Inserts texts, in their order, at other places as well, with their edits.
    fn relocate(&mut self, moves: Vec<(Span, u32)>) {
        let mut edits = outermost(std::mem::take(&mut self.edits)).into_iter().peekable();
        let mut outer = Vec::new();
        for (span, place) in moves {
            while let Some(edit) = edits.next_if(|edit| edit.span.start < span.start) {
                outer.push(edit);
            }
            let mut inner = Vec::new();
            while let Some(mut edit) = edits.next_if(|edit| edit.span.end <= span.end) {
                edit.span.start = edit.span.start.saturating_sub(span.start);
                edit.span.end = edit.span.end.saturating_sub(span.start);
                inner.push(edit);
            }
            let text = span.of(self.body).unwrap_or_default();
            let text = crate::apply(text, &inner).unwrap_or_else(|_| text.to_owned());
            let span = Span { start: place, end: place };
            outer.push(Edit { span, replacement: format!(",{text}") });
        }
        self.edits = outer.into_iter().chain(edits).collect();
    }

    /// Returns whether a block goes; that is told.
    ///
    /// # Errors
    /// A block without which the conversation would be another.
    pub(in crate::repair) fn beta_block(
        &mut self,
        block: &Node<'_>,
        path: &dyn Fn() -> String,
    ) -> Result<bool, Fault> {
        if self.vendor.quirks.betas.is_none() {
            return Ok(false);
        }
        self.unscope(block, &|| format!("{}.", path()));
        let name = block.text_of("name");
        let part = match &*block.text_of("type") {
            "image" | "document" if source(block) == "file" => {
                return self.demand(Part::Files, || format!("{}.source", path())).map(|()| false);
            }
            "container_upload" => return self.demand(Part::Files, path).map(|()| false),
            "compaction" => return self.demand(Part::Compaction, path).map(|()| false),
            "tool_addition" if defines(block) => {
                return self.demand(Part::InlineTools, path).map(|()| false);
            }
            "mid_conv_system" => return Ok(self.unwrap_instructions(block, path)),
            "tool_reference" => {
                self.name_the_tool(block);
                return Ok(false);
            }
            "tool_addition" | "tool_removal" => {
                self.tools_are_lost |= self.lacks(Part::ToolChanges).is_some();
                Part::ToolChanges
            }
            "fallback" => Part::Fallbacks,
            "mcp_tool_use" | "mcp_tool_result" | "mcp_tool_listing" => Part::Mcp,
            "advisor_tool_result" => Part::Advisor,
            "tool_search_tool_result" => Part::ToolSearch,
            "server_tool_use" if name == "advisor" => Part::Advisor,
            "server_tool_use" if name.starts_with("tool_search_tool_") => Part::ToolSearch,
            _ => return Ok(false),
        };
        Ok(self.goes(part, path))
    }

    /// The texts of a block of instructions, in its place. Returns whether it has none.
    fn unwrap_instructions(&mut self, block: &Node<'_>, path: &dyn Fn() -> String) -> bool {
        if self.lacks(Part::SystemMessages).is_none() {
            return false;
        }
        self.losses.add(path(), AS_THE_USERS);
        let content = block.get("content");
        if let Some(Value::String(text)) = content.map(|content| &content.value) {
            self.replace(block, text_block(&text.said()));
            return false;
        }
        let texts = content.map(Node::items).unwrap_or_default();
        for (at, text) in texts.iter().enumerate() {
            self.unscope(text, &|| format!("{}.content[{at}].", path()));
        }
        let (Some(first), Some(last)) = (texts.first(), texts.last()) else { return true };
        let before = Span { start: block.span.start, end: first.span.start };
        let after = Span { start: last.span.end, end: block.span.end };
        let gone = |span| Edit { span, replacement: String::new() };
        self.edits.extend([gone(before), gone(after)]);
        false
    }

    /// What a search for tools has found: the tool itself is among the request's tools.
    fn name_the_tool(&mut self, block: &Node<'_>) {
        let name = block.text_of("tool_name");
        if self.lacks(Part::ToolSearch).is_some() && !name.is_empty() {
            self.replace(block, text_block(&format!("The tool `{name}` is available.")));
        }
    }
}

fn text_block(text: &str) -> String {
    serde_json::json!({ "type": "text", "text": text }).to_string()
}

fn source<'a>(block: &Node<'a>) -> std::borrow::Cow<'a, str> {
    block.get("source").map(|source| source.text_of("type")).unwrap_or_default()
}

/// Whether the block has the whole tool, not only its name.
fn defines(block: &Node<'_>) -> bool {
    block.at(&["tool", "definition"]).is_some()
}
