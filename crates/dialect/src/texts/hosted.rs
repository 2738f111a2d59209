//! Calls of Responses whose streamed texts stand deeper in their items than one string: commands of a shell, what it printed,
//! and patches (<https://platform.openai.com/docs/api-reference/responses-streaming>, `response.shell_call_command.delta`,
//! `response.shell_call_output_content.delta`, `response.apply_patch_call_operation_diff.delta`).

use super::found::Found;
use super::items::place;
use crate::json::Node;
use postern_types::provider::{Place, TextKind};
use serde_json::{Map, Value as Json, json};

const COMMAND: &str = "shell_call_command";
const OUTPUT: &str = "shell_call_output_content";
const DIFF: &str = "apply_patch_call_operation_diff";

/// Where what a shell prints stands among the texts of its item: behind those that come whole, which count from 1.
const FIRST_OUTPUT: u32 = 1 << 31;

/// What a command prints, in the order of their places.
const STREAMS: [&str; 2] = ["stdout", "stderr"];

/// An event of such a text. Returns whether it is one. `name` is what stands between `response.` and `.delta`.
pub(super) fn more(
    item: u32,
    (name, when): (&str, &str),
    data: &Node<'_>,
    found: &mut Found<'_>,
) -> bool {
    let command = data.index_of("command_index").unwrap_or_default();
    match name {
        COMMAND => {
            text(place(TextKind::ToolArguments, item, command), when, data, "command", found)
        }
        DIFF => text(place(TextKind::ToolArguments, item, 0), when, data, "diff", found),
        OUTPUT => output(item, command, when, data, found),
        _ => return false,
    }
    true
}

fn text(at: Place, when: &str, data: &Node<'_>, member: &str, found: &mut Found<'_>) {
    match when {
        "added" => {
            found.open(at);
            if let Some(text) = data.get(member) {
                found.say(at, text);
            }
        }
        "delta" => {
            if let Some(text) = data.get("delta") {
                found.say(at, text);
            }
        }
        _ => {
            if let Some(text) = data.get(member) {
                found.tell_or_complete(at, text);
            }
            found.end(at);
        }
    }
}

fn output(item: u32, command: u32, when: &str, data: &Node<'_>, found: &mut Found<'_>) {
    if when == "delta" {
        for (stream, name) in (0..).zip(STREAMS) {
            if let Some(text) = data.at(&["delta", name]) {
                found.say(printed(item, command, stream), text);
            }
        }
        return;
    }
    for (number, part) in data.list("output") {
        told(item, command.saturating_add(number), part, found);
    }
    for stream in (0..).take(STREAMS.len()) {
        found.end(printed(item, command, stream));
    }
}

/// What a command printed, as complete as it is.
fn told(item: u32, command: u32, part: &Node<'_>, found: &mut Found<'_>) {
    for (stream, name) in (0..).zip(STREAMS) {
        let Some(text) = part.get(name) else { continue };
        let at = printed(item, command, stream);
        match found.seen(at).is_empty() {
            true => found.complete(place(TextKind::ToolData, item, 0), text),
            false => found.tell_or_complete(at, text),
        }
    }
}

fn printed(item: u32, command: u32, stream: u32) -> Place {
    let number = command.saturating_mul(2).saturating_add(stream).min(FIRST_OUTPUT - 1);
    place(TextKind::ToolData, item, FIRST_OUTPUT + number)
}

/// The texts of an item, as complete as it is: those that the stream has said are repetitions. Returns the members that were read.
pub(super) fn of_item(
    index: u32,
    kind: &str,
    item: &Node<'_>,
    found: &mut Found<'_>,
) -> &'static [&'static str] {
    match kind {
        "shell_call" => {
            for (number, command) in
                item.get("action").into_iter().flat_map(|node| node.list("commands"))
            {
                tell(place(TextKind::ToolArguments, index, number), command, found);
            }
            &["action"]
        }
        "shell_call_output" => {
            for (number, part) in item.list("output") {
                told(index, number, part, found);
            }
            &["output"]
        }
        "apply_patch_call" => {
            if let Some(operation) = item.get("operation") {
                if let Some(diff) = operation.get("diff") {
                    tell(place(TextKind::ToolArguments, index, 0), diff, found);
                }
                super::beside::members(
                    place(TextKind::ToolData, index, 0),
                    operation,
                    &["diff"],
                    found,
                );
            }
            &["operation"]
        }
        _ => &[],
    }
}

fn tell(at: Place, text: &Node<'_>, found: &mut Found<'_>) {
    if !text.text().is_empty() {
        found.tell_or_complete(at, text);
    }
}

/// The event with more text at a place of an item of this kind; None: it is not such a text.
pub(super) fn delta(
    kind: &str,
    at: Place,
    item_id: &str,
    text: &str,
) -> Option<(&'static str, Map<String, Json>)> {
    let (name, event) = match (kind, at.kind) {
        ("shell_call", TextKind::ToolArguments) => (
            COMMAND,
            json!({ "output_index": at.content, "command_index": at.part, "delta": text }),
        ),
        ("apply_patch_call", TextKind::ToolArguments) => {
            (DIFF, json!({ "item_id": item_id, "output_index": at.content, "delta": text }))
        }
        (_, TextKind::ToolData) if at.part >= FIRST_OUTPUT => {
            let number = at.part - FIRST_OUTPUT;
            let stream = STREAMS.get((number % 2) as usize)?;
            let event = json!({ "item_id": item_id, "output_index": at.content, "command_index": number / 2,
                "delta": { *stream: text } });
            (OUTPUT, event)
        }
        _ => return None,
    };
    match event {
        Json::Object(members) => Some((name, members)),
        _ => None,
    }
}
