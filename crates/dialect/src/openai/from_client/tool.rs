//! Tools, tool choice, and the form of the answer.

use super::cache;
use super::value::{Members, array, boolean, object, required, said, string, wrong};
use crate::Dialect;
use crate::chat::{Format, Losses, Schema, Tool, ToolChoice, ToolKind};
use postern_fault::Fault;
use serde_json::Value;

const UNKNOWN: &str = "no field that the gateway can translate";

pub(super) fn decode(
    value: Value,
    tools: &mut Vec<Tool>,
    losses: &mut Losses,
) -> Result<(), Fault> {
    for (index, tool) in array(value, || "tools".to_owned())?.into_iter().enumerate() {
        tools.push(read_tool(tool, format!("tools[{index}]"), losses)?);
    }
    Ok(())
}

/// The legacy `functions`.
pub(super) fn functions(
    value: Value,
    tools: &mut Vec<Tool>,
    losses: &mut Losses,
) -> Result<(), Fault> {
    for (index, function) in array(value, || "functions".to_owned())?.into_iter().enumerate() {
        let path = format!("functions[{index}]");
        let mut tool = Tool { path: String::new(), kind: no_function(), cache: None };
        read_function(function, &path, &mut tool, losses)?;
        tools.push(Tool { path, ..tool });
    }
    losses.add("functions", "their calls come back as `tool_calls`");
    Ok(())
}

fn no_function() -> ToolKind {
    ToolKind::Function { name: String::new(), description: None, parameters: None, strict: None }
}

fn read_tool(value: Value, path: String, losses: &mut Losses) -> Result<Tool, Fault> {
    let mut members = object(value, || path.clone())?;
    let mut tool = Tool { path: String::new(), kind: no_function(), cache: None };
    if let Some(cache) = members.shift_remove("cache_control") {
        tool.cache = Some(cache::control(cache, || format!("{path}.cache_control"))?);
    }
    let kind = members.get("type").and_then(Value::as_str).unwrap_or_default();
    let inside = match kind {
        "function" | "custom" => kind.to_owned(),
        // A tool that runs at a vendor.
        _ => {
            tool.kind = ToolKind::Foreign(Dialect::OpenAi, Value::Object(members));
            return Ok(Tool { path, ..tool });
        }
    };
    let at = format!("{path}.{inside}");
    let described =
        required(members.shift_remove(&inside), || at.clone(), "the tool's description")?;
    match inside.as_str() {
        "function" => read_function(described, &at, &mut tool, losses)?,
        _ => tool.kind = read_custom(described, &at, losses)?,
    }
    for (name, _) in said(members).filter(|(name, _)| name != "type") {
        losses.add(format!("{path}.{name}"), UNKNOWN);
    }
    Ok(Tool { path, ..tool })
}

fn read_function(
    value: Value,
    path: &str,
    tool: &mut Tool,
    losses: &mut Losses,
) -> Result<(), Fault> {
    let (mut name, mut description, mut parameters, mut strict) = (None, None, None, None);
    for (field, value) in said(object(value, || path.to_owned())?) {
        let at = || format!("{path}.{field}");
        match field.as_str() {
            "name" => name = Some(string(value, at)?),
            "description" => description = Some(string(value, at)?),
            "parameters" => parameters = Some(Value::Object(object(value, at)?)),
            "strict" => strict = Some(boolean(value, at)?),
            "cache_control" => tool.cache = Some(cache::control(value, at)?),
            _ => losses.add(at(), UNKNOWN),
        }
    }
    let name = required(name, || format!("{path}.name"), "the function's name")?;
    tool.kind = ToolKind::Function { name, description, parameters, strict };
    Ok(())
}

fn read_custom(value: Value, path: &str, losses: &mut Losses) -> Result<ToolKind, Fault> {
    let (mut name, mut description, mut format) = (None, None, None);
    for (field, value) in said(object(value, || path.to_owned())?) {
        let at = || format!("{path}.{field}");
        match field.as_str() {
            "name" => name = Some(string(value, at)?),
            "description" => description = Some(string(value, at)?),
            "format" => format = Some(Value::Object(object(value, at)?)),
            _ => losses.add(at(), UNKNOWN),
        }
    }
    let name = required(name, || format!("{path}.name"), "the tool's name")?;
    Ok(ToolKind::Custom { name, description, format })
}

