//! Decides which tool the model calls, if any.

use crate::fields::Fields;
use crate::refusal::Refusal;
use serde_json::Value;

/// The vendor's bounds: <https://platform.openai.com/docs/api-reference/chat/create>.
const MAX_TOOLS: usize = 128;
const MAX_NAME_CHARS: usize = 64;

/// A function the model may call.
pub(super) struct Tool<'a> {
    pub(super) name: &'a str,
    /// The schema of its arguments, and its path. None: it takes no arguments.
    pub(super) parameters: Option<(&'a Value, String)>,
}

/// The request's `tool_choice`.
enum Choice<'a> {
    Never,
    /// Call, unless a tool has just answered.
    Auto,
    Always,
    Named(&'a str),
}

/// The tool to call, if one is to be called now: the named one, or else the first.
pub(super) fn to_call<'a>(
    body: &Fields<'a>,
    tool_has_answered: bool,
) -> Result<Option<Tool<'a>>, Refusal> {
    let tools = read_tools(body)?;
    let choice = read_choice(body)?;
    body.flag("parallel_tool_calls")?;
    if tools.is_empty() && body.get("tool_choice").is_some() {
        let message = "'tool_choice' is only allowed when 'tools' are given.".to_owned();
        return Err(Refusal::invalid("tool_choice", "invalid_value", message));
    }
    let mut tools = tools.into_iter();
    match choice {
        Choice::Never => Ok(None),
        Choice::Auto if tool_has_answered => Ok(None),
        Choice::Auto | Choice::Always => Ok(tools.next()),
        Choice::Named(name) => match tools.find(|tool| tool.name == name) {
            Some(tool) => Ok(Some(tool)),
            None => {
                let value = format!("'{name}'");
                Err(Refusal::wrong_value("tool_choice", &value, "the name of one of 'tools'"))
            }
        },
    }
}

fn read_tools<'a>(body: &Fields<'a>) -> Result<Vec<Tool<'a>>, Refusal> {
    let tools = body.objects("tools")?;
    if tools.len() > MAX_TOOLS {
        let given = format!("{} tools", tools.len());
        return Err(Refusal::wrong_value("tools", &given, "up to 128 tools"));
    }
    tools.iter().map(read_tool).collect()
}

fn read_tool<'a>(tool: &Fields<'a>) -> Result<Tool<'a>, Refusal> {
    let kind = tool.require_string("type")?;
    if kind != "function" {
        let expected = "'function', the only type of tool the sandbox knows";
        return Err(Refusal::wrong_value(&tool.path("type"), &format!("'{kind}'"), expected));
    }
    let function = tool.require_object("function")?;
    let name = function.require_string("name")?;
    let signs_fit = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if !signs_fit || !(1..=MAX_NAME_CHARS).contains(&name.len()) {
        let expected = "1 to 64 of letters, digits, '_' and '-'";
        return Err(Refusal::wrong_value(&function.path("name"), &format!("'{name}'"), expected));
    }
    function.object("parameters")?;
    let parameters = function.get("parameters");
    Ok(Tool { name, parameters: parameters.map(|schema| (schema, function.path("parameters"))) })
}

fn read_choice<'a>(body: &Fields<'a>) -> Result<Choice<'a>, Refusal> {
    match body.get("tool_choice") {
        None => Ok(Choice::Auto),
        Some(Value::String(choice)) => match choice.as_str() {
            "none" => Ok(Choice::Never),
            "auto" => Ok(Choice::Auto),
            "required" => Ok(Choice::Always),
            other => Err(Refusal::wrong_value(
                "tool_choice",
                &format!("'{other}'"),
                "'none', 'auto', 'required' or a function",
            )),
        },
        Some(_) => {
            let function = body.require_object("tool_choice")?.require_object("function")?;
            Ok(Choice::Named(function.require_string("name")?))
        }
    }
}
