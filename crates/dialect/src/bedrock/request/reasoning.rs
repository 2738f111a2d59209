//! The amount of thinking, in each family's form.

use super::body::Body;
use crate::Vendor;
use crate::bedrock::family::{Family, Thinking};
use crate::chat::{Effort, Field, Losses, Reasoning, Request};
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
    if family.claude && forced {
        losses.add(path, "a model that is made to call a tool cannot think first");
        return false;
    }
    match family.thinking {
        Thinking::No => false,
        Thinking::Budget => budget(request, wanted, vendor, path, body, losses),
        Thinking::Either if wanted.budget_tokens.is_some() => {
            budget(request, wanted, vendor, path, body, losses)
        }
        Thinking::Either | Thinking::Adaptive => adaptive(wanted, path, body, losses),
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
    let most = cap.map_or(u64::MAX, |cap| cap.saturating_sub(1));
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

fn adaptive(wanted: &Reasoning, path: &str, body: &mut Body, losses: &mut Losses) -> bool {
    let effort = wanted.effort.or_else(|| wanted.budget_tokens.map(Effort::from_budget_tokens));
    if wanted.budget_tokens.is_some() {
        losses
            .add(path, "this model on Bedrock thinks as much as it likes: an effort stands for it");
    }
    add(body, "thinking", json!({ "type": "adaptive" }));
    body.output_config.get_or_insert_default().effort = effort.map(|effort| match effort {
        Effort::None | Effort::Minimal => Effort::Low.as_str(),
        effort => effort.as_str(),
    });
    true
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
