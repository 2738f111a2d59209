//! The amount of thinking, and the cap on the answer, which includes thoughts:
//! <https://platform.claude.com/docs/en/build-with-claude/extended-thinking>.

use super::messages::{ASSISTANT, Turn};
use super::{Body, DEFAULT_MAX_TOKENS, refuses};
use crate::anthropic::block::Block;
use crate::chat::{self, Field, Losses, Reasoning, Request};
use crate::openai::to_vendor::settings::taken;
use crate::{Dialect, Vendor};
use serde::Serialize;

/// Anthropic's minimum.
const MIN_BUDGET_TOKENS: u64 = 1_024;

/// Anthropic refuses a smaller value beside thoughts.
const MIN_TOP_P: f64 = 0.95;

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Thinking {
    Enabled {
        budget_tokens: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        display: Option<&'static str>,
    },
    Adaptive {
        #[serde(skip_serializing_if = "Option::is_none")]
        display: Option<&'static str>,
    },
    Disabled,
}

/// A value of `output_config.effort`.
pub(super) struct Effort(pub &'static str);

/// The client's setting.
enum RequestedThinking {
    Nothing,
    Off,
    Adaptive(Option<chat::Effort>),
    Budget {
        tokens: u64,
        clients_own: bool,
        effort: Option<chat::Effort>,
    },
    /// An effort that Anthropic's own clients set without thoughts.
    Effort(chat::Effort),
}

impl RequestedThinking {
    fn of(request: &Request, vendor: &Vendor) -> Self {
        let Some(reasoning) = &request.reasoning else { return RequestedThinking::Nothing };
        let Reasoning { enabled, adaptive, effort, budget_tokens, .. } = *reasoning;
        let own = request.client == Dialect::Anthropic;
        let no_budgets = refuses(vendor, "budget_tokens");
        match (budget_tokens, effort) {
            _ if enabled == Some(false) => RequestedThinking::Off,
            _ if adaptive => RequestedThinking::Adaptive(effort),
            (Some(0), _) | (None, Some(chat::Effort::None)) => RequestedThinking::Off,
            (Some(tokens), effort) if no_budgets => {
                let effort = effort.unwrap_or(chat::Effort::from_budget_tokens(tokens));
                RequestedThinking::Adaptive(Some(effort))
            }
            (Some(tokens), effort) => RequestedThinking::Budget {
                tokens,
                clients_own: true,
                effort: effort.filter(|_| own),
            },
            (None, Some(effort)) if own => RequestedThinking::Effort(effort),
            (None, Some(effort)) if no_budgets => RequestedThinking::Adaptive(Some(effort)),
            (None, Some(effort)) => {
                let tokens = effort.budget_tokens();
                RequestedThinking::Budget { tokens, clients_own: false, effort: None }
            }
            (None, None) => RequestedThinking::Nothing,
        }
    }

    fn field(request: &Request) -> Field {
        match request.reasoning.as_ref().is_some_and(|requested| requested.budget_tokens.is_some())
        {
            true => Field::ReasoningBudget,
            false => Field::ReasoningEffort,
        }
    }
}

/// Whether thoughts are requested from a model that has them.
pub(super) fn is_asked(request: &Request, vendor: &Vendor) -> bool {
    vendor.reasons
        && matches!(
            RequestedThinking::of(request, vendor),
            RequestedThinking::Adaptive(_) | RequestedThinking::Budget { .. }
        )
}

pub(super) fn fill(
    request: &mut Request,
    vendor: &Vendor,
    turns: &[Turn],
    body: &mut Body,
    losses: &mut Losses,
) {
    let cap = request.max_output_tokens;
    body.max_tokens = cap.or(vendor.max_output_tokens).unwrap_or(DEFAULT_MAX_TOKENS);
    let requested = RequestedThinking::of(request, vendor);
    let path = request.path(RequestedThinking::field(request));
    if !vendor.reasons {
        if !matches!(requested, RequestedThinking::Nothing | RequestedThinking::Off) {
            losses.add(path, "the model does not think");
        }
        let summary = request.reasoning.as_ref().and_then(|asked| asked.summary.as_deref());
        if summary.is_some_and(|wanted| !matches!(wanted, "none" | "omitted")) {
            losses.add(request.path(Field::ReasoningSummary), "the model does not think");
        }
        return;
    }
    let display = display(request, &requested, losses);
    match requested {
        RequestedThinking::Nothing => {}
        RequestedThinking::Off => body.thinking = Some(Thinking::Disabled),
        RequestedThinking::Effort(effort) => fill_effort(effort, request, vendor, body, losses),
        RequestedThinking::Adaptive(effort) => {
            if request.reasoning.as_ref().is_some_and(|requested| requested.budget_tokens.is_some())
            {
                losses.add(path, "the model takes an effort in place of a budget");
            }
            if let Some(effort) = effort {
                fill_effort(effort, request, vendor, body, losses);
            }
            body.thinking = Some(Thinking::Adaptive { display });
            make_room(request, body, losses);
        }
        RequestedThinking::Budget { .. } if lacks_thoughts(turns) => {
            losses.add(path, "the thoughts before the calls of tools did not come back with them");
        }
        RequestedThinking::Budget { tokens, clients_own, effort } => {
            if let Some(effort) = effort {
                fill_effort(effort, request, vendor, body, losses);
            }
            if cap.or(vendor.max_output_tokens).is_none() {
                body.max_tokens = tokens.saturating_add(DEFAULT_MAX_TOKENS);
            }
            let Some(budget_tokens) = fitting(tokens, clients_own, body.max_tokens) else {
                losses.add(path, "the cap on the answer leaves no room for thoughts");
                return;
            };
            if clients_own && budget_tokens != tokens {
                losses.add(path, "Anthropic's bounds are 1024 tokens and the cap on the answer");
            }
            body.thinking = Some(Thinking::Enabled { budget_tokens, display });
            make_room(request, body, losses);
        }
    }
}

/// The budget within its bounds. One derived from an effort leaves at least half of the answer's cap for words.
fn fitting(tokens: u64, clients_own: bool, max_tokens: u64) -> Option<u64> {
    let most = if clients_own { max_tokens.saturating_sub(1) } else { max_tokens / 2 };
    (most >= MIN_BUDGET_TOKENS).then(|| tokens.clamp(MIN_BUDGET_TOKENS, most))
}

fn fill_effort(
    effort: chat::Effort,
    request: &Request,
    vendor: &Vendor,
    body: &mut Body,
    losses: &mut Losses,
) {
    // Anthropic has no word for less.
    let effort = effort.max(chat::Effort::Low);
    let effort = taken(effort, request, vendor, losses);
    body.output_config = effort.map(|effort| Effort(effort.as_str()).into());
}

fn display(
    request: &Request,
    requested: &RequestedThinking,
    losses: &mut Losses,
) -> Option<&'static str> {
    let summary = request.reasoning.as_ref()?.summary.as_deref()?;
    if !matches!(requested, RequestedThinking::Adaptive(_) | RequestedThinking::Budget { .. }) {
        let path = request.path(Field::ReasoningSummary);
        losses.add(path, "Anthropic thinks only where an effort or a budget is named");
        return None;
    }
    Some(if matches!(summary, "none" | "omitted") { "omitted" } else { "summarized" })
}

