//! Items of the input.

use super::{TextOrItems, UNKNOWN, kept, part, texts_or_items, thought, tool, unsupported};
use crate::Dialect;
use crate::chat::{Content, Losses, Part, Role, ToolCall, ToolResult};
use crate::openai::from_client::value::{Members, object, required, said, string, wrong};
use postern_fault::Fault;
use serde_json::Value;

/// The content of an item and its speaker.
pub(super) struct Said {
    pub role: Role,
    pub parts: Vec<Part>,
}

pub(super) fn read(value: Value, path: &str, losses: &mut Losses) -> Result<Said, Fault> {
    let mut members = object(value, || path.to_owned())?;
    let kind = members.get("type").and_then(Value::as_str).unwrap_or("message").to_owned();
    match kind.as_str() {
        // The SDKs allow a message without a type, and an id in place of an item.
        "message" if is_reference(&members) => Err(kept(path.to_owned())),
        "message" => message(members, path, losses),
        "function_call" | "custom_tool_call" => {
            call(members, kind == "custom_tool_call", path, losses)
        }
        "function_call_output" | "custom_tool_call_output" => output(members, path, losses),
        "reasoning" => {
            thought::read(members, path, losses).map(|parts| Said { role: Role::Assistant, parts })
        }
        "item_reference" => Err(kept(path.to_owned())),
        "compaction" => {
            let public = format!(
                "`{path}` is a conversation that only its maker can open: send the whole input"
            );
            Err(unsupported(path.to_owned(), public))
        }
        _ => {
            members.shift_remove("status");
            let role = role_of(&kind);
            let parts = vec![Part::new(
                path,
                Content::Foreign(Dialect::Responses, foreign(members, &kind)),
            )];
            Ok(Said { role, parts })
        }
    }
}

fn is_reference(members: &Members) -> bool {
    members.contains_key("id") && !members.contains_key("role") && !members.contains_key("content")
}

/// A built-in tool's item, unchanged.
fn foreign(mut members: Members, kind: &str) -> Value {
    members.entry("type").or_insert_with(|| kind.into());
    Value::Object(members)
}

fn role_of(kind: &str) -> Role {
    match kind {
        "mcp_approval_response" => Role::User,
        kind if kind.ends_with("_output") => Role::Tool,
        _ => Role::Assistant,
    }
}

/// Whether a member describes the item itself: no vendor needs its status, and its id is the client's.
fn is_about_item(name: &str) -> bool {
    matches!(name, "type" | "id" | "status")
}

fn message(mut members: Members, path: &str, losses: &mut Losses) -> Result<Said, Fault> {
    let at = |name: &str| format!("{path}.{name}");
    let wanted = "one of `system`, `developer`, `user` and `assistant`";
    let role = required(members.shift_remove("role"), || at("role"), wanted)?;
    let role = match role.as_str() {
        Some("system") => Role::System,
        Some("developer") => Role::Developer,
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        _ => return Err(wrong(at("role"), wanted, &role)),
    };
    let content =
        required(members.shift_remove("content"), || at("content"), "the message's content")?;
    for (name, _) in said(members).filter(|(name, _)| !is_about_item(name)) {
        losses.add(at(&name), UNKNOWN);
    }
    Ok(Said { role, parts: contents(content, &at("content"), losses)? })
}

/// A text, or parts.
fn contents(value: Value, path: &str, losses: &mut Losses) -> Result<Vec<Part>, Fault> {
    match texts_or_items(value, path, "a string or an array of parts")? {
        TextOrItems::Text(text) => Ok(vec![Part::new(path, Content::Text(text))]),
        TextOrItems::Items(parts) => (0_usize..)
            .zip(parts)
            .map(|(index, value)| part::read(value, format!("{path}[{index}]"), losses))
            .collect(),
    }
}

fn call(members: Members, custom: bool, path: &str, losses: &mut Losses) -> Result<Said, Fault> {
    let (mut id, mut name, mut arguments, mut namespace) = (None, None, None, None);
    for (field, value) in said(members).filter(|(field, _)| !is_about_item(field)) {
        let at = || format!("{path}.{field}");
        match field.as_str() {
            "call_id" => id = Some(string(value, at)?),
            "name" => name = Some(string(value, at)?),
            "namespace" => namespace = Some(string(value, at)?),
            "arguments" if !custom => arguments = Some(string(value, at)?),
            "input" if custom => arguments = Some(string(value, at)?),
            _ => losses.add(at(), UNKNOWN),
        }
    }
    let at = |field: &str| format!("{path}.{field}");
    let name = required(name, || at("name"), "the tool's name")?;
    let call = ToolCall {
        id: required(id, || at("call_id"), "the call's id")?,
        name: match namespace {
            Some(namespace) => tool::flat(&namespace, &name),
            None => name,
        },
        arguments: arguments.unwrap_or_default(),
        custom,
    };
    Ok(Said { role: Role::Assistant, parts: vec![Part::new(path, Content::ToolCall(call))] })
}

fn output(members: Members, path: &str, losses: &mut Losses) -> Result<Said, Fault> {
    let (mut id, mut output) = (None, None);
    for (field, value) in said(members).filter(|(field, _)| !is_about_item(field)) {
        let at = || format!("{path}.{field}");
        match field.as_str() {
            "call_id" => id = Some(string(value, at)?),
            "output" => output = Some(value),
            // The call has the name.
            "name" | "namespace" => {}
            _ => losses.add(at(), UNKNOWN),
        }
    }
    let at = |field: &str| format!("{path}.{field}");
    let output = required(output, || at("output"), "what the tool returned")?;
    let result = ToolResult {
        call_id: required(id, || at("call_id"), "the call's id")?,
        parts: contents(output, &at("output"), losses)?,
        is_error: false,
    };
    Ok(Said { role: Role::Tool, parts: vec![Part::new(path, Content::ToolResult(result))] })
}
