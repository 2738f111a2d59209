//! Gathers the items of a conversation into messages, one for each turn.
//!
//! The content of one turn of the model (thoughts, words, calls) is one message of the hub, and so are the outputs of the tools
//! that were called in it.

use super::item::{self, Said};
use super::{TextOrItems, texts_or_items};
use crate::chat::{Content, Losses, Message, Part, Role};
use postern_fault::Fault;
use serde_json::Value;

pub(super) fn messages(input: Value, losses: &mut Losses) -> Result<Vec<Message>, Fault> {
    let items = match texts_or_items(input, "input", "a string or an array of items")? {
        TextOrItems::Text(text) => {
            let parts = vec![Part::new("input", Content::Text(text))];
            return Ok(vec![Message {
                path: "input".to_owned(),
                role: Role::User,
                parts,
                name: None,
            }]);
        }
        TextOrItems::Items(items) => items,
    };
    let mut messages: Vec<Message> = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        // An item of tools, which were read before.
        if item.is_null() {
            continue;
        }
        let path = format!("input[{index}]");
        let Said { role, parts } = item::read(item, &path, losses)?;
        if parts.is_empty() && role == Role::Assistant {
            continue;
        }
        match messages.last_mut() {
            Some(last) if last.role == role && matches!(role, Role::Assistant | Role::Tool) => {
                last.parts.extend(parts);
            }
            _ => messages.push(Message { path, role, parts, name: None }),
        }
    }
    Ok(messages)
}
