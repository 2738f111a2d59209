//! The conversation of a request, validated as the vendor does.

use crate::fields::{Fields, type_name};
use crate::refusal::Refusal;
use crate::tokens;
use serde_json::Value;
use std::collections::HashMap;

/// The cost of each message besides its text, and of the answer's head: the vendor's rule of thumb,
/// <https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken>.
const TOKENS_PER_MESSAGE: u64 = 3;

const ROLES: &[&str] = &["system", "developer", "user", "assistant", "tool"];

/// The parts of the conversation that the answer quotes.
pub(super) struct Conversation<'a> {
    pub(super) messages: usize,
    /// The text of the last message of the user.
    pub(super) last_user: Option<String>,
    /// The last part of that message with a text. Agents put reminders of their own before what their user has written.
    pub(super) last_part: &'a str,
    /// The tool's result that the conversation ends with, if it does.
    pub(super) tool_result: Option<ToolResult<'a>>,
    pub(super) tokens: u64,
}

/// A tool's result.
pub(super) struct ToolResult<'a> {
    pub(super) tool: &'a str,
    pub(super) text: String,
}

impl<'a> Conversation<'a> {
    pub(super) fn read(messages: &[Fields<'a>]) -> Result<Self, Refusal> {
        if messages.is_empty() {
            let message = "'messages' is empty: send at least one message.".to_owned();
            return Err(Refusal::invalid("messages", "empty_array", message));
        }
        let mut calls = HashMap::new();
        let mut conversation = Conversation {
            messages: messages.len(),
            last_user: None,
            last_part: "",
            tool_result: None,
            tokens: TOKENS_PER_MESSAGE,
        };
        for message in messages {
            conversation.add(message, &mut calls)?;
        }
        Ok(conversation)
    }

    /// `calls`: the tools called so far, by the id of the call.
    fn add(
        &mut self,
        message: &Fields<'a>,
        calls: &mut HashMap<&'a str, &'a str>,
    ) -> Result<(), Refusal> {
        let role = message.require_string("role")?;
        if !ROLES.contains(&role) {
            let expected = format!("one of {}", ROLES.join(", "));
            let path = message.path("role");
            return Err(Refusal::wrong_value(&path, &format!("'{role}'"), &expected));
        }
        let text = required_text(message, role)?;
        self.tokens += TOKENS_PER_MESSAGE + tokens::count(&text);
        self.tool_result = None;
        match role {
            "user" => {
                self.last_user = Some(text);
                self.last_part = last_part(message)?;
            }
            "assistant" => self.tokens += read_calls(&message.objects("tool_calls")?, calls)?,
            "tool" => {
                let tool = answered_call(message, calls)?;
                self.tool_result = Some(ToolResult { tool, text });
            }
            _ => {}
        }
        Ok(())
    }
}

/// Remembers the calls of an assistant's message, and returns their tokens.
fn read_calls<'a>(
    own_calls: &[Fields<'a>],
    calls: &mut HashMap<&'a str, &'a str>,
) -> Result<u64, Refusal> {
    let mut sum = 0;
    for call in own_calls {
        let function = call.require_object("function")?;
        let name = function.require_string("name")?;
        sum += tokens::count(name) + tokens::count(function.require_string("arguments")?);
        calls.insert(call.require_string("id")?, name);
    }
    Ok(sum)
}

/// The tool whose call the message answers.
fn answered_call<'a>(
    message: &Fields<'a>,
    calls: &HashMap<&'a str, &'a str>,
) -> Result<&'a str, Refusal> {
    let id = message.require_string("tool_call_id")?;
    calls.get(id).copied().ok_or_else(|| {
        let expected = "the id of a call in an earlier message of the assistant";
        Refusal::wrong_value(&message.path("tool_call_id"), &format!("'{id}'"), expected)
    })
}

/// The text of a message, which may only be absent for an assistant that calls or refuses.
fn required_text(message: &Fields, role: &str) -> Result<String, Refusal> {
    let says_otherwise = ["tool_calls", "refusal"].iter().any(|name| message.get(name).is_some());
    match text(message)? {
        Some(text) => Ok(text),
        None if role == "assistant" && says_otherwise => Ok(String::new()),
        None => Err(Refusal::missing(&message.path("content"))),
    }
}

/// The text of a message: a string, or the text parts of an array. None: no content.
fn text(message: &Fields) -> Result<Option<String>, Refusal> {
    match message.get("content") {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Array(_)) => {
            let mut texts = String::new();
            for part in message.objects("content")? {
                texts.push_str(part_text(&part)?);
            }
            Ok(Some(texts))
        }
        Some(other) => Err(Refusal::wrong_type(
            &message.path("content"),
            "a string or an array of parts",
            type_name(other),
        )),
    }
}

/// The last text of a message that is not blank.
fn last_part<'a>(message: &Fields<'a>) -> Result<&'a str, Refusal> {
    if let Some(Value::String(text)) = message.get("content") {
        return Ok(text);
    }
    let mut last = "";
    for part in message.objects("content")? {
        let text = part_text(&part)?;
        if !text.trim().is_empty() {
            last = text;
        }
    }
    Ok(last)
}

fn part_text<'a>(part: &Fields<'a>) -> Result<&'a str, Refusal> {
    match part.require_string("type")? {
        "text" => part.require_string("text"),
        "refusal" => part.require_string("refusal"),
        "image_url" | "input_audio" | "file" => Ok(""),
        other => Err(Refusal::wrong_value(
            &part.path("type"),
            &format!("'{other}'"),
            "'text', 'refusal', 'image_url', 'input_audio' or 'file'",
        )),
    }
}
