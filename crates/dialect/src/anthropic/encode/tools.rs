//! Tools: <https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview>.

use super::content::marker;
use super::{Body, refuses};
use crate::anthropic::block::Marker;
use crate::chat::{self, Losses, Request, ToolChoice, ToolKind};
use crate::{Dialect, Vendor};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::HashSet;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Tool {
    Own {
        name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        input_schema: Value,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        strict: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<Marker>,
    },
    Foreign(Value),
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Choice {
    Auto(Parallel),
    Any(Parallel),
    Tool {
        name: String,
        #[serde(flatten)]
        parallel: Parallel,
    },
    None,
}

#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(super) struct Parallel {
    #[serde(skip_serializing_if = "Option::is_none")]
    disable_parallel_tool_use: Option<bool>,
}

impl Choice {
    /// Whether the choice requires a call.
    pub fn is_forced(&self) -> bool {
        matches!(self, Choice::Any(_) | Choice::Tool { .. })
    }

    /// The choice without a required call.
    pub fn freed(self) -> Self {
        match self {
            Choice::Any(parallel) | Choice::Tool { parallel, .. } => Choice::Auto(parallel),
            other => other,
        }
    }
}

pub(super) fn fill(request: &mut Request, vendor: &Vendor, body: &mut Body, losses: &mut Losses) {
    let choice = request.tool_choice.take();
    let allowed: Option<HashSet<&str>> = match &choice {
        Some(ToolChoice::Allowed { names, .. }) => Some(names.iter().map(String::as_str).collect()),
        _ => None,
    };
    for tool in std::mem::take(&mut request.tools) {
        // The model sees only the tools that it may call.
        if allowed.as_ref().is_none_or(|allowed| is_among(&tool, allowed)) {
            body.tools.extend(encoded(tool, vendor, losses));
        }
    }
    if body.tools.is_empty() {
        return;
    }
    let parallel = Parallel {
        disable_parallel_tool_use: request.parallel_tool_calls.filter(|many| !many).map(|_| true),
    };
    body.tool_choice = match choice {
        None if parallel.disable_parallel_tool_use.is_none() => None,
        None | Some(ToolChoice::Auto | ToolChoice::Allowed { required: false, .. }) => {
            Some(Choice::Auto(parallel))
        }
        Some(ToolChoice::Required | ToolChoice::Allowed { required: true, .. }) => {
            Some(Choice::Any(parallel))
        }
        Some(ToolChoice::Tool(name)) => Some(Choice::Tool { name, parallel }),
        Some(ToolChoice::None) => Some(Choice::None),
    };
}

fn is_among(tool: &chat::Tool, names: &HashSet<&str>) -> bool {
    match &tool.kind {
        ToolKind::Function { name, .. } | ToolKind::Custom { name, .. } => {
            names.contains(name.as_str())
        }
        ToolKind::Foreign(_, tool) => {
            tool.get("name").and_then(Value::as_str).is_some_and(|name| names.contains(name))
        }
    }
}

fn encoded(tool: chat::Tool, vendor: &Vendor, losses: &mut Losses) -> Option<Tool> {
    let chat::Tool { path, kind, cache } = tool;
    match kind {
        ToolKind::Function { name, description, parameters, strict } => {
            let mut strict = strict.unwrap_or(false);
            if strict && refuses(vendor, "strict") {
                losses.add(format!("{path}.strict"), "the model does not follow schemas exactly");
                strict = false;
            }
            let input_schema = schema(parameters);
            let cache_control = marker(cache);
            Some(Tool::Own { name, description, input_schema, strict, cache_control })
        }
        ToolKind::Foreign(Dialect::Anthropic, tool) => Some(Tool::Foreign(tool)),
        ToolKind::Foreign(maker, _) => {
            losses.add(path, format!("only {} has this tool", maker.maker()));
            None
        }
        // They became functions before.
        ToolKind::Custom { .. } => None,
    }
}

/// The schema, which is required and must be of type object.
fn schema(parameters: Option<Value>) -> Value {
    match parameters {
        Some(Value::Object(mut schema)) => {
            schema.entry("type").or_insert_with(|| Value::from("object"));
            Value::Object(schema)
        }
        _ => json!({ "type": "object", "properties": {} }),
    }
}
