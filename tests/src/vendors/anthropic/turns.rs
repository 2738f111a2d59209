//! What may follow what in a conversation.

use super::errors::Refusal;
use crate::vendors::seal;
use crate::vendors::values::{array, text};
use serde_json::Value;

/// Under this name thoughts are sealed.
pub(super) const SEALER: &str = "anthropic";

/// A turn: messages of one role in a row, merged, as Anthropic does it.
struct Turn<'a> {
    first: usize,
    role: &'a str,
    blocks: Vec<Block<'a>>,
}

/// A block, and where it stands; a plain text is one, too.
struct Block<'a> {
    path: String,
    kind: &'a str,
    value: &'a Value,
}

pub(super) fn check(body: &Value) -> Result<(), Refusal> {
    let turns = turns(body);
    if turns.first().is_some_and(|turn| turn.role != "user") {
        return refuse("messages: first message must use the \"user\" role");
    }
    for (index, turn) in turns.iter().enumerate() {
        let last = index + 1 == turns.len();
        if turn.blocks.is_empty() && !(last && turn.role == "assistant") {
            return refuse(&format!(
                "messages.{}: all messages must have non-empty content except for the optional final \
                 assistant message",
                turn.first
            ));
        }
        turn.blocks.iter().try_for_each(|block| alone(block, turn.role))?;
        answers(turn, index.checked_sub(1).and_then(|before| turns.get(before)))?;
    }
    if let Some(turn) = turns.last().filter(|turn| turn.role == "assistant") {
        unanswered(turn, &[])?;
        if turn.blocks.last().is_some_and(|block| words(block).ends_with(char::is_whitespace)) {
            return refuse("messages: final assistant content cannot end with trailing whitespace");
        }
    }
    thoughtful(body, &turns)
}

fn refuse(message: &str) -> Result<(), Refusal> {
    Err(Refusal::new(400, message))
}

fn turns(body: &Value) -> Vec<Turn<'_>> {
    let mut turns: Vec<Turn<'_>> = Vec::new();
    for (first, message) in array(&body["messages"]).iter().enumerate() {
        let role = text(&message["role"]);
        if turns.last().is_none_or(|turn| turn.role != role) {
            turns.push(Turn { first, role, blocks: Vec::new() });
        }
        let blocks = match &message["content"] {
            Value::String(text) if text.is_empty() => Vec::new(),
            value @ Value::String(_) => {
                vec![Block { path: format!("messages.{first}.content"), kind: "text", value }]
            }
            blocks => array(blocks)
                .iter()
                .enumerate()
                .map(|(index, value)| Block {
                    path: format!("messages.{first}.content.{index}"),
                    kind: text(&value["type"]),
                    value,
                })
                .collect(),
        };
        turns.last_mut().expect("a turn").blocks.extend(blocks);
    }
    turns
}

fn words<'a>(block: &Block<'a>) -> &'a str {
    block.value.as_str().or(block.value["text"].as_str()).unwrap_or_default()
}

/// What may be wrong with a block wherever it stands.
fn alone(block: &Block<'_>, role: &str) -> Result<(), Refusal> {
    let Block { path, kind, value } = block;
    let speakers = match *kind {
        "tool_use" | "thinking" | "redacted_thinking" => Some("assistant"),
        "tool_result" | "image" | "document" => Some("user"),
        _ => None,
    };
    if speakers.is_some_and(|speaker| speaker != role) {
        let speaker = if role == "user" { "assistant" } else { "user" };
        return refuse(&format!("{path}: `{kind}` blocks can only be in `{speaker}` messages"));
    }
    match *kind {
        "text" if words(block).is_empty() => {
            refuse("messages: text content blocks must be non-empty")
        }
        "tool_use" if !is_id(text(&value["id"])) => {
            refuse(&format!("{path}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"))
        }
        "thinking" if seal(SEALER, text(&value["thinking"])) != text(&value["signature"]) => {
            refuse(&format!("{path}: Invalid `signature` in `thinking` block"))
        }
        "redacted_thinking" if seal(SEALER, "redacted") != text(&value["data"]) => {
            refuse(&format!("{path}: Invalid `data` in `redacted_thinking` block"))
        }
        _ => Ok(()),
    }
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn ids<'a>(turn: &Turn<'a>, kind: &str, field: &str) -> Vec<&'a str> {
    let blocks = turn.blocks.iter().filter(|block| block.kind == kind);
    blocks.map(|block| text(&block.value[field])).collect()
}

/// Results answer the calls of the turn before, all of them, and stand first.
fn answers(turn: &Turn<'_>, before: Option<&Turn<'_>>) -> Result<(), Refusal> {
    let asked = before.map(|turn| ids(turn, "tool_use", "id")).unwrap_or_default();
    let repeated = asked.iter().enumerate().any(|(index, id)| asked[..index].contains(id));
    if repeated {
        return refuse("messages: `tool_use` ids must be unique");
    }
    let results = turn.blocks.iter().filter(|block| block.kind == "tool_result");
    for result in results {
        let id = text(&result.value["tool_use_id"]);
        if !asked.contains(&id) {
            return refuse(&format!(
                "{}: unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each `tool_result` \
                 block must have a corresponding `tool_use` block in the previous message.",
                result.path
            ));
        }
    }
    let leading = turn.blocks.iter().take_while(|block| block.kind == "tool_result");
    let leading: Vec<&str> = leading.map(|block| text(&block.value["tool_use_id"])).collect();
    before.map_or(Ok(()), |before| unanswered(before, &leading))
}

fn unanswered(turn: &Turn<'_>, answered: &[&str]) -> Result<(), Refusal> {
    let open: Vec<&str> =
        ids(turn, "tool_use", "id").into_iter().filter(|id| !answered.contains(id)).collect();
    if turn.role == "assistant" && !open.is_empty() {
        return refuse(&format!(
            "messages.{}: `tool_use` ids were found without `tool_result` blocks immediately after: {}. \
             Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
            turn.first,
            open.join(", ")
        ));
    }
    Ok(())
}

/// A model that thinks has thought before it called the tools whose results now come.
fn thoughtful(body: &Value, turns: &[Turn<'_>]) -> Result<(), Refusal> {
    if body["thinking"]["type"] != "enabled" {
        return Ok(());
    }
    let Some(turn) = turns.iter().rev().find(|turn| turn.role == "assistant") else {
        return Ok(());
    };
    let calls = turn.blocks.iter().any(|block| block.kind == "tool_use");
    match turn.blocks.first() {
        Some(first) if calls && !["thinking", "redacted_thinking"].contains(&first.kind) => {
            refuse(&format!(
                "{}.type: Expected `thinking` or `redacted_thinking`, but found `{}`. When `thinking` is \
                 enabled, a final `assistant` message must start with a thinking block (preceeding the \
                 lastmost set of `tool_use` and `tool_result` blocks).",
                first.path, first.kind
            ))
        }
        _ => Ok(()),
    }
}

/// What the tools returned, if the conversation ends with it.
pub(super) fn result(body: &Value) -> Option<String> {
    let turns = turns(body);
    let last = turns.last()?;
    let results = last.blocks.iter().filter(|block| block.kind == "tool_result");
    let results: Vec<String> = results
        .map(|block| match &block.value["content"] {
            Value::String(text) => text.clone(),
            parts => array(parts).iter().map(|part| text(&part["text"])).collect(),
        })
        .collect();
    (!results.is_empty()).then(|| results.join(" | "))
}

/// So many calls were made.
pub(super) fn calls(body: &Value) -> usize {
    turns(body).iter().map(|turn| ids(turn, "tool_use", "id").len()).sum()
}
