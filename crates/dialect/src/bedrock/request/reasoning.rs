//! The amount of thinking, in each family's form.

use super::body::Body;
use crate::bedrock::family::{Family, Thinking};
use crate::chat::{Content, Effort, Field, Losses, Part, Reasoning, Request, Role};
use crate::openai::to_vendor::settings::taken;
use crate::{Dialect, Vendor};
use serde_json::{Value, json};

/// Claude's minimum.
const MIN_BUDGET_TOKENS: u64 = 1_024;

/// Requests thoughts, or none. Returns whether the model will think.
pub(super) fn write(
    request: &Request,
    vendor: &Vendor,
    family: Family,
    forced: bool,
    body: &mut Body,
    losses: &mut Losses,
) -> bool {
    let Some(wanted) = &request.reasoning else { return false };
    if wanted.summary.as_deref().is_some_and(|summary| !matches!(summary, "auto" | "none")) {
        let path = request.path(Field::ReasoningSummary);
        losses.add(path, "Bedrock shows thoughts as its models do");
    }
    let off = wanted.enabled == Some(false) || wanted.effort == Some(Effort::None);
    let asks = wanted.adaptive || wanted.effort.is_some() || wanted.budget_tokens.is_some();
    let path = match wanted.budget_tokens {
        Some(_) => request.path(Field::ReasoningBudget),
        None => request.path(Field::ReasoningEffort),
    };
    if off {
        if family.thinking == Thinking::Adaptive && vendor.reasons {
            losses.add(path, "this model on Bedrock always thinks as much as it likes");
        }
        return false;
    }
    if !asks && wanted.enabled != Some(true) {
        return false;
    }
    if !vendor.reasons || family.thinking == Thinking::No {
        losses.add(path, "this model on Bedrock cannot be told to think");
        return false;
    }
    if let Some(reason) = hindrance(request, wanted, family, forced) {
        losses.add(path, reason);
        return false;
    }
    match family.thinking {
        Thinking::No => false,
        Thinking::Budget => budget(request, wanted, vendor, path, body, losses),
        Thinking::Either if wanted.budget_tokens.is_some() => {
            budget(request, wanted, vendor, path, body, losses)
        }
        Thinking::Either | Thinking::Adaptive => adaptive(request, vendor, path, body, losses),
        Thinking::Nova => {
            let effort = three_steps(wanted, path, losses);
            add(
                body,
                "reasoningConfig",
                json!({ "type": "enabled", "maxReasoningEffort": effort }),
            );
            true
        }
        Thinking::Effort => {
            let effort = three_steps(wanted, path, losses);
            add(body, "reasoning_effort", json!(effort));
            true
        }
    }
}

/// Why a model that can think may not in this turn.
fn hindrance(
    request: &Request,
    wanted: &Reasoning,
    family: Family,
    forced: bool,
) -> Option<&'static str> {
    let with_budget = family.thinking == Thinking::Budget
        || family.thinking == Thinking::Either && wanted.budget_tokens.is_some();
    match family.claude {
        true if forced => Some("a model that is made to call a tool cannot think first"),
        true if with_budget && lacks_thoughts(request) => {
            Some("the thoughts before the calls of tools did not come back with them")
        }
        _ => None,
    }
}

/// The budget, which must be less than the cap on the answer that includes it.
fn budget(
    request: &Request,
    wanted: &Reasoning,
    vendor: &Vendor,
    path: &str,
    body: &mut Body,
    losses: &mut Losses,
) -> bool {
    let effort = wanted.effort.unwrap_or(Effort::Medium);
    let asked = wanted.budget_tokens.unwrap_or_else(|| effort.budget_tokens());
    let cap = request.max_output_tokens.or(vendor.max_output_tokens);
    // A budget derived from an effort leaves at least half of the answer's cap for words.
    let most = match (cap, wanted.budget_tokens) {
        (Some(cap), Some(_)) => cap.saturating_sub(1),
        (Some(cap), None) => cap / 2,
        (None, _) => u64::MAX,
    };
    if most < MIN_BUDGET_TOKENS {
        losses.add(path, "the cap on the answer leaves no room for thoughts");
        return false;
    }
    let tokens = asked.clamp(MIN_BUDGET_TOKENS, most);
    if wanted.budget_tokens.is_some_and(|asked| asked != tokens) {
        losses.add(path, "thoughts take at least 1024 tokens, and less than the answer's cap");
    }
    add(body, "thinking", json!({ "type": "enabled", "budget_tokens": tokens }));
    true
}

fn adaptive(
    request: &Request,
    vendor: &Vendor,
    path: &str,
    body: &mut Body,
    losses: &mut Losses,
) -> bool {
    let Some(wanted) = &request.reasoning else { return false };
    let effort = wanted.effort.or_else(|| wanted.budget_tokens.map(Effort::from_budget_tokens));
    if wanted.budget_tokens.is_some() {
        losses
            .add(path, "this model on Bedrock thinks as much as it likes: an effort stands for it");
    }
    add(body, "thinking", json!({ "type": "adaptive" }));
    let effort = effort.map(|effort| effort.max(Effort::Low));
    let effort = effort.and_then(|effort| taken(effort, request, vendor, losses));
    body.output_config.get_or_insert_default().effort = effort.map(Effort::as_str);
    true
}

/// Whether the model's last turn called tools whose results follow, and does not begin with thoughts that Bedrock takes back:
/// Claude then refuses to think (<https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html>).
fn lacks_thoughts(request: &Request) -> bool {
    let mut back = request.messages.iter().rev().peekable();
    let is_said = |role: Role| matches!(role, Role::System | Role::Developer);
    let mut answered = false;
    while let Some(message) = back.next_if(|message| message.role != Role::Assistant) {
        let is_result = |part: &Part| matches!(part.content, Content::ToolResult(_));
        answered |= message.parts.iter().any(is_result);
    }
    let turn = back.take_while(|message| message.role == Role::Assistant || is_said(message.role));
    let mut turn: Vec<&Part> = turn.flat_map(|message| message.parts.iter().rev()).collect();
    turn.reverse();
    let calls = turn.iter().any(|part| matches!(part.content, Content::ToolCall(_)));
    let is_thought = |part: &&&Part| match &part.content {
        Content::Reasoning(reasoned) => reasoned
            .sealed
            .as_ref()
            .is_some_and(|sealed| matches!(sealed.maker, Dialect::Bedrock | Dialect::Anthropic)),
        _ => false,
    };
    answered && calls && turn.first().filter(is_thought).is_none()
}

fn three_steps(wanted: &Reasoning, path: &str, losses: &mut Losses) -> &'static str {
    if wanted.budget_tokens.is_some() {
        losses.add(path, "this model on Bedrock takes an effort: one stands for the budget");
    }
    let effort = wanted.effort.or_else(|| wanted.budget_tokens.map(Effort::from_budget_tokens));
    match effort {
        Some(Effort::None | Effort::Minimal | Effort::Low) => "low",
        None | Some(Effort::Medium) => "medium",
        Some(Effort::High | Effort::XHigh | Effort::Max) => "high",
    }
}

fn add(body: &mut Body, name: &str, value: Value) {
    body.additional_model_request_fields.insert(name.to_owned(), value);
}
