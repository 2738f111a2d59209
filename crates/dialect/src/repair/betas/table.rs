//! What of a body only a feature in beta allows.
//!
//! Sources, as of October 2026: the beta headers (<https://platform.claude.com/docs/en/api/beta-headers>), the parameters that
//! `anthropic-sdk-python` has in `types/beta/message_create_params.py` and not in `types/message_create_params.py` (and so on for
//! tools and blocks), and the page of each feature below `https://platform.claude.com/docs/en/`.

/// A part of a body that is refused without its beta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// `build-with-claude/context-editing`: edits of `context_management`.
    ContextEdits,
    /// `build-with-claude/compaction`: the edit `compact_20260112`, and blocks `compaction`.
    Compaction,
    /// The same on demand: `compaction`.
    CompactionOnDemand,
    /// `build-with-claude/mid-conversation-system-messages`: messages of the role `system`, and blocks `mid_conv_system`.
    SystemMessages,
    /// The same, `clear_at` of such a message.
    ClearAt,
    /// `build-with-claude/effort`: `output_config` of such a message.
    MessageEffort,
    /// `build-with-claude/mid-conversation-system-messages`: blocks `tool_addition` and `tool_removal`.
    ToolChanges,
    /// The same with the whole tool in the block.
    InlineTools,
    /// `agents-and-tools/mcp-connector`: `mcp_servers`, tools `mcp_toolset`, blocks of their calls.
    Mcp,
    /// `build-with-claude/skills-guide`: `container.skills`.
    Skills,
    /// `build-with-claude/files`: sources and uploads by `file_id`.
    Files,
    /// `build-with-claude/fast-mode`: `speed`.
    Speed,
    /// `build-with-claude/refusals-and-fallback`: `fallbacks`, and blocks `fallback`.
    Fallbacks,
    /// `build-with-claude/task-budgets`: `output_config.task_budget`.
    TaskBudget,
    /// `build-with-claude/cache-diagnostics`: `diagnostics`.
    Diagnostics,
    /// `user_profile_id`.
    UserProfile,
    /// `safeguards`, which Claude Code sends.
    Safeguards,
    /// `build-with-claude/message-threads`: `thread`.
    Thread,
    /// `build-with-claude/preserved-thinking`: `thinking.block_binding`.
    ThinkingBinding,
    /// `thinking.display` of `updates`.
    ThinkingUpdates,
    /// `build-with-claude/structured-outputs`: `output_format`, today `output_config.format`.
    OutputFormat,
    /// `scope` of any `cache_control`, which Claude Code sends.
    CacheScope,
    /// `agents-and-tools/tool-use/tool-search-tool`: `defer_loading`, tools that search, and blocks of what was found.
    ToolSearch,
    /// `agents-and-tools/tool-use/implement-tool-use`: `input_examples` of a tool.
    ToolExamples,
    /// `agents-and-tools/tool-use/programmatic-tool-calling`: `allowed_callers` of a tool.
    ToolCallers,
    /// `agents-and-tools/tool-use/advisor-tool`: tools `advisor_*`, and blocks of their calls.
    Advisor,
    /// `agents-and-tools/tool-use/computer-use-tool`: each version of the tools has its own beta.
    Computer2024,
    Computer2025,
    ComputerZoom,
}

use Part::*;

/// The betas that allow a part, the newest first: any of them will do.
pub(super) const TABLE: &[(Part, &[&str])] = &[
    (ContextEdits, &["context-management-2025-06-27"]),
    (Compaction, &["compact-2026-01-12"]),
    (CompactionOnDemand, &["compact-2026-09-04"]),
    (SystemMessages, &["mid-conversation-system-2026-04-07"]),
    (ClearAt, &["mid-conversation-system-clear-at-2026-08-21"]),
    (MessageEffort, &["mid-conversation-output-config-2026-07-01"]),
    (ToolChanges, &["mid-conversation-tool-changes-2026-07-01", "inline-tools-2026-09-15"]),
    (InlineTools, &["inline-tools-2026-09-15"]),
    (Mcp, &["mcp-client-2025-11-20"]),
    (Skills, &["skills-2025-10-02"]),
    (Files, &["files-api-2025-04-14"]),
    (Speed, &["fast-mode-2026-02-01"]),
    (Fallbacks, &["server-side-fallback-2026-07-01"]),
    (TaskBudget, &["task-budgets-2026-03-13"]),
    (Diagnostics, &["cache-diagnosis-2026-04-07"]),
    (UserProfile, &["user-profiles-2026-03-24"]),
    (Safeguards, &["dangerous-tool-use-2026-09-03"]),
    (Thread, &["message-threads-2026-08-12"]),
    (ThinkingBinding, &["thinking-binding-controls-2026-08-01"]),
    (ThinkingUpdates, &["thinking-display-updates-2026-08-18"]),
    (OutputFormat, &["structured-outputs-2025-11-13"]),
    (CacheScope, &["prompt-caching-scope-2026-01-05"]),
    // The first is the name at Vertex and Bedrock, the second Anthropic's own.
    (ToolSearch, &["tool-search-tool-2025-10-19", "advanced-tool-use-2025-11-20"]),
    (ToolExamples, &["tool-examples-2025-10-29", "advanced-tool-use-2025-11-20"]),
    (ToolCallers, &["advanced-tool-use-2025-11-20"]),
    (Advisor, &["advisor-tool-2026-03-01"]),
    (Computer2024, &["computer-use-2024-10-22"]),
    (Computer2025, &["computer-use-2025-01-24"]),
    (ComputerZoom, &["computer-use-2025-11-24"]),
];

/// Betas without which a body is taken as it is: they change only how it is answered, or have become general. Among the latter
/// are `eager_input_streaming` ("no beta header required",
/// <https://platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming>), and the tools of memory, web search,
/// web fetch and code execution. Where such a vendor lacks them, it says so itself.
#[cfg(test)]
pub(super) const FREE: &[&str] = &[
    "claude-code-20250219",
    "context-1m-2025-08-07",
    "interleaved-thinking-2025-05-14",
    "dev-full-thinking-2025-05-14",
    "redact-thinking-2026-02-12",
    "thinking-token-count-2026-05-13",
    "effort-2025-11-24",
    "fine-grained-tool-streaming-2025-05-14",
    "token-efficient-tools-2025-02-19",
    "output-128k-2025-02-19",
    "output-300k-2026-03-24",
    "extended-cache-ttl-2025-04-11",
    "prompt-caching-2024-07-31",
    "pdfs-2024-09-25",
    "token-counting-2024-11-01",
    "model-context-window-exceeded-2025-08-26",
    "code-execution-2025-08-25",
    "web-search-2025-03-05",
    "web-fetch-2025-09-10",
];

/// The betas of a part.
pub(super) fn betas_of(part: Part) -> &'static [&'static str] {
    TABLE.iter().find(|(of, _)| *of == part).map_or(&[], |(_, betas)| betas)
}

/// Features whose versions allow different things.
const VERSIONED: [&str; 2] = ["computer-use", "compact"];

/// Whether a beta that a row lists allows what `beta` allows: any version of the feature does, except where versions differ.
pub(super) fn allows(listed: &str, beta: &str) -> bool {
    let feature = feature(beta);
    listed == beta || (feature == self::feature(listed) && !VERSIONED.contains(&feature))
}

/// A name without its date.
fn feature(name: &str) -> &str {
    name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-')
}
