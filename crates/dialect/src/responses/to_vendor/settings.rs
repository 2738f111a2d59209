//! Settings that this API does not accept, or accepts in other words.

use super::lacks;
use crate::chat::{Effort, Field, Format, Losses, Request};
use crate::openai::to_vendor::settings::taken;
use crate::{Dialect, Vendor};
use serde::Serialize;

/// The reason why cache markers are lost.
pub(super) const CACHES: &str = "OpenAI's responses cache prompts without markers";

const ABSENT: &str = "OpenAI's responses have no such setting";

/// The API's minimum for the cap: <https://platform.openai.com/docs/api-reference/responses/create>.
const LEAST_CAP_TOKENS: u64 = 16;

/// The settings of the model's thoughts.
#[derive(Serialize)]
pub(super) struct Reasoning {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
}

/// Removes the settings that the API lacks, and those that the vendor's row lists as refused.
pub(super) fn leave_out(request: &mut Request, vendor: &Vendor, losses: &mut Losses) {
    if request.cache.take().is_some() {
        losses.add(request.path(Field::Cache), CACHES);
    }
    let sampling = &request.sampling;
    let absent = [
        (Field::Stop, !request.stop.is_empty()),
        (Field::Choices, request.choices > 1),
        (Field::TopK, sampling.top_k.is_some()),
        (Field::MinP, sampling.min_p.is_some()),
        (Field::Seed, sampling.seed.is_some()),
        (Field::FrequencyPenalty, sampling.frequency_penalty.is_some()),
        (Field::PresencePenalty, sampling.presence_penalty.is_some()),
        (Field::RepetitionPenalty, sampling.repetition_penalty.is_some()),
        (Field::LogitBias, sampling.logit_bias.is_some()),
        (Field::Modalities, request.modalities.iter().any(|modality| modality != "text")),
        (Field::Audio, request.audio.is_some()),
    ];
    for (field, _) in absent.into_iter().filter(|(_, asked)| *asked) {
        losses.add(request.path(field), ABSENT);
    }
    for name in &vendor.quirks.unsupported {
        if let Some(field) = take(request, name) {
            losses.add(request.path(field), "the vendor refuses it");
        }
    }
}

/// Removes the field with this API's name, and returns which one it was if it was set.
fn take(request: &mut Request, name: &str) -> Option<Field> {
    let (field, was_there) = match name {
        "temperature" => (Field::Temperature, request.sampling.temperature.take().is_some()),
        "top_p" => (Field::TopP, request.sampling.top_p.take().is_some()),
        "top_logprobs" => (Field::Logprobs, request.logprobs.take().is_some()),
        "tools" => (Field::Tools, !std::mem::take(&mut request.tools).is_empty()),
        "tool_choice" => (Field::ToolChoice, request.tool_choice.take().is_some()),
        "parallel_tool_calls" => {
            (Field::ParallelToolCalls, request.parallel_tool_calls.take().is_some())
        }
        "text" => {
            let format = std::mem::replace(&mut request.format, Format::Text);
            (Field::Format, format != Format::Text)
        }
        "verbosity" => (Field::Verbosity, request.verbosity.take().is_some()),
        "service_tier" => (Field::ServiceTier, request.service_tier.take().is_some()),
        "user" => (Field::User, request.user.take().is_some()),
        "metadata" => (Field::Metadata, request.metadata.take().is_some()),
        "prompt_cache_key" => (Field::PromptCacheKey, request.prompt_cache_key.take().is_some()),
        "store" => (Field::Store, request.store.take() == Some(true)),
        _ => return None,
    };
    was_there.then_some(field)
}

pub(super) fn cap(request: &Request, losses: &mut Losses) -> Option<u64> {
    let cap = request.max_output_tokens?;
    if cap < LEAST_CAP_TOKENS {
        let path = request.path(Field::MaxOutputTokens);
        losses.add(path, "OpenAI's responses take no cap below 16 tokens: 16 is sent");
    }
    Some(cap.max(LEAST_CAP_TOKENS))
}

/// `standard_only` is Anthropic's value for no priority.
pub(super) fn service_tier(tier: Option<String>) -> Option<String> {
    tier.map(|tier| if tier == "standard_only" { "default".to_owned() } else { tier })
}

/// <https://platform.openai.com/docs/guides/reasoning>. It is not sent to a model that does not think, as OpenAI then refuses
/// the field.
pub(super) fn reasoning(
    request: &Request,
    vendor: &Vendor,
    losses: &mut Losses,
) -> Option<Reasoning> {
    let asked = request.reasoning.as_ref()?;
    let effort = match (asked.enabled, asked.effort, asked.budget_tokens) {
        (Some(false), _, _) => Some(Effort::None),
        (_, Some(effort), _) => Some(effort),
        (_, None, Some(budget)) => Some(Effort::from_budget_tokens(budget)),
        (_, None, None) => None,
    };
    let shown = match asked.summary.as_deref() {
        Some("none" | "omitted") => None,
        // Anthropic's clients see thoughts if they enable them and state nothing else.
        None if request.client == Dialect::Anthropic && asked.enabled == Some(true) => Some("auto"),
        summary => summary,
    };
    let off = effort == Some(Effort::None);
    if !vendor.reasons || lacks(vendor, "reasoning") {
        if effort.is_some() && !off {
            losses.add(request.path(Field::ReasoningEffort), "the model takes no effort");
        }
        if asked.summary.is_some() && shown.is_some() {
            losses.add(request.path(Field::ReasoningSummary), "the model does not think");
        }
        return None;
    }
    if asked.budget_tokens.is_some() && !off {
        let path = request.path(Field::ReasoningBudget);
        losses.add(path, "OpenAI's responses take an effort, and no budget");
    }
    // All of the other dialects' values request that thoughts be shown.
    let summary = shown.filter(|_| !off).map(|summary| match summary {
        "concise" | "detailed" => summary.to_owned(),
        _ => "auto".to_owned(),
    });
    let effort = effort.and_then(|effort| taken(effort, request, vendor, losses));
    let effort = effort.map(Effort::as_str);
    Some(Reasoning { effort, summary }).filter(|it| it.effort.is_some() || it.summary.is_some())
}

/// The additional content of the answer. As the vendor stores nothing, encrypted thoughts are requested wherever possible, so
/// that the next turn can return them.
pub(super) fn include(request: &Request, own_thoughts: bool, vendor: &Vendor) -> Vec<&'static str> {
    let thinks = vendor.reasons && !lacks(vendor, "include");
    let asked = request
        .reasoning
        .as_ref()
        .is_some_and(|asked| asked.enabled != Some(false) && asked.effort != Some(Effort::None));
    let mut include = Vec::new();
    if thinks && (asked || own_thoughts) {
        include.push("reasoning.encrypted_content");
    }
    if request.logprobs.is_some() {
        include.push("message.output_text.logprobs");
    }
    include
}
