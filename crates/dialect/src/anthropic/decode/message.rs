//! Messages.

use super::block;
use super::object::{Written, lose, object, parse, required, wrong};
use crate::chat::{Content, Losses, Message, Part, Role};
use postern_fault::Fault;
use serde_json::value::RawValue;

object!(Turn<'a> {
    role "role": String,
    content "content": Written<'a>,
});

/// Decodes a message. In a user's message, outputs of tools become messages of their own, in the order of the blocks.
pub(super) fn decode(
    raw: &RawValue,
    path: String,
    messages: &mut Vec<Message>,
    losses: &mut Losses,
) -> Result<(), Fault> {
    let turn: Turn<'_> = parse(raw, &path)?;
    let role = match required(turn.role, &path, "role")?.as_str() {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" => Role::System,
        _ => {
            let path = format!("{path}.role");
            return Err(wrong(&path, "must be `user`, `assistant` or `system`"));
        }
    };
    lose(turn.unknown, &path, losses);
    let content = required(turn.content, &path, "content")?;
    let parts = block::parts(content, &format!("{path}.content"), losses)?;
    if role == Role::User && parts.iter().any(is_result) {
        split(path, parts, messages);
    } else {
        messages.push(Message { path, role, parts, name: None });
    }
    Ok(())
}

fn split(path: String, parts: Vec<Part>, messages: &mut Vec<Message>) {
    let first = messages.len();
    for part in parts {
        let role = if is_result(&part) { Role::Tool } else { Role::User };
        match messages.get_mut(first..).and_then(<[Message]>::last_mut) {
            Some(message) if message.role == role => message.parts.push(part),
            _ => messages.push(Message { path: path.clone(), role, parts: vec![part], name: None }),
        }
    }
}

fn is_result(part: &Part) -> bool {
    matches!(part.content, Content::ToolResult(_))
}
