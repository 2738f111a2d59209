//! Tools and tool choice.

use super::body::{InputSchema, Nothing, Tool, ToolChoice, ToolConfig, ToolSpec};
use super::conversation::Conversation;
use super::messages::{cache_point, tool_name};
use crate::Dialect;
use crate::bedrock::family::{Cache, Forces};
use crate::chat::{self, Field, Request, ToolKind};
use serde_json::{Value, json};

/// The tool settings, taken out of the request.
pub(super) struct Wanted {
    pub tools: Vec<chat::Tool>,
    pub choice: Option<chat::ToolChoice>,
    pub path: &'static str,
    pub choice_path: &'static str,
}

impl Wanted {
    pub fn take(request: &mut Request) -> Self {
        Wanted {
            tools: std::mem::take(&mut request.tools),
            choice: request.tool_choice.take(),
            path: request.path(Field::Tools),
            choice_path: request.path(Field::ToolChoice),
        }
    }

    /// Converse's `toolConfig`.
    pub fn config(mut self, conversation: &mut Conversation<'_>) -> Option<ToolConfig> {
        // Bedrock refuses calls and results in a conversation that declares no tools.
        let needed = conversation.has_results || !conversation.called.is_empty();
        if self.choice == Some(chat::ToolChoice::None) {
            self.choice = None;
            match needed {
                true => conversation.losses.add(
                    self.choice_path,
                    "Bedrock cannot forbid the tools of a conversation that has called some",
                ),
                false => self.tools.clear(),
            }
        }
        let choice = self.choice(conversation);
        let path = self.path;
        let mut tools = Vec::with_capacity(self.tools.len());
        self.tools.into_iter().for_each(|tool| declare(tool, conversation, &mut tools));
        if needed && !tools.iter().any(|tool| !matches!(tool, Tool::CachePoint(_))) {
            declare_called(path, conversation, &mut tools);
        }
        let tool_choice = choice.filter(|_| !tools.is_empty());
        (!tools.is_empty()).then_some(ToolConfig { tools, tool_choice })
    }

    fn choice(&mut self, conversation: &mut Conversation<'_>) -> Option<ToolChoice> {
        let forces = conversation.family.forces;
        let required = match self.choice.take()? {
            chat::ToolChoice::None => return None,
            chat::ToolChoice::Auto => return Some(ToolChoice::Auto(Nothing {})),
            chat::ToolChoice::Required => true,
            chat::ToolChoice::Tool(name) if forces == Forces::Any => {
                return Some(ToolChoice::Tool { name: tool_name(name, conversation.memo) });
            }
            chat::ToolChoice::Tool(name) => {
                self.only(&[name]);
                true
            }
            chat::ToolChoice::Allowed { names, required } => {
                self.only(&names);
                required
            }
        };
        if required && forces == Forces::Nothing {
            let reason = "this model on Bedrock cannot be made to call a tool";
            conversation.losses.add(self.choice_path, reason);
        }
        let forced = required && forces != Forces::Nothing;
        forced.then_some(ToolChoice::Any(Nothing {}))
    }

    /// Removes tools that are not allowed.
    fn only(&mut self, names: &[String]) {
        self.tools.retain(|tool| match &tool.kind {
            ToolKind::Function { name, .. } | ToolKind::Custom { name, .. } => names.contains(name),
            ToolKind::Foreign(..) => false,
        });
    }
}

fn declare(tool: chat::Tool, conversation: &mut Conversation<'_>, tools: &mut Vec<Tool>) {
    let chat::Tool { path, kind, cache } = tool;
    match kind {
        ToolKind::Function { name, description, parameters, strict } => {
            if strict == Some(true) && !conversation.family.schemas {
                let reason = "this model on Bedrock does not hold to schemas strictly";
                conversation.losses.add(format!("{path}.strict"), reason);
            }
            tools.push(Tool::ToolSpec(ToolSpec {
                name: tool_name(name, conversation.memo),
                description: description.filter(|text| !text.is_empty()),
                input_schema: InputSchema { json: parameters.unwrap_or_else(any_object) },
                strict: strict.filter(|strict| *strict && conversation.family.schemas),
            }));
        }
        ToolKind::Foreign(Dialect::Bedrock, tool) => tools.push(Tool::Foreign(tool)),
        // Custom tools have become functions.
        ToolKind::Custom { .. } | ToolKind::Foreign(..) => {
            conversation.losses.add(path.as_str(), "Bedrock does not have this tool");
        }
    }
    let takes = matches!(conversation.family.cache, Cache::Everywhere | Cache::Hour);
    let family = conversation.family;
    let marker = cache
        .and_then(|cache| cache_point(cache, &path, takes, family, conversation.losses))
        .filter(|_| !tools.is_empty());
    tools.extend(marker.map(Tool::CachePoint));
}

/// Declares the tools that the conversation has called, of which only the names are known.
fn declare_called(path: &str, conversation: &mut Conversation<'_>, tools: &mut Vec<Tool>) {
    let reason =
        "Bedrock wants the tools declared that the conversation has called: their names are";
    conversation.losses.add(path, reason);
    let mut names = std::mem::take(&mut conversation.called);
    if names.is_empty() {
        names.insert("tool".to_owned());
    }
    tools.extend(names.into_iter().map(|name| {
        let input_schema = InputSchema { json: any_object() };
        Tool::ToolSpec(ToolSpec { name, description: None, input_schema, strict: None })
    }));
}

fn any_object() -> Value {
    json!({ "type": "object", "properties": {} })
}
