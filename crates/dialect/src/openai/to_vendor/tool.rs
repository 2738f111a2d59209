//! Tools and the choice among them: <https://platform.openai.com/docs/guides/function-calling>.

use super::lacks;
use super::settings::CACHES;
use crate::chat::{self, Field, Losses, Request, ToolChoice, ToolKind};
use crate::{Dialect, Vendor};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::collections::HashSet;

/// A tool, as it is written.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Tool {
    Function { r#type: &'static str, function: Function },
    Custom { r#type: &'static str, custom: Custom },
    Own(Value),
}

#[derive(Serialize)]
pub(super) struct Function {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

#[derive(Serialize)]
pub(super) struct Custom {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Value>,
}

/// The choice, as it is written.
pub(super) enum Choice {
    Word(&'static str),
    Object(Value),
}

impl Serialize for Choice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Choice::Word(word) => serializer.serialize_str(word),
            Choice::Object(object) => object.serialize(serializer),
        }
    }
}

impl Tool {
    fn new(tool: chat::Tool, losses: &mut Losses) -> Option<Self> {
        if tool.cache.is_some() {
            losses.add(format!("{}.cache_control", tool.path), CACHES);
        }
        match tool.kind {
            ToolKind::Function { name, description, parameters, strict } => Some(Tool::Function {
                r#type: "function",
                function: Function { name, description, parameters, strict },
            }),
            ToolKind::Custom { name, description, format } => Some(Tool::Custom {
                r#type: "custom",
                custom: Custom { name, description, format },
            }),
            ToolKind::Foreign(Dialect::OpenAi, value) => Some(Tool::Own(value)),
            ToolKind::Foreign(maker, _) => {
                losses.add(tool.path, format!("only {} has this tool", maker.maker()));
                None
            }
        }
    }

    fn name(&self) -> Option<&str> {
        match self {
            Tool::Function { function, .. } => Some(&function.name),
            Tool::Custom { custom, .. } => Some(&custom.name),
            Tool::Own(_) => None,
        }
    }

    /// The form in which a tool choice names it.
    fn reference(&self) -> Option<Value> {
        match self {
            Tool::Function { function, .. } => {
                Some(json!({ "type": "function", "function": { "name": function.name } }))
            }
            Tool::Custom { custom, .. } => {
                Some(json!({ "type": "custom", "custom": { "name": custom.name } }))
            }
            Tool::Own(_) => None,
        }
    }
}

pub(super) fn encode(
    request: &mut Request,
    vendor: &Vendor,
    losses: &mut Losses,
) -> (Vec<Tool>, Option<Choice>) {
    let tools = std::mem::take(&mut request.tools).into_iter();
    let mut tools: Vec<Tool> = tools.filter_map(|tool| Tool::new(tool, losses)).collect();
    let path = request.path(Field::ToolChoice);
    let Some(choice) = request.tool_choice.take() else { return (tools, None) };
    if tools.is_empty() {
        // OpenAI refuses a tool choice without tools.
        if !matches!(choice, ToolChoice::Auto | ToolChoice::None) {
            losses.add(path, "there is no tool to choose");
        }
        return (tools, None);
    }
    let choice = match choice {
        ToolChoice::Auto => Choice::Word("auto"),
        ToolChoice::None => Choice::Word("none"),
        ToolChoice::Required => Choice::Word("required"),
        ToolChoice::Tool(name) => {
            let tool = tools.iter().find(|tool| tool.name() == Some(&name));
            let named = || json!({ "type": "function", "function": { "name": name } });
            Choice::Object(tool.and_then(Tool::reference).unwrap_or_else(named))
        }
        ToolChoice::Allowed { names, required } => {
            let names: HashSet<&str> = names.iter().map(String::as_str).collect();
            let allowed = |tool: &Tool| tool.name().is_none_or(|own| names.contains(own));
            let mode = if required { "required" } else { "auto" };
            if lacks(vendor, "allowed_tools") {
                // The same restriction, but the changed tools invalidate a cached prompt.
                tools.retain(allowed);
                Choice::Word(mode)
            } else {
                let references = tools.iter().filter(|tool| allowed(tool));
                let references: Vec<Value> = references.filter_map(Tool::reference).collect();
                Choice::Object(json!({
                    "type": "allowed_tools",
                    "allowed_tools": { "mode": mode, "tools": references },
                }))
            }
        }
    };
    (tools, Some(choice))
}
