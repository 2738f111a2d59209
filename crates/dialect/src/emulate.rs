//! Emulates features that a vendor lacks with those it has, and undoes the emulation in the answer.
//!
//! An encoder calls these functions on the hub's request and notes in the [`Memo`] what it changed. [`Restore`] undoes it in
//! the events, so that neither readers nor writers of answers know of it.

use crate::Memo;
use crate::chat::{
    Content, Delta, Event, FinishReason, Format, Kind, Losses, Request, Slot, Tool, ToolChoice,
    ToolKind,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The tool that stands for the requested schema.
const SCHEMA_TOOL: &str = "json_response";

/// Structured output for vendors that have only tools: a tool with the requested schema, which the model must call. If the
/// client has tools of its own, the model must be free to call those and may answer in words instead; this is noted as a loss.
pub(crate) fn schema_as_tool(request: &mut Request, losses: &mut Losses, memo: &mut Memo) {
    let schema = match std::mem::replace(&mut request.format, Format::Text) {
        Format::Text => return,
        Format::JsonObject => json!({ "type": "object", "additionalProperties": true }),
        Format::JsonSchema(schema) => schema.schema,
    };
    let description = "Give the answer to the user: its input is the whole answer, as JSON.";
    let path = request.path(crate::chat::Field::Format);
    let alone = request.tools.is_empty();
    let name = free_name(&request.tools);
    request.tools.push(Tool {
        path: path.to_owned(),
        kind: ToolKind::Function {
            name: name.clone(),
            description: Some(description.to_owned()),
            parameters: Some(schema),
            strict: None,
        },
        cache: None,
    });
    request.tool_choice = Some(match request.tool_choice.take() {
        _ if alone => ToolChoice::Tool(name.clone()),
        None | Some(ToolChoice::Auto | ToolChoice::Required) => ToolChoice::Required,
        Some(ToolChoice::None) => ToolChoice::Tool(name.clone()),
        Some(other) => {
            losses.add(path, "the model must call another tool first");
            other
        }
    });
    memo.schema_tool = Some(name);
}

/// A name that none of the client's tools has; otherwise calls of that tool would pass for the answer.
fn free_name(tools: &[Tool]) -> String {
    let named = |name: &str| {
        tools.iter().any(|tool| match &tool.kind {
            ToolKind::Function { name: other, .. } | ToolKind::Custom { name: other, .. } => {
                other == name
            }
            _ => false,
        })
    };
    let mut name = SCHEMA_TOOL.to_owned();
    // One of 100 names is free, unless the request has more tools than any vendor takes.
    for number in 2..=100 {
        if !named(&name) {
            break;
        }
        name = format!("{SCHEMA_TOOL}_{number}");
    }
    name
}

/// Structured output for vendors that have no support for it: an instruction that the caller puts in front of the conversation.
pub(crate) fn schema_as_instruction(format: &Format) -> Option<String> {
    match format {
        Format::Text => None,
        Format::JsonObject => Some("Answer with one JSON object and nothing else.".to_owned()),
        Format::JsonSchema(schema) => Some(format!(
            "Answer with JSON that follows this JSON schema, and nothing else:\n{}",
            schema.schema
        )),
    }
}

/// Custom tools (free text) for vendors that have only functions: a function of one string, `input`. Calls of them in the
/// conversation are changed the same way. The grammar of a custom tool's format is lost.
pub(crate) fn custom_as_functions(request: &mut Request, losses: &mut Losses, memo: &mut Memo) {
    for tool in &mut request.tools {
        let ToolKind::Custom { name, description, format } = &mut tool.kind else { continue };
        let grammar =
            |format: &Value| format.get("type").and_then(Value::as_str) == Some("grammar");
        if format.as_ref().is_some_and(grammar) {
            let path = format!("{}.format", tool.path);
            losses.add(path, "the vendor has no custom tools, and so no grammars");
        }
        memo.custom_tools.push(name.clone());
        tool.kind = ToolKind::Function {
            name: std::mem::take(name),
            description: description.take(),
            parameters: Some(json!({
                "type": "object",
                "properties": { "input": { "type": "string" } },
                "required": ["input"],
                "additionalProperties": false,
            })),
            strict: None,
        };
    }
    for part in request.messages.iter_mut().flat_map(|message| &mut message.parts) {
        if let Content::ToolCall(call) = &mut part.content
            && std::mem::replace(&mut call.custom, false)
        {
            call.arguments = json!({ "input": call.arguments }).to_string();
        }
    }
}

/// Undoes in an answer what the [`Memo`] says was changed.
#[derive(Debug, Default)]
pub(crate) struct Restore {
    memo: Memo,
    /// Calls of the schema's tool, and of custom tools with their arguments so far.
    changed: BTreeMap<Slot, Changed>,
    /// Choices in which one of the client's tools was called.
    calls: Vec<u32>,
}

#[derive(Debug)]
enum Changed {
    Text,
    Custom(String),
}

impl Restore {
    pub fn new(memo: &Memo) -> Self {
        // Without the settings that the client's writer repeats, which may be long.
        let memo = Memo {
            schema_tool: memo.schema_tool.clone(),
            custom_tools: memo.custom_tools.clone(),
            tool_names: memo.tool_names.clone(),
            ..Memo::default()
        };
        Restore { memo, ..Restore::default() }
    }

    /// Changes `events` from `first` on.
    pub fn events(&mut self, events: &mut Vec<Event>, first: usize) {
        let came = events.split_off(first.min(events.len()));
        for event in came {
            self.event(event, events);
        }
    }

    fn event(&mut self, event: Event, out: &mut Vec<Event>) {
        match event {
            Event::Begun(slot, Kind::ToolCall { id, name, custom }) => {
                let kind = self.begun(slot, id, name, custom);
                out.push(Event::Begun(slot, kind));
            }
            Event::Delta(slot, Delta::Text(text)) => match self.changed.get_mut(&slot) {
                Some(Changed::Custom(arguments)) => arguments.push_str(&text),
                _ => out.push(Event::Delta(slot, Delta::Text(text))),
            },
            Event::Ended(slot) => {
                if let Some(Changed::Custom(arguments)) = self.changed.remove(&slot) {
                    out.push(Event::Delta(slot, Delta::Text(unwrapped(arguments))));
                }
                out.push(Event::Ended(slot));
            }
            Event::Finished(choice, mut finish) => {
                let only_schema = self.memo.schema_tool.is_some() && !self.calls.contains(&choice);
                if finish.reason == FinishReason::ToolCalls && only_schema {
                    finish.reason = FinishReason::Stop;
                }
                out.push(Event::Finished(choice, finish));
            }
            other => out.push(other),
        }
    }

    fn begun(&mut self, slot: Slot, id: String, name: String, custom: bool) -> Kind {
        if self.memo.schema_tool.as_ref() == Some(&name) {
            self.changed.insert(slot, Changed::Text);
            return Kind::Text;
        }
        self.calls.push(slot.choice);
        // A custom tool may have been renamed as well; the memo has it under the client's name.
        let name = self.memo.tool_names.get(&name).cloned().unwrap_or(name);
        if self.memo.custom_tools.contains(&name) {
            self.changed.insert(slot, Changed::Custom(String::new()));
            return Kind::ToolCall { id, name, custom: true };
        }
        Kind::ToolCall { id, name, custom }
    }
}

/// The text of a custom tool's call. Arguments of another form pass unchanged.
fn unwrapped(arguments: String) -> String {
    match serde_json::from_str::<Value>(&arguments) {
        Ok(Value::Object(mut object)) if object.len() == 1 => match object.remove("input") {
            Some(Value::String(input)) => input,
            _ => arguments,
        },
        _ => arguments,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, arguments: &[&str]) -> Vec<Event> {
        let slot = Slot::default();
        let kind = Kind::ToolCall { id: "1".into(), name: name.into(), custom: false };
        let mut events = vec![Event::Begun(slot, kind)];
        events.extend(arguments.iter().map(|text| Event::Delta(slot, Delta::Text((*text).into()))));
        events.extend([Event::Ended(slot), Event::Finished(0, FinishReason::ToolCalls.into())]);
        events
    }

    #[test]
    fn the_schemas_tool_becomes_the_text_of_the_answer() {
        let memo = Memo { schema_tool: Some("json_response".into()), ..Memo::default() };
        let mut events = call("json_response", &["{\"a\"", ":1}"]);
        Restore::new(&memo).events(&mut events, 0);
        assert_eq!(events[0], Event::Begun(Slot::default(), Kind::Text));
        assert_eq!(events[4], Event::Finished(0, FinishReason::Stop.into()));
    }

    #[test]
    fn the_schemas_tool_takes_no_name_of_a_tool_of_the_clients() {
        let kind =
            ToolKind::Custom { name: SCHEMA_TOOL.to_owned(), description: None, format: None };
        let tool = Tool { path: "tools[0]".to_owned(), kind, cache: None };
        let mut request = Request::new(crate::Dialect::OpenAi, "m");
        (request.format, request.tools) = (Format::JsonObject, vec![tool]);
        let mut memo = Memo::default();
        schema_as_tool(&mut request, &mut Losses::default(), &mut memo);
        assert_eq!(memo.schema_tool.as_deref(), Some("json_response_2"));
        let mut events = call(SCHEMA_TOOL, &["{}"]);
        let came = events.clone();
        Restore::new(&memo).events(&mut events, 0);
        assert_eq!(events, came, "a call of the client's tool stays one");
    }

    #[test]
    fn a_custom_tools_text_comes_out_of_its_function_and_what_was_cut_stays_as_it_is() {
        let memo = Memo { custom_tools: vec!["run".into()], ..Memo::default() };
        let mut events = call("run", &["{\"input\":\"a", "\\nb\"}"]);
        Restore::new(&memo).events(&mut events, 0);
        assert_eq!(events[1], Event::Delta(Slot::default(), Delta::Text("a\nb".into())));
        let mut cut = call("run", &["{\"input\":\"a"]);
        Restore::new(&memo).events(&mut cut, 0);
        assert_eq!(cut[1], Event::Delta(Slot::default(), Delta::Text("{\"input\":\"a".into())));
    }
}