/// `none`, `auto`, `required`, one tool, or some of them:
/// <https://platform.openai.com/docs/guides/function-calling#tool-choice>.
pub(super) fn choice(value: Value, losses: &mut Losses) -> Result<ToolChoice, Fault> {
    const PATH: &str = "tool_choice";
    const WANTED: &str = "`none`, `auto`, `required` or an object that names a tool";
    let members = match value {
        Value::String(word) => {
            return match word.as_str() {
                "none" => Ok(ToolChoice::None),
                "auto" => Ok(ToolChoice::Auto),
                // `any` is Mistral's word.
                "required" | "any" => Ok(ToolChoice::Required),
                _ => Err(wrong(PATH.to_owned(), WANTED, &Value::String(word))),
            };
        }
        other => object(other, || PATH.to_owned())?,
    };
    if let Some(allowed) = members.get("allowed_tools") {
        return Ok(read_allowed(allowed));
    }
    if let Some(name) = named(&members) {
        return Ok(ToolChoice::Tool(name));
    }
    losses.add(PATH, "no choice that is known here");
    Ok(ToolChoice::Auto)
}

fn read_allowed(allowed: &Value) -> ToolChoice {
    let tools = allowed.get("tools").and_then(Value::as_array);
    let names = tools.into_iter().flatten().filter_map(Value::as_object).filter_map(named);
    let required = allowed.get("mode").and_then(Value::as_str) == Some("required");
    ToolChoice::Allowed { names: names.collect(), required }
}

fn named(members: &Members) -> Option<String> {
    let inside = members.get("function").or_else(|| members.get("custom"));
    let name = inside.and_then(|inside| inside.get("name")).or_else(|| members.get("name"));
    name.and_then(Value::as_str).map(str::to_owned)
}

/// The legacy `function_call` of a request.
pub(super) fn function_call(value: Value) -> Result<ToolChoice, Fault> {
    match value.as_str() {
        Some("none") => Ok(ToolChoice::None),
        Some("auto") => Ok(ToolChoice::Auto),
        _ => match value.as_object().and_then(named) {
            Some(name) => Ok(ToolChoice::Tool(name)),
            None => {
                let wanted = "`none`, `auto` or an object with the `name` of a function";
                Err(wrong("function_call".to_owned(), wanted, &value))
            }
        },
    }
}

/// <https://platform.openai.com/docs/guides/structured-outputs>
pub(super) fn format(value: Value, losses: &mut Losses) -> Result<Format, Fault> {
    let path = "response_format";
    let mut members = object(value, || path.to_owned())?;
    match members.get("type").and_then(Value::as_str) {
        Some("json_object") => Ok(Format::JsonObject),
        Some("json_schema") => {
            let at = || format!("{path}.json_schema");
            let schema =
                required(members.shift_remove("json_schema"), at, "a schema with its name")?;
            read_schema(schema, at(), losses)
        }
        Some("text") => Ok(Format::Text),
        _ => {
            losses.add(path, "no form of answers that is known here");
            Ok(Format::Text)
        }
    }
}

fn read_schema(value: Value, path: String, losses: &mut Losses) -> Result<Format, Fault> {
    let mut read =
        Schema { name: String::new(), description: None, schema: Value::Null, strict: None };
    for (field, value) in said(object(value, || path.clone())?) {
        let at = || format!("{path}.{field}");
        match field.as_str() {
            "name" => read.name = string(value, at)?,
            "description" => read.description = Some(string(value, at)?),
            "schema" => read.schema = Value::Object(object(value, at)?),
            "strict" => read.strict = Some(boolean(value, at)?),
            _ => losses.add(at(), UNKNOWN),
        }
    }
    if read.schema.is_null() {
        // OpenAI allows it to be omitted; any JSON object is then valid.
        return Ok(Format::JsonObject);
    }
    Ok(Format::JsonSchema(read))
}
