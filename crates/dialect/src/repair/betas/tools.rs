//! Tools, and members of tools, that only a beta allows.

use super::table::Part;
use super::{Repair, member};
use crate::json::{Node, without};
use postern_fault::Fault;

/// What becomes of a tool that has a type of its own.
enum Fate {
    Stays,
    /// The model does without it.
    Goes(Part),
    /// The client waits for calls of it.
    Demanded(Part),
}

fn fate(kind: &str) -> Fate {
    match kind {
        "computer_20241022" | "text_editor_20241022" | "bash_20241022" => {
            Fate::Demanded(Part::Computer2024)
        }
        "computer_20250124" => Fate::Demanded(Part::Computer2025),
        "computer_20251124" => Fate::Demanded(Part::ComputerZoom),
        "mcp_toolset" => Fate::Demanded(Part::Mcp),
        // All tools are offered from the start.
        kind if kind.starts_with("tool_search_tool_") => Fate::Goes(Part::ToolSearch),
        kind if kind.starts_with("advisor_") => Fate::Goes(Part::Advisor),
        _ => Fate::Stays,
    }
}

/// Members of a tool that are left out.
const MEMBERS: &[(&str, Part)] = &[
    ("defer_loading", Part::ToolSearch),
    ("input_examples", Part::ToolExamples),
    ("allowed_callers", Part::ToolCallers),
];

impl Repair<'_> {
    /// # Errors
    /// A tool whose calls the client waits for.
    pub(in crate::repair) fn beta_tools(&mut self, request: &Node<'_>) -> Result<(), Fault> {
        if self.vendor.quirks.betas.is_none() {
            return Ok(());
        }
        let tools = request.get("tools").map(Node::items).unwrap_or_default();
        let mut gone = Vec::with_capacity(tools.len());
        for (at, tool) in tools.iter().enumerate() {
            let path = || format!("tools[{at}]");
            gone.push(match fate(&tool.text_of("type")) {
                Fate::Stays => false,
                Fate::Goes(part) => self.goes(part, path),
                Fate::Demanded(part) => self.demand(part, path).map(|()| false)?,
            });
            self.members(tool, &|| format!("tools[{at}]."));
        }
        if !gone.contains(&true) {
            return Ok(());
        }
        if !gone.contains(&false) {
            self.gone.extend(["tools".to_owned(), "tool_choice".to_owned()]);
            return Ok(());
        }
        let chosen = request.get("tool_choice").map(|choice| choice.text_of("name"));
        let mut left = tools.iter().zip(&gone).filter(|(_, gone)| **gone);
        if chosen.is_some_and(|name| left.any(|(tool, _)| tool.text_of("name") == name)) {
            self.losses.add("tool_choice", "the tool is left out");
            self.gone.push("tool_choice".to_owned());
        }
        let spans: Vec<_> = tools.iter().map(|tool| tool.span).collect();
        self.edits.extend(without(&spans, |at| gone.get(at).copied().unwrap_or_default()));
        Ok(())
    }

    fn members(&mut self, tool: &Node<'_>, path: &dyn Fn() -> String) {
        self.unscope(tool, path);
        let mut names = Vec::new();
        for (name, part) in MEMBERS {
            let Some(node) = member(tool, name) else { continue };
            // Tools that a lost message would have added are offered from the start.
            let is_offered = self.tools_are_lost && *name == "defer_loading";
            if self.lacks(*part).is_none() && !is_offered {
                continue;
            }
            names.push(*name);
            if !matches!(node.span.of(self.body), Some("null" | "false")) {
                self.goes(*part, || format!("{}{name}", path()));
            }
        }
        if !names.is_empty() {
            self.leave_out(tool, |name| names.contains(&name));
        }
    }
}
