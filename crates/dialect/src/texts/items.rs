//! The items of Responses, and where their texts are.

use postern_types::provider::{Place, TextKind};

/// The texts of items that are one string: the item's type, its member, and the name of the events.
pub(super) const STRINGS: [(&str, &str, &str); 4] = [
    ("function_call", "arguments", "function_call_arguments"),
    ("custom_tool_call", "input", "custom_tool_call_input"),
    ("mcp_call", "arguments", "mcp_call_arguments"),
    ("code_interpreter_call", "code", "code_interpreter_call_code"),
];

/// A text of an item.
pub(super) fn place(kind: TextKind, item: u32, part: u32) -> Place {
    Place::new(kind, 0).in_content(item).in_part(part)
}
