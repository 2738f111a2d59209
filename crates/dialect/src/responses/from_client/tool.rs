//! Tools and the choice among them: <https://platform.openai.com/docs/guides/function-calling>.

use super::UNKNOWN;
use crate::Dialect;
use crate::chat::{Losses, Request, Tool, ToolChoice, ToolKind};
use crate::openai::from_client::value::{
    Members, array, boolean, object, required, said, string, wrong,
};
use crate::responses::grammar;
use postern_fault::Fault;
use serde_json::Value;
use std::collections::BTreeMap;

/// The name in the hub of a tool that stands in a namespace: a function's name elsewhere has no dots.
pub(super) fn flat(namespace: &str, name: &str) -> String {
    format!("{namespace}__{name}")
}

/// Reads the tools of a list at `list`, with those of its namespaces
/// (<https://developers.openai.com/api/docs/guides/tools-tool-search>), which other vendors do not have.
pub(super) fn tools(
    value: Value,
    list: &str,
    request: &mut Request,
    losses: &mut Losses,
) -> Result<(), Fault> {
    for (index, tool) in array(value, || list.to_owned())?.into_iter().enumerate() {
        let path = format!("{list}[{index}]");
        let mut members = object(tool, || path.clone())?;
        let kind = match members.get("type").and_then(Value::as_str) {
            Some("function") => function(members, &path, losses)?,
            Some("custom") => custom(members, &path, losses)?,
            Some("namespace") => {
                let within = members.shift_remove("tools").unwrap_or_default();
                let name = members.get("name").and_then(Value::as_str).unwrap_or_default();
                let first = request.tools.len();
                tools(within, &format!("{path}.tools"), request, losses)?;
                for tool in request.tools.iter_mut().skip(first) {
                    move_out(tool, name, &mut request.namespaced);
                }
                continue;
            }
            // A tool that runs at the vendor.
            _ => ToolKind::Foreign(Dialect::Responses, Value::Object(members)),
        };
        request.tools.push(Tool { path, kind, cache: None });
    }
    Ok(())
}

fn move_out(tool: &mut Tool, namespace: &str, all: &mut BTreeMap<String, (String, String)>) {
    if let ToolKind::Function { name, .. } | ToolKind::Custom { name, .. } = &mut tool.kind {
        let flat = flat(namespace, name);
        all.insert(flat.clone(), (namespace.to_owned(), std::mem::replace(name, flat)));
    }
}

fn function(members: Members, path: &str, losses: &mut Losses) -> Result<ToolKind, Fault> {
    let (mut name, mut description, mut parameters, mut strict) = (None, None, None, None);
    for (field, value) in said(members).filter(|(field, _)| field != "type") {
        let at = || format!("{path}.{field}");
        match field.as_str() {
            "name" => name = Some(string(value, at)?),
            "description" => description = Some(string(value, at)?),
            "parameters" => parameters = Some(Value::Object(object(value, at)?)),
            "strict" => strict = Some(boolean(value, at)?),
            "defer_loading" | "async" if value == Value::Bool(false) => {}
            _ => losses.add(at(), UNKNOWN),
        }
    }
    let name = required(name, || format!("{path}.name"), "the function's name")?;
    Ok(ToolKind::Function { name, description, parameters, strict })
}

fn custom(members: Members, path: &str, losses: &mut Losses) -> Result<ToolKind, Fault> {
    let (mut name, mut description, mut format) = (None, None, None);
    for (field, value) in said(members).filter(|(field, _)| field != "type") {
        let at = || format!("{path}.{field}");
        match field.as_str() {
            "name" => name = Some(string(value, at)?),
            "description" => description = Some(string(value, at)?),
            "format" => format = Some(grammar::into_chat(object(value, at)?)),
            "defer_loading" | "async" if value == Value::Bool(false) => {}
            _ => losses.add(at(), UNKNOWN),
        }
    }
    let name = required(name, || format!("{path}.name"), "the tool's name")?;
    Ok(ToolKind::Custom { name, description, format })
}

/// `none`, `auto`, `required`, one tool, or some of them. A tool that runs at the vendor has no name in other dialects.
pub(super) fn choice(value: Value, losses: &mut Losses) -> Result<Option<ToolChoice>, Fault> {
    const PATH: &str = "tool_choice";
    const WANTED: &str = "`none`, `auto`, `required` or an object that names a tool";
    match value.as_str() {
        Some("none") => return Ok(Some(ToolChoice::None)),
        Some("auto") => return Ok(Some(ToolChoice::Auto)),
        Some("required") => return Ok(Some(ToolChoice::Required)),
        Some(_) => return Err(wrong(PATH.to_owned(), WANTED, &value)),
        None => {}
    }
    let members = object(value, || PATH.to_owned())?;
    match members.get("type").and_then(Value::as_str) {
        Some("function" | "custom") => {
            let name = named(&Value::Object(members));
            required(name, || format!("{PATH}.name"), "the tool's name")
                .map(|name| Some(ToolChoice::Tool(name)))
        }
        Some("allowed_tools") => Ok(Some(allowed(&members, losses))),
        _ => {
            losses.add(PATH, "only OpenAI has this tool");
            Ok(None)
        }
    }
}

fn allowed(members: &Members, losses: &mut Losses) -> ToolChoice {
    let tools = members.get("tools").and_then(Value::as_array).into_iter().flatten();
    let mut names = Vec::new();
    for (index, tool) in tools.enumerate() {
        match named(tool) {
            Some(name) => names.push(name),
            None => losses.add(format!("tool_choice.tools[{index}]"), "only OpenAI has this tool"),
        }
    }
    let required = members.get("mode").and_then(Value::as_str) == Some("required");
    ToolChoice::Allowed { names, required }
}

fn named(tool: &Value) -> Option<String> {
    let kind = tool.get("type").and_then(Value::as_str);
    if !matches!(kind, Some("function" | "custom")) {
        return None;
    }
    let text = |name: &str| tool.get(name).and_then(Value::as_str);
    let name = text("name")?;
    Some(text("namespace").map_or_else(|| name.to_owned(), |namespace| flat(namespace, name)))
}
