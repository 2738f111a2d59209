//! Decides which tool the model calls, if any.
//!
//! `sandbox` calls a tool only if the request asks for that: agents offer dozens, and perform what is called.

use super::messages::Conversation;
use crate::fields::Fields;
use crate::model::Behaviour;
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
    /// The model decides.
    Auto,
    Always,
    Named(&'a str),
}

/// The tool to call, if one is to be called now.
pub(super) fn to_call<'a>(
    body: &Fields<'a>,
    conversation: &Conversation<'a>,
    behaviour: Behaviour,
) -> Result<Option<Tool<'a>>, Refusal> {
    let tools = read_tools(body)?;
    let choice = read_choice(body)?;
    body.flag("parallel_tool_calls")?;
    if tools.is_empty() && body.get("tool_choice").is_some() {
        let message = "'tool_choice' is only allowed when 'tools' are given.".to_owned();
        return Err(Refusal::invalid("tool_choice", "invalid_value", message));
    }
    let (named, unasked) = match behaviour {
        Behaviour::CallTools => (None, Some(0)),
        _ => (named_first(&tools, conversation.last_part), None),
    };
    let mut tools = tools.into_iter();
    match choice {
        Choice::Never => Ok(None),
        // A tool has just answered.
        Choice::Auto if conversation.tool_result.is_some() => Ok(None),
        Choice::Auto => Ok(named.or(unasked).and_then(|index| tools.nth(index))),
        Choice::Always => Ok(tools.nth(named.unwrap_or(0))),
        Choice::Named(name) => match tools.find(|tool| tool.name == name) {
            Some(tool) => Ok(Some(tool)),
            None => {
                let value = format!("'{name}'");
                Err(Refusal::wrong_value("tool_choice", &value, "the name of one of 'tools'"))
            }
        },
    }
}

/// The index of the tool that `text` names first.
fn named_first(tools: &[Tool], text: &str) -> Option<usize> {
    let places = tools.iter().map(|tool| place(tool.name, text));
    let named = places.enumerate().filter_map(|(index, place)| Some((place?, index)));
    named.min().map(|(_, index)| index)
}

/// Where `text` has `name` as a whole word: `get_time` is not in `get_times`.
fn place(name: &str, text: &str) -> Option<usize> {
    let goes_on = |sign: char| sign.is_alphanumeric() || matches!(sign, '_' | '-');
    let whole = |(at, _): &(usize, &str)| {
        let (before, from) = text.split_at_checked(*at).unwrap_or_default();
        let after = from.strip_prefix(name).unwrap_or_default();
        !before.ends_with(goes_on) && !after.starts_with(goes_on)
    };
    text.match_indices(name).find(whole).map(|(at, _)| at)
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
    if let Some(kind) =
        parameters.and_then(|schema| schema.get("type")).filter(|kind| *kind != "object")
    {
        let expected = "a schema of type 'object'";
        return Err(Refusal::wrong_value(
            &function.path("parameters"),
            &kind.to_string(),
            expected,
        ));
    }
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
