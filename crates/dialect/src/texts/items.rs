//! The items of Responses, and the places of their texts.

use postern_types::provider::{Place, TextKind};

/// The items whose text is one string: the item's type, its member, and the prefix of its events.
pub(super) const STRINGS: [(&str, &str, &str); 5] = [
    ("function_call", "arguments", "function_call_arguments"),
    ("custom_tool_call", "input", "custom_tool_call_input"),
    ("mcp_call", "arguments", "mcp_call_arguments"),
    ("mcp_approval_request", "arguments", "mcp_approval_request_arguments"),
    ("code_interpreter_call", "code", "code_interpreter_call_code"),
];

/// The place of a text in an item.
pub(super) fn place(kind: TextKind, item: u32, part: u32) -> Place {
    Place::new(kind, 0).in_content(item).in_part(part)
}