/// Removes settings that are not allowed beside thoughts.
fn make_room(request: &Request, body: &mut Body, losses: &mut Losses) {
    const REASON: &str = "Anthropic takes it only without thinking";
    let default = |number: &serde_json::Number| number.as_f64() == Some(1.0);
    if body.temperature.take_if(|degrees| !default(degrees)).is_some() {
        losses.add(request.path(Field::Temperature), REASON);
    }
    if body.top_k.take().is_some() {
        losses.add(request.path(Field::TopK), REASON);
    }
    let small = |top_p: &mut serde_json::Number| top_p.as_f64().is_none_or(|p| p < MIN_TOP_P);
    if body.top_p.take_if(small).is_some() {
        losses.add(request.path(Field::TopP), REASON);
    }
    if body.tool_choice.as_ref().is_some_and(super::tools::Choice::is_forced) {
        losses.add(request.path(Field::ToolChoice), REASON);
        body.tool_choice = body.tool_choice.take().map(super::tools::Choice::freed);
    }
}

/// A turn that calls tools must begin with its thoughts, or Anthropic refuses to continue thinking. A client whose dialect has
/// no place for thoughts may not have kept them.
fn lacks_thoughts(turns: &[Turn]) -> bool {
    let is_result = |block: &Block| matches!(block, Block::ToolResult { .. });
    let is_call = |block: &Block| matches!(block, Block::ToolUse { .. });
    let is_thought =
        |block: &Block| matches!(block, Block::Thinking { .. } | Block::RedactedThinking { .. });
    let [.., calls, results] = turns else { return false };
    calls.role == ASSISTANT
        && results.content.iter().any(is_result)
        && calls.content.iter().any(is_call)
        && !calls.content.first().is_some_and(is_thought)
}
