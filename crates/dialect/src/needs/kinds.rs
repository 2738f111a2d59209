//! The table of types: what a part, an item or a tool with this `type` makes the vendor do.

use super::{Use, fields};

/// The `type`s that make the vendor do this.
const KINDS: &[(&[Use], &[&str])] = &[
    // Words, settings, earlier outputs of tools, and tools that the client itself runs; the latter count by being in `tools`.
    (
        &[],
        &[
            "text",
            "input_text",
            "output_text",
            "refusal",
            "message",
            "thinking",
            "redacted_thinking",
            "reasoning",
            "reasoning_text",
            "summary_text",
            "search_result",
            "content",
            "base64",
            "url",
            "file_id",
            "enabled",
            "adaptive",
            "disabled",
            "between_tools",
            "auto",
            "any",
            "tool",
            "none",
            "function",
            "custom",
            "allowed_tools",
            "json_object",
            "json_schema",
            "ephemeral",
            "default",
            "tool_use",
            "tool_result",
            "server_tool_use",
            "web_search_tool_result",
            "web_fetch_tool_result",
            "code_execution_tool_result",
            "bash_code_execution_tool_result",
            "tool_search_tool_result",
            "text_editor_code_execution_tool_result",
            "mcp_tool_use",
            "mcp_tool_result",
            "function_call",
            "function_call_output",
            "custom_tool_call",
            "custom_tool_call_output",
            "web_search_call",
            "file_search_call",
            "code_interpreter_call",
            "computer_call",
            "computer_call_output",
            "mcp_call",
            "mcp_list_tools",
            "mcp_approval_request",
            "local_shell_call",
            "local_shell_call_output",
            "shell_call",
            "shell_call_output",
            "apply_patch_call",
            "apply_patch_call_output",
            "item_reference",
            "compaction",
            "tool_reference",
            // Anthropic's blocks refer to a file with a source of this type. OpenAI's part of this type also has the member
            // `file`.
            "file",
        ],
    ),
    (
        &[Use::Images],
        &["image", "image_url", "input_image", "computer_screenshot", "image_generation_call"],
    ),
    (&[Use::Audio], &["input_audio", "audio", "audio_url"]),
    (&[Use::Video], &["video", "video_url", "input_video"]),
    (&[Use::Documents], &["input_file", "document", "document_url", "container_upload"]),
    (&[Use::Tools, Use::GenerateImages], &["image_generation"]),
    (
        &[Use::Tools],
        &[
            "web_search",
            "web_search_preview",
            "web_fetch",
            "file_search",
            "code_interpreter",
            "code_execution",
            "mcp",
            "mcp_toolset",
            "computer_use_preview",
            "computer",
            "local_shell",
            "shell",
            "bash",
            "text_editor",
            "apply_patch",
            "memory",
            "mcp_approval_response",
            "web_search_premium",
            "document_library",
            "connector",
            // Codex's: its tools are tools.
            "namespace",
        ],
    ),
];

/// The effect of a type; for an unknown type, the effect that its name suggests.
pub(super) fn uses(kind: &str) -> Vec<Use> {
    if let Some(uses) = listed(kind) {
        return uses.to_vec();
    }
    let kind = kind.to_ascii_lowercase();
    let names = |words: &[&str]| words.iter().any(|word| kind.contains(word));
    if fields::names_a_tool(&kind) {
        vec![Use::Tools]
    } else if names(&["image", "picture", "photo"]) {
        vec![Use::Images]
    } else if names(&["audio", "voice", "speech"]) {
        vec![Use::Audio]
    } else if names(&["video", "film"]) {
        vec![Use::Video]
    } else if names(&["file", "document", "pdf"]) {
        vec![Use::Documents]
    } else {
        Vec::new()
    }
}

/// The table's entry for a type; tools are listed without the date of their version.
pub(super) fn listed(kind: &str) -> Option<&'static [Use]> {
    let dated = kind.rsplit_once('_').filter(|(_, date)| date.bytes().all(|b| b.is_ascii_digit()));
    let name = dated.map_or(kind, |(name, _)| name);
    let row = KINDS.iter().find(|(_, kinds)| kinds.contains(&name));
    row.map(|(uses, _)| *uses)
}
