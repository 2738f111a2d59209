//! Tools and tool choice: <https://docs.cohere.com/v2/docs/tool-use-overview>.

use super::Body;
use crate::Dialect;
use crate::chat::{self, Field, Losses, Request, ToolKind};
use postern_fault::Fault;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::mem;

#[derive(Serialize)]
pub(super) struct Tool {
    #[serde(rename = "type")]
    kind: &'static str,
    function: Function,
}

#[derive(Serialize)]
struct Function {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Cohere's schema requires them.
    parameters: Value,
}

/// If absent, the model decides.
#[derive(Serialize)]
pub(super) enum ToolChoice {
    #[serde(rename = "REQUIRED")]
    Required,
    #[serde(rename = "NONE")]
    None,
}

/// A tool that Cohere accepts.
struct Known {
    tool: Tool,
    /// Strictness, as far as the client states it.
    strict: Option<bool>,
    strict_path: String,
}

pub(super) fn write(
    request: &mut Request,
    body: &mut Body,
    losses: &mut Losses,
) -> Result<(), Fault> {
    let client = request.client;
    let tools = mem::take(&mut request.tools).into_iter();
    let mut known: Vec<Known> =
        tools.filter_map(|tool| Known::from_hub(tool, client, losses)).collect();
    body.tool_choice = choose(request, &mut known, losses)?;
    body.strict_tools = strictness(&known, losses);
    body.tools = known.into_iter().map(|known| known.tool).collect();
    if body.tools.is_empty() {
        // Cohere refuses a tool choice without tools.
        body.tool_choice = None;
    }
    if request.parallel_tool_calls == Some(false) {
        let path = request.path(Field::ParallelToolCalls);
        losses.add(path, "Cohere cannot be kept to one call in a turn");
    }
    Ok(())
}

impl Known {
    fn from_hub(tool: chat::Tool, client: Dialect, losses: &mut Losses) -> Option<Self> {
        let chat::Tool { path, kind, cache } = tool;
        if cache.is_some() {
            losses.add(format!("{path}.cache_control"), "Cohere caches prompts by itself");
        }
        let ToolKind::Function { name, description, parameters, strict } = kind else {
            losses.add(path, "Cohere has no tools of its own");
            return None;
        };
        let parameters =
            parameters.unwrap_or_else(|| json!({ "type": "object", "properties": {} }));
        let function = Function { name, description, parameters };
        let strict_path = match client {
            Dialect::OpenAi => format!("{path}.function.strict"),
            _ => format!("{path}.strict"),
        };
        Some(Known { tool: Tool { kind: "function", function }, strict, strict_path })
    }

    fn name(&self) -> &str {
        &self.tool.function.name
    }
}

/// Cohere cannot require a tool by its name, so a required tool is the only one sent.
fn choose(
    request: &Request,
    known: &mut Vec<Known>,
    losses: &mut Losses,
) -> Result<Option<ToolChoice>, Fault> {
    let path = request.path(Field::ToolChoice);
    let (names, required) = match &request.tool_choice {
        None | Some(chat::ToolChoice::Auto) => return Ok(None),
        Some(chat::ToolChoice::None) => return Ok(Some(ToolChoice::None)),
        Some(chat::ToolChoice::Required) => return Ok(Some(ToolChoice::Required)),
        Some(chat::ToolChoice::Tool(name)) => (std::slice::from_ref(name), true),
        Some(chat::ToolChoice::Allowed { names, required }) => (names.as_slice(), *required),
    };
    let all = known.len();
    let names: HashSet<&str> = names.iter().map(String::as_str).collect();
    known.retain(|tool| names.contains(tool.name()));
    if known.is_empty() {
        let public = format!("`{path}` names no tool that can be called: name one of the tools");
        return Err(Fault::invalid_request(path, public));
    }
    if known.len() < all {
        losses.add(path, "Cohere has no choice by name: the other tools are not sent");
    }
    Ok(required.then_some(ToolChoice::Required))
}

/// Strictness applies to all tools together.
fn strictness(known: &[Known], losses: &mut Losses) -> Option<bool> {
    let strict = |tool: &&Known| tool.strict == Some(true);
    if known.is_empty() || known.iter().all(|tool| strict(&tool)) {
        return (!known.is_empty()).then_some(true);
    }
    for tool in known.iter().filter(strict) {
        let reason = "Cohere is strict with all tools or none";
        losses.add(tool.strict_path.clone(), reason);
    }
    None
}
