//! Tools and tool choice.

use super::block;
use super::object::{lose, object, parse, required, wrong};
use crate::Dialect;
use crate::chat::{Losses, Request, Tool, ToolChoice, ToolKind};
use postern_fault::Fault;
use serde_json::Value;
use serde_json::value::RawValue;

object!(Written<'a> {
    kind "type": String,
    name "name": String,
    description "description": String,
    input_schema "input_schema": Value,
    strict "strict": bool,
    cache_control "cache_control": &'a RawValue,
});

object!(Choice<'a> {
    kind "type": String,
    name "name": String,
    disable_parallel_tool_use "disable_parallel_tool_use": bool,
});

/// A tool of the client; one that has a type of its own is known to Anthropic only.
pub(super) fn decode(raw: &RawValue, path: String, losses: &mut Losses) -> Result<Tool, Fault> {
    let tool: Written<'_> = parse(raw, &path)?;
    if tool.kind.as_deref().is_some_and(|kind| kind != "custom") {
        let kind = ToolKind::Foreign(Dialect::Anthropic, parse(raw, &path)?);
        return Ok(Tool { path, kind, cache: None });
    }
    lose(tool.unknown, &path, losses);
    let cache = tool.cache_control.map(|raw| {
        let path = format!("{path}.cache_control");
        block::marker(raw, &path, losses)
    });
    let kind = ToolKind::Function {
        name: required(tool.name, &path, "name")?,
        description: tool.description,
        parameters: Some(required(tool.input_schema, &path, "input_schema")?),
        strict: tool.strict,
    };
    Ok(Tool { cache: cache.transpose()?, path, kind })
}

pub(super) fn choice(
    raw: &RawValue,
    request: &mut Request,
    losses: &mut Losses,
) -> Result<(), Fault> {
    const PATH: &str = "tool_choice";
    let choice: Choice<'_> = parse(raw, PATH)?;
    lose(choice.unknown, PATH, losses);
    request.parallel_tool_calls = choice.disable_parallel_tool_use.map(|disabled| !disabled);
    request.tool_choice = Some(match required(choice.kind, PATH, "type")?.as_str() {
        "auto" => ToolChoice::Auto,
        "any" => ToolChoice::Required,
        "none" => ToolChoice::None,
        "tool" => ToolChoice::Tool(required(choice.name, PATH, "name")?),
        _ => return Err(wrong("tool_choice.type", "must be `auto`, `any`, `tool` or `none`")),
    });
    Ok(())
}
