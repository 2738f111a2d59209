//! Efforts and budgets of thinking that the model does not have, and fields that the vendor's row lists as refused.

use super::Repair;
use crate::Dialect;
use crate::chat::Effort;
use crate::json::without;
use crate::json::{Node, Value};

const REFUSED: &str = "the vendor refuses it";
const THOUGHTS: &str = "the thoughts before the calls of tools did not come back with them";

impl Repair<'_> {
    /// The effort at its place in the dialect.
    pub(super) fn effort(&mut self, request: &Node<'_>) {
        let (outer, name) = match self.vendor.dialect {
            Dialect::Anthropic => (request.get("output_config"), "effort"),
            Dialect::Responses => (request.get("reasoning"), "effort"),
            _ => (Some(request), "reasoning_effort"),
        };
        let Some(efforts) = &self.vendor.efforts else { return };
        let Some((outer, node)) = outer.and_then(|outer| Some((outer, outer.get(name)?))) else {
            return;
        };
        let Some(effort) = Effort::from_name(&node.text()) else { return };
        let path = match self.vendor.dialect {
            Dialect::Anthropic => "output_config.effort",
            Dialect::Responses => "reasoning.effort",
            _ => name,
        };
        match effort.among(efforts) {
            Some(taken) if taken == effort => {}
            Some(taken) => {
                let reason = format!("the model has no such effort: {} is sent", taken.as_str());
                self.losses.add(path, reason);
                self.replace(node, format!("\"{}\"", taken.as_str()));
            }
            None => {
                self.losses.add(path, "the model takes no effort");
                match self.vendor.dialect {
                    Dialect::OpenAi => self.gone.push(name.to_owned()),
                    Dialect::Anthropic => self.gone_of_output.push(name),
                    _ => self.leave_out(outer, |member| member == name),
                }
            }
        }
    }

    /// Anthropic's `thinking`: a budget for a model that takes none, and one beside calls whose thoughts have gone.
    pub(super) fn budget(&mut self, request: &Node<'_>) {
        let Some(thinking) = request.get("thinking") else { return };
        let is_enabled = thinking.text_of("type") == "enabled";
        let refuses = |name: &str| self.vendor.quirks.unsupported.iter().any(|one| one == name);
        let gone = |at: &Node<'_>| {
            self.edits
                .iter()
                .any(|edit| edit.span.start <= at.span.start && at.span.end <= edit.span.end)
        };
        if is_enabled && refuses("budget_tokens") {
            self.losses.add("thinking.budget_tokens", "the model thinks as much as it likes");
            self.replace(thinking, r#"{"type":"adaptive"}"#.to_owned());
        } else if is_enabled && lacks_thoughts(request, gone) {
            self.losses.add("thinking", THOUGHTS);
            self.gone.push("thinking".to_owned());
        }
    }

    /// Top-level fields that the vendor's row lists: in chat completions they are left out with the other quirks.
    pub(super) fn refused(&mut self, request: &Node<'_>) {
        let refused = self.vendor.quirks.unsupported.clone();
        let Value::Object(members) = &request.value else { return };
        for (name, value) in
            members.iter().filter(|(name, _)| refused.iter().any(|one| one == name))
        {
            if !matches!(value.value, Value::Other) {
                self.losses.add(name.as_ref(), REFUSED);
            }
            self.gone.push(name.clone().into_owned());
        }
    }

    /// Takes the members out that the repairs have named.
    pub(super) fn leave_out_gone(&mut self, request: &Node<'_>) {
        self.leave_out_of_output(request);
        let gone = std::mem::take(&mut self.gone);
        self.leave_out(request, |name| gone.iter().any(|one| one == name));
    }

    /// The same for `output_config`, to which the form of the answer may have moved.
    fn leave_out_of_output(&mut self, request: &Node<'_>) {
        let gone = std::mem::take(&mut self.gone_of_output);
        let format = self.format.take().map(|format| format!(r#""format":{format}"#));
        match (request.get("output_config"), format) {
            (Some(config), format) => {
                let Value::Object(members) = &config.value else { return };
                let is_kept = |name: &str| !gone.contains(&name);
                let any = members.iter().any(|(name, _)| is_kept(name));
                self.leave_out(config, |name| !is_kept(name));
                if let Some(format) = format {
                    let comma = if any { "," } else { "" };
                    self.insert(config.span.start.saturating_add(1), format + comma);
                }
            }
            (None, Some(format)) => {
                let config = format!(r#""output_config":{{{format}}},"#);
                self.insert(request.span.start.saturating_add(1), config);
            }
            (None, None) => {}
        }
    }

    /// Takes members out of an object.
    pub(super) fn leave_out(&mut self, object: &Node<'_>, is_gone: impl Fn(&str) -> bool) {
        let Value::Object(members) = &object.value else { return };
        let spans: Vec<_> = crate::json::members(members, object.span, self.body);
        let names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
        self.edits.extend(without(&spans, |at| names.get(at).is_some_and(|name| is_gone(name))));
    }
}

/// As in the encoder: the model's last turn called tools whose results follow, and does not begin with its thoughts.
fn lacks_thoughts(request: &Node<'_>, gone: impl Fn(&Node<'_>) -> bool) -> bool {
    let messages = request.get("messages").map(Node::items).unwrap_or_default();
    // Instructions between the turns are no turns.
    let mut turns = messages.iter().rev().filter(|message| message.text_of("role") != "system");
    let (Some(results), Some(calls)) = (turns.next(), turns.next()) else { return false };
    let has = |message: &Node<'_>, kind: &str| {
        message.list("content").any(|(_, block)| block.text_of("type") == kind)
    };
    let first = calls.get("content").map(Node::items).unwrap_or_default();
    let first = first.iter().find(|block| !gone(block)).map(|block| block.text_of("type"));
    calls.text_of("role") == "assistant"
        && has(results, "tool_result")
        && has(calls, "tool_use")
        && !first.is_some_and(|kind| matches!(&*kind, "thinking" | "redacted_thinking"))
}
