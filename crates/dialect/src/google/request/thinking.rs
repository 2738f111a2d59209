//! The amount of thinking: <https://ai.google.dev/gemini-api/docs/thinking>.

use super::wire::ThinkingConfig;
use crate::chat::{Effort, Field, Losses, Reasoning, Request};
use crate::google::model::{self, Thinking};
use crate::{Dialect, Vendor};

pub(super) fn encode(
    request: &Request,
    vendor: &Vendor,
    losses: &mut Losses,
) -> Option<ThinkingConfig> {
    let reasoning = request.reasoning.as_ref()?;
    let off = reasoning.enabled == Some(false) || reasoning.effort == Some(Effort::None);
    let mut lose = |field, reason: &str| losses.add(request.path(field), reason);
    if !vendor.reasons {
        if !off && asks(reasoning) {
            let field = match reasoning.effort {
                Some(_) => Field::ReasoningEffort,
                None => Field::ReasoningBudget,
            };
            lose(field, "the model does not think before it answers");
        }
        if !off && reasoning.summary.as_deref().is_some_and(is_wanted) {
            lose(Field::ReasoningSummary, "the model does not think before it answers");
        }
        return None;
    }
    let mut config = match model::thinking(&vendor.model) {
        Thinking::Levels(levels) => by_level(reasoning, off, levels, lose),
        Thinking::Budget { least, most, can_be_off } => {
            // A budget derived from an effort leaves at least half of the answer's cap for words.
            let half = request.max_output_tokens.map_or(u64::MAX, |cap| cap / 2);
            by_budget(reasoning, off, (least, most), half, can_be_off, lose)
        }
    };
    config.include_thoughts = !off && shows(request.client, reasoning);
    if matches!(reasoning.summary.as_deref(), Some("concise" | "detailed")) {
        losses.add(request.path(Field::ReasoningSummary), "Google has one kind of summary");
    }
    (config != ThinkingConfig::default()).then_some(config)
}

fn asks(reasoning: &Reasoning) -> bool {
    reasoning.effort.is_some()
        || reasoning.budget_tokens.is_some()
        || reasoning.adaptive
        || reasoning.enabled == Some(true)
}

fn is_wanted(summary: &str) -> bool {
    !matches!(summary, "none" | "omitted")
}

/// Clients see the thoughts that they request; clients of Responses, which can request a summary, only if they do.
fn shows(client: Dialect, reasoning: &Reasoning) -> bool {
    match reasoning.summary.as_deref() {
        Some(summary) => is_wanted(summary),
        None => client != Dialect::Responses && asks(reasoning),
    }
}

fn by_level(
    reasoning: &Reasoning,
    off: bool,
    levels: &'static [Effort],
    mut lose: impl FnMut(Field, &str),
) -> ThinkingConfig {
    let budget = reasoning.budget_tokens.filter(|_| reasoning.effort.is_none());
    let effort = match (off, reasoning.effort) {
        (true, _) => Some(Effort::None),
        (false, Some(effort)) => Some(effort),
        (false, None) => budget.map(Effort::from_budget_tokens),
    };
    // Without a requested effort, the model decides.
    let Some(effort) = effort else { return ThinkingConfig::default() };
    // The lowest level that is sufficient, or else the highest.
    let enough = levels.iter().find(|level| **level >= effort);
    let level = enough.or(levels.last()).copied().unwrap_or(effort);
    if off {
        lose(Field::ReasoningEffort, "the model always thinks: as little as it can");
    } else if budget.is_some() {
        lose(Field::ReasoningBudget, "the model takes a level of thinking instead of a budget");
    } else if level != effort {
        lose(Field::ReasoningEffort, "the model has no such effort: the next one was taken");
    }
    ThinkingConfig { thinking_level: Some(word(level)), ..ThinkingConfig::default() }
}

fn word(level: Effort) -> &'static str {
    match level {
        Effort::None | Effort::Minimal => "MINIMAL",
        Effort::Low => "LOW",
        Effort::Medium => "MEDIUM",
        Effort::High | Effort::XHigh | Effort::Max => "HIGH",
    }
}

/// A budget outside of the model's range is moved to the nearest accepted one.
fn by_budget(
    reasoning: &Reasoning,
    off: bool,
    (least, most): (u64, u64),
    half: u64,
    can_be_off: bool,
    mut lose: impl FnMut(Field, &str),
) -> ThinkingConfig {
    let of_effort = reasoning.effort.map(|effort| effort.budget_tokens().min(half));
    let budget = match reasoning.budget_tokens.or(of_effort) {
        _ if off && can_be_off => Some(0),
        _ if off => {
            lose(Field::ReasoningEffort, "the model always thinks: as little as it can");
            Some(least)
        }
        Some(tokens) => {
            let taken = tokens.clamp(least, most);
            if taken != tokens && reasoning.budget_tokens.is_some() {
                lose(Field::ReasoningBudget, "the model takes no such budget: the next was taken");
            }
            Some(taken)
        }
        None => None,
    };
    let thinking_budget = match budget {
        Some(tokens) => i64::try_from(tokens).ok(),
        // The model decides; Flash-Lite would not think at all without this.
        None if reasoning.adaptive || reasoning.enabled == Some(true) => Some(-1),
        None => None,
    };
    ThinkingConfig { thinking_budget, ..ThinkingConfig::default() }
}
