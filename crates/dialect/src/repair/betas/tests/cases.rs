//! A request for each part.

use super::super::table::Part;
use serde_json::{Value, json};

/// What becomes of a request for a vendor without the beta.
#[derive(Clone, Copy)]
pub enum Expected {
    /// It is sent, and this is told.
    Told(&'static str),
    /// It is refused, and this is named.
    Refused(&'static str),
    /// It is sent with the same meaning.
    Said,
}
use Expected::{Refused, Said, Told};

pub struct Case {
    pub part: Part,
    /// Members of the request.
    pub asked: Value,
    /// What the vendor must not see.
    pub needle: &'static str,
    pub passed: Expected,
    pub translated: Expected,
}

fn case(
    part: Part,
    asked: Value,
    needle: &'static str,
    passed: Expected,
    translated: Expected,
) -> Case {
    Case { part, asked, needle, passed, translated }
}

fn says(blocks: Value) -> Value {
    json!({ "messages": [{ "role": "user", "content": "Hi" }, { "role": "assistant", "content": blocks },
        { "role": "user", "content": "Go on" }] })
}

pub fn instructs(system: Value) -> Value {
    json!({ "messages": [{ "role": "user", "content": "Hi" }, system, { "role": "assistant", "content": "Yes?" },
        { "role": "user", "content": "Go on" }] })
}

pub fn tool(members: Value) -> Value {
    let mut tool = json!({ "name": "t", "input_schema": { "type": "object" } });
    merge(&mut tool, &members);
    json!({ "tools": [tool, { "name": "u", "input_schema": { "type": "object" } }] })
}

pub fn merge(into: &mut Value, members: &Value) {
    for (name, value) in members.as_object().unwrap() {
        into[name] = value.clone();
    }
}

/// A case that is told at one place, on both ways.
fn told(part: Part, members: Value, word: &'static str, place: &'static str) -> Case {
    case(part, members, word, Told(place), Told(place))
}

fn in_the_request() -> Vec<Case> {
    let edits = |kind: &str| json!({ "context_management": { "edits": [{ "type": kind }] } });
    let servers = json!({ "mcp_servers": [{ "type": "url", "url": "https://a.example", "name": "a" }],
        "tools": [{ "type": "mcp_toolset", "mcp_server_name": "a" }] });
    let skills =
        json!({ "container": { "skills": [{ "type": "anthropic", "skill_id": "pptx" }] } });
    let budget = json!({ "output_config": { "effort": "low", "task_budget": { "type": "tokens", "total": 20000 } } });
    let managed = Told("context_management");
    vec![
        case(Part::ContextEdits, edits("clear_tool_uses_20250919"), "clear_tool", managed, managed),
        case(Part::Compaction, edits("compact_20260112"), "compact", managed, managed),
        told(Part::CompactionOnDemand, json!({ "compaction": {} }), "compaction", "compaction"),
        case(Part::Mcp, servers, "mcp", Refused("mcp_servers"), Refused("tools[0]")),
        case(Part::Skills, skills, "pptx", Refused("container.skills"), Told("container")),
        told(Part::Speed, json!({ "speed": "fast" }), "speed", "speed"),
        told(Part::Fallbacks, json!({ "fallbacks": "default" }), "fallbacks", "fallbacks"),
        told(Part::TaskBudget, budget, "task_budget", "output_config.task_budget"),
    ]
}

fn in_more_of_the_request() -> Vec<Case> {
    let binding = json!({ "thinking": { "type": "adaptive", "block_binding": { "prefix_mismatch_behavior": "error" } } });
    let format = json!({ "output_format": { "type": "json_schema",
        "schema": { "type": "object", "properties": {}, "additionalProperties": false } } });
    vec![
        told(Part::Diagnostics, json!({ "diagnostics": {} }), "diagnostics", "diagnostics"),
        told(Part::UserProfile, json!({ "user_profile_id": "u" }), "profile", "user_profile_id"),
        told(Part::Safeguards, json!({ "safeguards": [] }), "safeguards", "safeguards"),
        case(
            Part::Thread,
            json!({ "thread": { "type": "create" } }),
            "thread",
            Refused("thread"),
            Refused("thread"),
        ),
        told(Part::ThinkingBinding, binding, "binding", "thinking.block_binding"),
        told(
            Part::ThinkingUpdates,
            json!({ "thinking": { "type": "adaptive", "display": "updates" } }),
            "updates",
            "thinking.display",
        ),
        case(Part::OutputFormat, format, "output_format", Said, Said),
        told(
            Part::CacheScope,
            json!({ "system": [{ "type": "text", "text": "Be kind.",
            "cache_control": { "type": "ephemeral", "scope": "global" } }] }),
            "global",
            "system[0].cache_control.scope",
        ),
    ]
}

fn in_tools() -> Vec<Case> {
    let computer = |kind: &str, name: &str| json!({ "tools": [{ "type": kind, "name": name }] });
    let by = Refused("tools[0]");
    vec![
        told(
            Part::ToolSearch,
            tool(json!({ "defer_loading": true })),
            "defer",
            "tools[0].defer_loading",
        ),
        told(
            Part::ToolSearch,
            json!({ "tools": [{ "type": "tool_search_tool_regex_20251119", "name": "tool_search_tool_regex" },
            { "name": "u", "input_schema": { "type": "object" } }] }),
            "tool_search",
            "tools[0]",
        ),
        told(
            Part::ToolSearch,
            says(json!([{ "type": "text", "text": "a" },
            { "type": "server_tool_use", "id": "srvtoolu_1", "name": "tool_search_tool_regex", "input": {} },
            { "type": "tool_search_tool_result", "tool_use_id": "srvtoolu_1", "content": {} }])),
            "tool_search",
            "messages[1].content[2]",
        ),
        told(
            Part::ToolExamples,
            tool(json!({ "input_examples": [{}] })),
            "examples",
            "tools[0].input_examples",
        ),
        told(
            Part::ToolCallers,
            tool(json!({ "allowed_callers": ["direct"] })),
            "callers",
            "tools[0].allowed_callers",
        ),
        told(
            Part::Advisor,
            json!({ "tools": [{ "type": "advisor_20260301", "name": "advisor", "model": "m" }] }),
            "advisor",
            "tools[0]",
        ),
        case(Part::Computer2024, computer("computer_20241022", "computer"), "computer", by, by),
        case(Part::Computer2024, computer("bash_20241022", "bash"), "bash", by, by),
        case(Part::Computer2025, computer("computer_20250124", "computer"), "computer", by, by),
        case(Part::ComputerZoom, computer("computer_20251124", "computer"), "computer", by, by),
    ]
}

fn in_messages() -> Vec<Case> {
    let hoisted = Told("messages[1]");
    vec![
        case(
            Part::SystemMessages,
            instructs(json!({ "role": "system", "content": "Be brief." })),
            r#""role":"system""#,
            Told("messages[1]"),
            hoisted,
        ),
        told(
            Part::SystemMessages,
            json!({ "messages": [{ "role": "user", "content": [
            { "type": "mid_conv_system", "content": [{ "type": "text", "text": "Be brief." }] }] }] }),
            "mid_conv",
            "messages[0].content[0]",
        ),
        told(
            Part::SystemMessages,
            json!({ "messages": [{ "role": "user", "content": [{ "type": "mid_conv_system", "content": "Be brief." }] }] }),
            "mid_conv",
            "messages[0].content[0]",
        ),
        told(
            Part::ClearAt,
            instructs(
                json!({ "role": "system", "content": "Be brief.", "clear_at": "next_user_message" }),
            ),
            "clear_at",
            "messages[1].clear_at",
        ),
        told(
            Part::MessageEffort,
            instructs(
                json!({ "role": "system", "content": [], "output_config": { "effort": "low" } }),
            ),
            "effort",
            "messages[1].output_config",
        ),
    ]
}

fn in_more_of_messages() -> Vec<Case> {
    let file = json!({ "messages": [{ "role": "user", "content": [
        { "type": "document", "source": { "type": "file", "file_id": "file_1" } }] }] });
    let by_name =
        json!({ "type": "tool_addition", "tool": { "type": "tool_reference", "name": "t" } });
    let whole = json!({ "type": "tool_addition", "tool": { "type": "tool_definition", "definition": { "name": "t" } } });
    vec![
        case(
            Part::ToolChanges,
            instructs(json!({ "role": "system", "content": [by_name] })),
            "tool_addition",
            Told("messages[1].content[0]"),
            Told("system[0]"),
        ),
        case(
            Part::InlineTools,
            instructs(json!({ "role": "system", "content": [whole] })),
            "tool_addition",
            Refused("messages[1].content[0]"),
            Refused("system[0]"),
        ),
        case(
            Part::Files,
            file,
            "file_1",
            Refused("messages[0].content[0].source"),
            Refused("messages[0].content[0].source"),
        ),
        case(
            Part::Compaction,
            says(json!([{ "type": "compaction", "content": "a" }])),
            "compaction",
            Refused("messages[1].content[0]"),
            Refused("messages[1].content[0]"),
        ),
    ]
}

pub fn cases() -> Vec<Case> {
    let all = [
        in_the_request(),
        in_more_of_the_request(),
        in_tools(),
        in_messages(),
        in_more_of_messages(),
    ];
    all.into_iter().flatten().collect()
}
