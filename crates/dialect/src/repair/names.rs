//! Names of tools that the vendor refuses, wherever a request names a tool.

use super::Repair;
use crate::json::Node;
use crate::tool_names::Rule;
use crate::{Dialect, tool_names};

impl Repair<'_> {
    pub(super) fn names(&mut self, request: &Node<'_>) {
        let mut named = Vec::new();
        match self.vendor.dialect {
            Dialect::Anthropic => messages(request, &mut named),
            Dialect::Responses => responses(request, &mut named),
            _ => chat(request, &mut named),
        }
        let rule: Rule = tool_names::Rule::of(self.vendor.dialect);
        for node in named {
            let name = node.text();
            let sent = rule.sent(&name, self.memo);
            if !name.is_empty() && sent != name {
                self.replace(node, format!("\"{sent}\""));
            }
        }
    }
}

fn named<'n, 'a>(tool: &'n Node<'a>, out: &mut Vec<&'n Node<'a>>) {
    out.extend(tool.get("name"));
}

/// Chat completions: what has a name stands in `function` or `custom`.
fn chat<'n, 'a>(request: &'n Node<'a>, out: &mut Vec<&'n Node<'a>>) {
    let kinds = ["function", "custom"];
    let inner = |tool: &'n Node<'a>, out: &mut Vec<&'n Node<'a>>| {
        kinds.iter().filter_map(|kind| tool.get(kind)).for_each(|tool| named(tool, out));
    };
    request.list("tools").for_each(|(_, tool)| inner(tool, out));
    request.list("functions").for_each(|(_, tool)| named(tool, out));
    if let Some(choice) = request.get("tool_choice") {
        inner(choice, out);
        let allowed = choice.get("allowed_tools").unwrap_or(choice);
        allowed.list("tools").for_each(|(_, tool)| inner(tool, out));
    }
    request.get("function_call").into_iter().for_each(|call| named(call, out));
    for (_, message) in request.list("messages") {
        message.list("tool_calls").for_each(|(_, call)| inner(call, out));
        message.get("function_call").into_iter().for_each(|call| named(call, out));
        // Elsewhere it is the name of a participant.
        if matches!(&*message.text_of("role"), "tool" | "function") {
            named(message, out);
        }
    }
}

/// Responses. Tools that run at the vendor have names of their own.
fn responses<'n, 'a>(request: &'n Node<'a>, out: &mut Vec<&'n Node<'a>>) {
    let own = |tool: &Node<'_>| matches!(&*tool.text_of("type"), "function" | "custom");
    let tools = request.list("tools").filter(|(_, tool)| own(tool));
    tools.for_each(|(_, tool)| named(tool, out));
    if let Some(choice) = request.get("tool_choice") {
        let allowed = choice.list("tools").map(|(_, tool)| tool);
        allowed.chain([choice]).filter(|tool| own(tool)).for_each(|tool| named(tool, out));
    }
    let calls = ["function_call", "custom_tool_call"];
    for (_, item) in request.list("input") {
        if calls.contains(&&*item.text_of("type")) && item.get("namespace").is_none() {
            named(item, out);
        }
    }
}

/// Messages. A tool without a type is the client's.
fn messages<'n, 'a>(request: &'n Node<'a>, out: &mut Vec<&'n Node<'a>>) {
    let own = |tool: &Node<'_>| matches!(&*tool.text_of("type"), "" | "custom");
    let tools = request.list("tools").filter(|(_, tool)| own(tool));
    tools.for_each(|(_, tool)| named(tool, out));
    request.get("tool_choice").into_iter().for_each(|choice| named(choice, out));
    for (_, message) in request.list("messages") {
        let calls =
            message.list("content").filter(|(_, block)| block.text_of("type") == "tool_use");
        calls.for_each(|(_, call)| named(call, out));
    }
}
