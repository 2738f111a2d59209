//! Settings that the vendor does not accept, or accepts in other words.

use super::lacks;
use crate::Vendor;
use crate::chat::{Effort, Field, Format, Losses, Request};

/// The reason why cache markers are lost.
pub(super) const CACHES: &str = "OpenAI's chat completions cache prompts without markers";

/// Removes the settings that the vendor's row lists as refused.
pub(super) fn leave_out(request: &mut Request, vendor: &Vendor, losses: &mut Losses) {
    if request.cache.take().is_some() {
        losses.add(request.path(Field::Cache), CACHES);
    }
    for name in &vendor.quirks.unsupported {
        if let Some(field) = take(request, name) {
            losses.add(request.path(field), "the vendor refuses it");
        }
    }
}

/// Removes the field with this API's name, and returns which one it was if it was set.
fn take(request: &mut Request, name: &str) -> Option<Field> {
    let sampling = &mut request.sampling;
    let (field, was_there) = match name {
        "temperature" => (Field::Temperature, sampling.temperature.take().is_some()),
        "top_p" => (Field::TopP, sampling.top_p.take().is_some()),
        "top_k" => (Field::TopK, sampling.top_k.take().is_some()),
        "min_p" => (Field::MinP, sampling.min_p.take().is_some()),
        "seed" => (Field::Seed, sampling.seed.take().is_some()),
        "frequency_penalty" => {
            (Field::FrequencyPenalty, sampling.frequency_penalty.take().is_some())
        }
        "presence_penalty" => (Field::PresencePenalty, sampling.presence_penalty.take().is_some()),
        "repetition_penalty" => {
            (Field::RepetitionPenalty, sampling.repetition_penalty.take().is_some())
        }
        "logit_bias" => (Field::LogitBias, sampling.logit_bias.take().is_some()),
        _ => return take_other(request, name),
    };
    was_there.then_some(field)
}

fn take_other(request: &mut Request, name: &str) -> Option<Field> {
    let (field, was_there) = match name {
        "logprobs" => (Field::Logprobs, request.logprobs.take().is_some()),
        "top_logprobs" => {
            let top = request.logprobs.as_mut().and_then(|logprobs| logprobs.top.take());
            (Field::TopLogprobs, top.is_some())
        }
        "tools" => (Field::Tools, !std::mem::take(&mut request.tools).is_empty()),
        "tool_choice" => (Field::ToolChoice, request.tool_choice.take().is_some()),
        "parallel_tool_calls" => {
            (Field::ParallelToolCalls, request.parallel_tool_calls.take().is_some())
        }
        "response_format" => {
            let format = std::mem::replace(&mut request.format, Format::Text);
            (Field::Format, format != Format::Text)
        }
        "max_tokens" | "max_completion_tokens" => return None,
        "stop" => (Field::Stop, !std::mem::take(&mut request.stop).is_empty()),
        "n" => (Field::Choices, std::mem::replace(&mut request.choices, 1) > 1),
        "modalities" => (Field::Modalities, !std::mem::take(&mut request.modalities).is_empty()),
        "audio" => (Field::Audio, request.audio.take().is_some()),
        "verbosity" => (Field::Verbosity, request.verbosity.take().is_some()),
        "service_tier" => (Field::ServiceTier, request.service_tier.take().is_some()),
        "user" => (Field::User, request.user.take().is_some()),
        "metadata" => (Field::Metadata, request.metadata.take().is_some()),
        "prompt_cache_key" => (Field::PromptCacheKey, request.prompt_cache_key.take().is_some()),
        "store" => (Field::Store, request.store.take().is_some()),
        _ => return None,
    };
    was_there.then_some(field)
}

/// `standard_only` is Anthropic's value for no priority.
pub(super) fn service_tier(tier: Option<String>) -> Option<String> {
    tier.map(|tier| if tier == "standard_only" { "default".to_owned() } else { tier })
}

/// `reasoning_effort`: <https://platform.openai.com/docs/guides/reasoning>. It is not sent to a model that does not think, as
/// OpenAI then refuses the field.
pub(super) fn effort(
    request: &Request,
    vendor: &Vendor,
    losses: &mut Losses,
) -> Option<&'static str> {
    let asked = request.reasoning.as_ref()?;
    let shown = asked.summary.as_deref().filter(|summary| !matches!(*summary, "none" | "omitted"));
    if shown.is_some() {
        losses.add(
            request.path(Field::ReasoningSummary),
            "OpenAI's chat completions have no summaries of thoughts",
        );
    }
    let effort = match (asked.enabled, asked.effort, asked.budget_tokens) {
        (Some(false), _, _) => Effort::None,
        (_, Some(effort), _) => effort,
        (_, None, Some(budget)) => Effort::from_budget_tokens(budget),
        (_, None, None) => return None,
    };
    let takes_it = vendor.reasons && !lacks(vendor, "reasoning_effort");
    if !takes_it {
        if effort != Effort::None {
            losses.add(request.path(Field::ReasoningEffort), "the model takes no effort");
        }
        return None;
    }
    if asked.budget_tokens.is_some() && asked.enabled != Some(false) {
        let path = request.path(Field::ReasoningBudget);
        losses.add(path, "OpenAI's chat completions take an effort, and no budget");
    }
    taken(effort, request, vendor, losses).map(Effort::as_str)
}

/// The effort that the model takes in place of another, as far as the catalogue knows.
pub(crate) fn taken(
    effort: Effort,
    request: &Request,
    vendor: &Vendor,
    losses: &mut Losses,
) -> Option<Effort> {
    let Some(efforts) = &vendor.efforts else { return Some(effort) };
    let taken = effort.among(efforts);
    if taken != Some(effort) {
        let path = request.path(Field::ReasoningEffort);
        losses.add(
            path,
            match taken {
                Some(taken) => format!("the model has no such effort: {} is sent", taken.as_str()),
                None => "the model takes no effort".to_owned(),
            },
        );
    }
    taken
}
