//! Decodes a client's request into the hub: <https://platform.openai.com/docs/api-reference/responses/create>, as
//! `openai-python` 3.57 types it.

mod item;
mod part;
mod settings;
mod thought;
mod tool;
mod turn;

use crate::Dialect;
use crate::chat::{Content, Losses, Message, Part, Request, Role, ToolKind};
use crate::openai::from_client::value::{self, required, said, string};
use postern_fault::Fault;
use serde_json::Value;
use settings::Settings;
use std::collections::BTreeSet;

/// The reason why a field does not reach the vendor.
const UNKNOWN: &str = "no field that the gateway can translate";

/// Decodes a client's request, and notes as losses the fields that the hub has no place for.
///
/// # Errors
/// A body that is not JSON, a field that is missing or of the wrong type but required by vendors of other dialects, and a
/// reference that only the vendor that stores the conversation could resolve. Messages name fields and types, never a text of
/// the request.
pub fn decode(body: &str) -> Result<(Request, Losses), Fault> {
    let (mut request, mut losses) = (Request::new(Dialect::Responses, ""), Losses::default());
    let mut settings = Settings::default();
    let (mut model, mut input) = (None, None);
    for (name, value) in said(value::body(body)?) {
        match name.as_str() {
            "model" => model = Some(string(value, || name)?),
            "input" => input = Some(value),
            "instructions" => {
                let text = Content::Text(string(value, || name.clone())?);
                let parts = vec![Part::new(name.clone(), text)];
                let message = Message { path: name, role: Role::System, parts, name: None };
                request.messages.push(message);
            }
            "previous_response_id" | "conversation" | "item_reference" | "prompt" => {
                return Err(kept(name));
            }
            _ => settings.field(&name, value, &mut request, &mut losses)?,
        }
    }
    request.model = required(model, || "model".to_owned(), "the name of a model")?;
    let mut input = required(input, || "input".to_owned(), "a string or an array of items")?;
    more_tools(&mut input, &mut request, &mut losses)?;
    request.messages.extend(turn::messages(input, &mut losses)?);
    settings.settle(&mut request, &mut losses);
    Ok((request, losses))
}

/// Takes out the tools that newer clients (Codex) give as items of the input: those of the session, and those that a search for
/// tools has found (<https://developers.openai.com/api/docs/guides/tools-tool-search>). No other vendor searches for tools, so
/// all of them are offered; the search itself is told as a loss.
fn more_tools(input: &mut Value, request: &mut Request, losses: &mut Losses) -> Result<(), Fault> {
    for (index, item) in input.as_array_mut().into_iter().flatten().enumerate() {
        let kind = item.get("type").and_then(Value::as_str).unwrap_or_default();
        let is_search = matches!(kind, "tool_search_call" | "tool_search_output");
        if !is_search && kind != "additional_tools" {
            continue;
        }
        if is_search {
            losses.add(format!("input[{index}]"), SEARCHED);
        }
        let tools = item.get_mut("tools").map(Value::take).unwrap_or_default();
        if tools.is_array() {
            let known = request.tools.len();
            tool::tools(tools, &format!("input[{index}].tools"), request, losses)?;
            leave_out_known(request, known);
        }
        *item = Value::Null;
    }
    Ok(())
}

const SEARCHED: &str = "only OpenAI searches for tools: those that were found are offered";

/// A tool that was found twice, or was there before, is offered once.
fn leave_out_known(request: &mut Request, known: usize) {
    let name = |tool: &crate::chat::Tool| match &tool.kind {
        ToolKind::Function { name, .. } | ToolKind::Custom { name, .. } => Some(name.clone()),
        ToolKind::Foreign(..) => None,
    };
    let mut seen: BTreeSet<String> = request.tools.iter().take(known).filter_map(name).collect();
    let mut at = 0_usize;
    request.tools.retain(|tool| {
        let is_new = at >= known;
        at += 1;
        !is_new || name(tool).is_none_or(|name| seen.insert(name))
    });
}

/// The fault for a reference to something that is stored at a vendor of this dialect.
fn kept(path: String) -> Fault {
    let public = format!(
        "`{path}` names what another vendor keeps, and the gateway keeps no conversations: send the whole input"
    );
    unsupported(path, public)
}

fn unsupported(path: String, public: String) -> Fault {
    Fault::invalid_request(path, public).with_code("unsupported_content")
}

/// Reads a string or an array.
fn texts_or_items(value: Value, path: &str, wanted: &str) -> Result<TextOrItems, Fault> {
    match value {
        Value::String(text) => Ok(TextOrItems::Text(text)),
        Value::Array(items) => Ok(TextOrItems::Items(items)),
        other => Err(value::wrong(path.to_owned(), wanted, &other)),
    }
}

enum TextOrItems {
    Text(String),
    Items(Vec<Value>),
}
