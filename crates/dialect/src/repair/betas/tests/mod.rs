//! Every part that only a beta allows, with rows that list nothing, the part's betas, and all others; where the client's bytes pass and
//! where they are translated.

mod cases;

use super::table::{FREE, Part, TABLE, allows, betas_of};
use crate::translate::{self, Rewritten};
use crate::{Dialect, Operation, Quirks, Vendor, apply};
use postern_fault::Fault;
use serde_json::{Value, json};

use cases::Expected::{Refused, Said, Told};
use cases::{Case, Expected, cases, instructs, merge, tool};

struct Sent {
    body: String,
    losses: Vec<String>,
}

fn send(
    betas: Option<&[&str]>,
    asked: &Value,
    is_translated: bool,
) -> Result<(String, Sent), Fault> {
    let mut request = json!({ "model": "m", "max_tokens": 9000, "messages": [{ "role": "user", "content": "Hi" }] });
    merge(&mut request, asked);
    if is_translated {
        // A schema of any members, which only a translation repairs.
        request["output_config"]["format"] = json!({ "type": "json_schema", "schema": { "type": "object", "additionalProperties": { "type": "string" } } });
    }
    let quirks = Quirks {
        betas: betas.map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
        ..Quirks::default()
    };
    let vendor = Vendor { quirks, ..Vendor::new(Dialect::Anthropic, "m") };
    let body = request.to_string();
    let facts = translate::read(Dialect::Anthropic, Operation::Chat, &body)?.facts;
    let encoded = translate::encode(&vendor, &facts, &body)?;
    assert_eq!(is_translated, matches!(encoded.body, Rewritten::Whole(_)), "{body}");
    let sent = match encoded.body {
        Rewritten::Edits(edits) => apply(&body, &edits).unwrap(),
        Rewritten::Whole(body) => body,
    };
    serde_json::from_str::<Value>(&sent).unwrap_or_else(|error| panic!("{error}: {sent}"));
    let losses = encoded.losses.into_iter().map(|loss| loss.path).collect();
    Ok((body, Sent { body: sent, losses }))
}

/// All betas, without those that allow this part.
fn others(part: Part) -> Vec<&'static str> {
    let all = TABLE.iter().flat_map(|(_, betas)| *betas).chain(FREE);
    let allow = |listed: &str| betas_of(part).iter().any(|beta| allows(listed, beta));
    all.copied().filter(|name| !allow(name)).collect()
}

fn check(case: &Case, expected: Expected, betas: &[&str], is_translated: bool) {
    let at = format!("{:?} translated: {is_translated} {}", case.part, case.asked);
    match (expected, send(Some(betas), &case.asked, is_translated)) {
        (Told(path), Ok((_, sent))) => {
            assert!(!sent.body.contains(case.needle), "{at}: {}", sent.body);
            assert!(sent.losses.iter().any(|lost| lost == path), "{at}: {:?}", sent.losses);
        }
        (Said, Ok((_, sent))) => {
            assert!(!sent.body.contains(case.needle), "{at}: {}", sent.body);
            assert!(sent.body.contains("json_schema") || is_translated, "{at}: {}", sent.body);
        }
        (Refused(path), Err(fault)) => {
            assert_eq!(fault.param.as_deref(), Some(path), "{at}");
            assert!(fault.public.contains(path), "{at}: {}", fault.public);
        }
        (Told(_) | Said, Err(fault)) => panic!("{at}: {fault:?}"),
        (Refused(_), Ok((_, sent))) => panic!("{at}: {}", sent.body),
    }
}

#[test]
fn a_body_has_only_what_the_vendors_betas_allow() {
    let cases = cases();
    for (part, betas) in TABLE {
        let mut of_part = cases.iter().filter(|case| case.part == *part).peekable();
        assert!(of_part.peek().is_some(), "{part:?} has no case");
        for case in of_part {
            for listed in [Vec::new(), others(*part)] {
                check(case, case.passed, &listed, false);
                check(case, case.translated, &listed, true);
            }
            // As the client wrote it, with the betas or without a list.
            let with_all: Vec<&str> =
                others(*part).into_iter().chain(betas.iter().copied()).collect();
            // The header does not go with a translated body.
            check(case, case.translated, &with_all, true);
            for listed in [None, Some(with_all.as_slice())] {
                let (body, sent) = send(listed, &case.asked, false).unwrap();
                assert_eq!(sent.body, body, "{part:?} {listed:?}");
                assert!(sent.losses.is_empty(), "{part:?} {listed:?} {:?}", sent.losses);
            }
        }
    }
}

