//! What may follow what in a conversation of Chat.

use super::errors::Refusal;
use crate::vendors::values::{array, text};
use serde_json::Value;

/// Every call is answered right after it, and nothing else is.
pub(super) fn check(body: &Value) -> Result<(), Refusal> {
    let mut open: Vec<&str> = Vec::new();
    let mut after_calls = false;
    for (index, message) in array(&body["messages"]).iter().enumerate() {
        if message["role"] == "tool" {
            let id = text(&message["tool_call_id"]);
            if !after_calls {
                let message = "Invalid parameter: messages with role 'tool' must be a response to a \
                    preceeding message with 'tool_calls'.";
                return Err(Refusal::invalid(message, &format!("messages.[{index}].role"), None));
            }
            let Some(found) = open.iter().position(|each| *each == id) else {
                let message = format!(
                    "Invalid parameter: 'tool_call_id' of '{id}' not found in 'tool_calls' of previous message."
                );
                return Err(Refusal::invalid(
                    &message,
                    &format!("messages.[{index}].tool_call_id"),
                    None,
                ));
            };
            open.remove(found);
            continue;
        }
        unanswered(&open, index)?;
        let calls = array(&message["tool_calls"]);
        after_calls = !calls.is_empty();
        open = calls.iter().map(|call| text(&call["id"])).collect();
        let mute = calls.is_empty()
            && ["content", "refusal", "function_call", "audio"]
                .iter()
                .all(|field| message[*field].is_null());
        if message["role"] == "assistant" && mute {
            let param = format!("messages.[{index}].content");
            let message = "Invalid value for 'content': expected a string, got null.";
            return Err(Refusal::invalid(message, &param, None));
        }
    }
    unanswered(&open, array(&body["messages"]).len())
}

fn unanswered(open: &[&str], index: usize) -> Result<(), Refusal> {
    if open.is_empty() {
        return Ok(());
    }
    let message = format!(
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each \
         'tool_call_id'. The following tool_call_ids did not have response messages: {}",
        open.join(", ")
    );
    Err(Refusal::invalid(&message, &format!("messages.[{index}].role"), None))
}

/// The results of tools since the model last spoke. Agents write reminders of their own after them.
pub(super) fn result(messages: &Value) -> Option<String> {
    let last = array(messages).iter().rev().take_while(|message| message["role"] != "assistant");
    let last = last.filter(|message| message["role"] == "tool");
    let mut results: Vec<String> = last.map(|message| words(&message["content"])).collect();
    results.reverse();
    (!results.is_empty()).then(|| results.join(" | "))
}

/// The text of a content, whole or in parts.
pub(super) fn words(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        parts => array(parts).iter().map(|part| text(&part["text"])).collect(),
    }
}

/// So many calls were made.
pub(super) fn calls(messages: &Value) -> usize {
    array(messages).iter().map(|message| array(&message["tool_calls"]).len()).sum()
}
