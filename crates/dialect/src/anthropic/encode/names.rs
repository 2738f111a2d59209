//! Names and ids that Anthropic accepts: letters, digits, `_` and `-`.

use crate::Memo;
use crate::chat::{Content, Request, Tool, ToolChoice, ToolKind};
use std::collections::{BTreeMap, BTreeSet};

const MAX_NAME_CHARACTERS: usize = 128;

/// Gives tools accepted names everywhere; the memo keeps the client's names, for the answer.
pub(super) fn make_valid(request: &mut Request, memo: &mut Memo) {
    let mut sent = BTreeMap::new();
    let mut taken: BTreeSet<String> = request.tools.iter().filter_map(name_of).collect();
    for tool in &mut request.tools {
        if let ToolKind::Function { name, .. } = &mut tool.kind
            && !is_valid(name)
        {
            let valid = unused(valid(name), &mut taken);
            memo.tool_names.insert(valid.clone(), name.clone());
            sent.insert(std::mem::replace(name, valid.clone()), valid);
        }
    }
    let rename = |name: &mut String| match sent.get(name) {
        Some(valid) => name.clone_from(valid),
        None if !is_valid(name) => *name = valid(name),
        None => {}
    };
    for part in request.messages.iter_mut().flat_map(|message| &mut message.parts) {
        if let Content::ToolCall(call) = &mut part.content {
            rename(&mut call.name);
        }
    }
    match &mut request.tool_choice {
        Some(ToolChoice::Tool(name)) => rename(name),
        Some(ToolChoice::Allowed { names, .. }) => names.iter_mut().for_each(rename),
        _ => {}
    }
}

/// The id of a call, the same for the call and its result.
pub(crate) fn valid_id(id: String) -> String {
    let taken = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    match id.chars().all(taken) {
        true => id,
        false => id.chars().map(|c| if taken(c) { c } else { '_' }).collect(),
    }
}

fn is_valid(name: &str) -> bool {
    let taken = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    !name.is_empty() && name.len() <= MAX_NAME_CHARACTERS && name.bytes().all(taken)
}

fn valid(name: &str) -> String {
    let valid: String = valid_id(name.to_owned()).chars().take(MAX_NAME_CHARACTERS).collect();
    if valid.is_empty() { "tool".to_owned() } else { valid }
}

fn name_of(tool: &Tool) -> Option<String> {
    match &tool.kind {
        ToolKind::Function { name, .. } => Some(name.clone()),
        _ => None,
    }
}

/// A free name: two names can become the same.
fn unused(name: String, taken: &mut BTreeSet<String>) -> String {
    let start: String = name.chars().take(MAX_NAME_CHARACTERS - 8).collect();
    let others = (taken.len()..).map(|number| format!("{start}_{number}"));
    let unused = std::iter::once(name).chain(others).find(|name| taken.insert(name.clone()));
    unused.unwrap_or(start)
}