/// The betas of messages that Anthropic's reference and SDK list, and those that Claude Code sends.
const KNOWN: &[&str] = &[
    "prompt-caching-2024-07-31",
    "computer-use-2024-10-22",
    "computer-use-2025-01-24",
    "computer-use-2025-11-24",
    "pdfs-2024-09-25",
    "token-counting-2024-11-01",
    "token-efficient-tools-2025-02-19",
    "output-128k-2025-02-19",
    "files-api-2025-04-14",
    "mcp-client-2025-04-04",
    "mcp-client-2025-11-20",
    "mcp-client-2026-09-15",
    "dev-full-thinking-2025-05-14",
    "interleaved-thinking-2025-05-14",
    "code-execution-2025-05-22",
    "extended-cache-ttl-2025-04-11",
    "context-1m-2025-08-07",
    "context-management-2025-06-27",
    "model-context-window-exceeded-2025-08-26",
    "skills-2025-10-02",
    "fast-mode-2026-02-01",
    "output-300k-2026-03-24",
    "user-profiles-2026-03-24",
    "user-profiles-2026-09-04",
    "advisor-tool-2026-03-01",
    "cache-diagnosis-2026-04-07",
    "thinking-token-count-2026-05-13",
    "server-side-fallback-2026-06-01",
    "server-side-fallback-2026-07-01",
    "mid-conversation-tool-changes-2026-07-01",
    "compact-2026-01-12",
    "compact-2026-09-04",
    "structured-outputs-2025-11-13",
    "structured-outputs-2025-12-15",
    "task-budgets-2026-03-13",
    "thinking-display-updates-2026-08-18",
    "mid-conversation-output-config-2026-07-01",
    "thinking-binding-controls-2026-08-01",
    "mid-conversation-system-2026-04-07",
    "mid-conversation-system-clear-at-2026-08-21",
    "inline-tools-2026-09-15",
    "claude-code-20250219",
    "prompt-caching-scope-2026-01-05",
    "advanced-tool-use-2025-11-20",
    "effort-2025-11-24",
    "tool-search-tool-2025-10-19",
    "tool-examples-2025-10-29",
    "fine-grained-tool-streaming-2025-05-14",
    "redact-thinking-2026-02-12",
    "message-threads-2026-08-12",
    "dangerous-tool-use-2026-09-03",
];

#[test]
fn every_known_beta_is_in_the_table_or_needs_nothing() {
    for name in KNOWN {
        let needs = TABLE.iter().any(|(_, betas)| betas.iter().any(|beta| allows(name, beta)));
        let is_free = FREE.iter().any(|free| allows(name, free));
        assert!(needs != is_free, "{name} needs: {needs}, free: {is_free}");
    }
}

#[test]
fn instructions_keep_their_place_and_their_words() {
    let asked = json!({ "messages": [
        { "role": "user", "content": [{ "type": "text", "text": "Hi" }] },
        { "role": "system", "content": [{ "type": "text", "text": "Be brief.", "cache_control": { "type": "ephemeral", "scope": "global" } },
            { "type": "text", "text": " " }] },
        { "role": "system", "content": [] },
        { "role": "system", "content": "Be kind.", "clear_at": "next_user_message" }] });
    let (_, sent) = send(Some(&[]), &asked, false).unwrap();
    let body: Value = serde_json::from_str(&sent.body).unwrap();
    assert_eq!(
        body["messages"],
        json!([
            { "role": "user", "content": [{ "type": "text", "text": "Hi" }] },
            { "role": "user", "content": [{ "type": "text", "text": "Be brief.", "cache_control": { "type": "ephemeral" } }] },
            { "role": "user", "content": "Be kind." }])
    );
}

