//! Tools and the choice among them: <https://platform.openai.com/docs/guides/function-calling>.

use super::settings::CACHES;
use crate::Dialect;
use crate::chat::{self, Field, Losses, Request, ToolChoice, ToolKind};
use crate::responses::grammar;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::HashSet;

/// A tool, as it is written.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Tool {
    Function {
        name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        parameters: Value,
        /// Always written: without it, this API makes a function strict, while the others do not.
        strict: bool,
    },
    Custom {
        name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        format: Option<Value>,
    },
    #[serde(untagged)]
    Own(Value),
}

/// The choice, as it is written.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Choice {
    Word(&'static str),
    Object(Value),
}

impl Tool {
    fn new(tool: chat::Tool, client: Dialect, losses: &mut Losses) -> Option<Self> {
        if tool.cache.is_some() {
            losses.add(format!("{}.cache_control", tool.path), CACHES);
        }
        match tool.kind {
            ToolKind::Function { name, description, parameters, strict } => Some(Tool::Function {
                name,
                description,
                parameters: parameters
                    .unwrap_or_else(|| json!({ "type": "object", "properties": {} })),
                strict: strict.unwrap_or(client == Dialect::Responses),
            }),
            ToolKind::Custom { name, description, format } => {
                let format = format.map(grammar::from_chat);
                Some(Tool::Custom { name, description, format })
            }
            ToolKind::Foreign(Dialect::Responses, value) => Some(Tool::Own(value)),
            ToolKind::Foreign(maker, _) => {
                losses.add(tool.path, format!("only {} has this tool", maker.maker()));
                None
            }
        }
    }

    fn name(&self) -> Option<&str> {
        match self {
            Tool::Function { name, .. } | Tool::Custom { name, .. } => Some(name),
            Tool::Own(_) => None,
        }
    }

    /// The form in which a tool choice names it.
    fn reference(&self) -> Option<Value> {
        match self {
            Tool::Function { name, .. } => Some(json!({ "type": "function", "name": name })),
            Tool::Custom { name, .. } => Some(json!({ "type": "custom", "name": name })),
            Tool::Own(_) => None,
        }
    }
}

pub(super) fn encode(request: &mut Request, losses: &mut Losses) -> (Vec<Tool>, Option<Choice>) {
    let client = request.client;
    let tools = std::mem::take(&mut request.tools).into_iter();
    let tools: Vec<Tool> = tools.filter_map(|tool| Tool::new(tool, client, losses)).collect();
    let Some(choice) = request.tool_choice.take() else { return (tools, None) };
    if tools.is_empty() {
        // OpenAI refuses a tool choice without tools.
        if !matches!(choice, ToolChoice::Auto | ToolChoice::None) {
            losses.add(request.path(Field::ToolChoice), "there is no tool to choose");
        }
        return (tools, None);
    }
    let choice = match choice {
        ToolChoice::Auto => Choice::Word("auto"),
        ToolChoice::None => Choice::Word("none"),
        ToolChoice::Required => Choice::Word("required"),
        ToolChoice::Tool(name) => {
            let tool = tools.iter().find(|tool| tool.name() == Some(&name));
            let named = || json!({ "type": "function", "name": name });
            Choice::Object(tool.and_then(Tool::reference).unwrap_or_else(named))
        }
        ToolChoice::Allowed { names, required } => {
            let names: HashSet<&str> = names.iter().map(String::as_str).collect();
            let allowed = |tool: &&Tool| tool.name().is_some_and(|own| names.contains(own));
            let allowed = tools.iter().filter(allowed).filter_map(Tool::reference);
            Choice::Object(json!({
                "type": "allowed_tools",
                "mode": if required { "required" } else { "auto" },
                "tools": allowed.collect::<Vec<Value>>(),
            }))
        }
    };
    (tools, Some(choice))
}