#[test]
fn instructions_never_stand_between_a_call_and_its_result() {
    let call = json!({ "role": "assistant", "content": [{ "type": "tool_use", "id": "toolu_1", "name": "t", "input": {} }] });
    let result = json!({ "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "toolu_1", "content": "a" }] });
    let brief =
        |role: &str| json!({ "role": role, "content": [{ "type": "text", "text": "Be brief." }] });
    let scoped = json!({ "role": "system", "content": [{ "type": "text", "text": "Be brief." },
        { "type": "text", "text": " " }] });
    let kind = |role: &str| json!({ "role": role, "content": "Be kind." });
    let hi = json!({ "role": "user", "content": "Hi" });
    let next = json!({ "role": "assistant", "content": "Well." });
    for end in [vec![], vec![kind("system")], vec![next.clone(), kind("system"), hi.clone()]] {
        let before = [hi.clone(), call.clone(), scoped.clone(), kind("system"), result.clone()];
        let asked: Vec<Value> = before.into_iter().chain(end.clone()).collect();
        let (_, sent) = send(Some(&[]), &json!({ "messages": asked }), false).unwrap();
        let body: Value = serde_json::from_str(&sent.body).unwrap();
        let before = [hi.clone(), call.clone(), result.clone(), brief("user"), kind("user")];
        let mut meant: Vec<Value> = before.into_iter().chain(end).collect();
        for message in meant.iter_mut().filter(|message| message["role"] == "system") {
            message["role"] = json!("user");
        }
        assert_eq!(body["messages"], Value::Array(meant));
    }
}

#[test]
fn a_conversation_that_begins_with_the_model_behind_what_goes_gets_its_opening() {
    let asked = json!({ "messages": [{ "role": "user", "content": " " }, { "role": "assistant", "content": "Yes?" },
        { "role": "user", "content": "Hi" }] });
    for betas in [None, Some(&[][..])] {
        let (_, sent) = send(betas, &asked, false).unwrap();
        let body: Value = serde_json::from_str(&sent.body).unwrap();
        let roles: Vec<&Value> =
            body["messages"].as_array().unwrap().iter().map(|message| &message["role"]).collect();
        assert_eq!(roles, ["user", "assistant", "user"], "{}", sent.body);
    }
}

#[test]
fn the_form_of_the_answer_moves_beside_what_is_left() {
    let form = json!({ "type": "json_schema", "schema": {} });
    for (config, moved) in [
        (json!(null), json!({ "format": form })),
        (json!({}), json!({ "format": form })),
        (json!({ "effort": "low" }), json!({ "format": form, "effort": "low" })),
        (json!({ "task_budget": {} }), json!({ "format": form })),
        (json!({ "format": { "a": 1 } }), json!({ "format": { "a": 1 } })),
    ] {
        let mut asked = json!({ "output_format": form });
        if !config.is_null() {
            asked["output_config"] = config;
        }
        let (_, sent) = send(Some(&[]), &asked, false).unwrap();
        let body: Value = serde_json::from_str(&sent.body).unwrap();
        assert_eq!(body["output_config"], moved, "{}", sent.body);
    }
}

#[test]
fn members_that_name_nothing_go_silently() {
    let asked = json!({ "mcp_servers": [], "thread": null, "fallbacks": null, "speed": null,
        "output_format": null, "context_management": null });
    let (_, sent) = send(Some(&[]), &asked, false).unwrap();
    let body: Value = serde_json::from_str(&sent.body).unwrap();
    let left: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(left.len(), 3, "{left:?}");
    assert!(sent.losses.is_empty(), "{:?}", sent.losses);
}

#[test]
fn what_a_tool_found_is_named_at_its_place() {
    let asked = json!({ "messages": [
        { "role": "user", "content": "Hi" },
        { "role": "assistant", "content": [{ "type": "tool_use", "id": "toolu_1", "name": "find", "input": {} }] },
        { "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "toolu_1", "content": [
            { "type": "tool_reference", "tool_name": "mail" },
            { "type": "text", "text": "a", "cache_control": { "type": "ephemeral", "scope": "global" } }] }] },
        { "role": "system", "content": "Be brief." }] });
    let (_, sent) = send(Some(&[]), &asked, false).unwrap();
    assert!(sent.body.contains("The tool `mail` is available."), "{}", sent.body);
    let path = "messages[2].content[0].content[1].cache_control.scope";
    assert!(sent.losses.iter().any(|lost| lost == path), "{:?}", sent.losses);
    // The thoughts before the call did not come back, also where instructions follow.
    let mut asked = asked;
    asked["thinking"] = json!({ "type": "enabled", "budget_tokens": 2000 });
    let (_, sent) = send(Some(&[]), &asked, false).unwrap();
    assert!(!sent.body.contains("thinking"), "{}", sent.body);
}

#[test]
fn only_the_edits_that_a_vendor_lacks_go() {
    let kinds = ["clear_tool_uses_20250919", "compact_20260112", "clear_thinking_20251015"];
    let edits: Vec<Value> = kinds.iter().map(|kind| json!({ "type": kind })).collect();
    let asked = json!({ "context_management": { "edits": edits } });
    for (listed, left) in [
        (&["compact-2026-01-12"][..], &kinds[1..2]),
        (
            &["context-management-2025-06-27"],
            &["clear_tool_uses_20250919", "clear_thinking_20251015"],
        ),
    ] {
        let (_, sent) = send(Some(listed), &asked, false).unwrap();
        let body: Value = serde_json::from_str(&sent.body).unwrap();
        let edits = body["context_management"]["edits"].as_array().unwrap();
        let kept: Vec<&str> = edits.iter().map(|edit| edit["type"].as_str().unwrap()).collect();
        assert_eq!(kept, left);
    }
}

#[test]
fn tools_that_a_lost_message_adds_are_offered_from_the_start() {
    let mut asked = tool(json!({ "defer_loading": true }));
    let added =
        json!({ "type": "tool_addition", "tool": { "type": "tool_reference", "name": "t" } });
    merge(&mut asked, &instructs(json!({ "role": "system", "content": [added] })));
    let (_, sent) = send(Some(&["tool-search-tool-2025-10-19"]), &asked, false).unwrap();
    assert!(!sent.body.contains("defer_loading"), "{}", sent.body);
    assert!(!sent.body.contains("tool_addition"), "{}", sent.body);
}
