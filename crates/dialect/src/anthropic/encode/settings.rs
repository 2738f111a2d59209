//! Sampling and related settings, and those that Anthropic lacks.

use super::{Body, Metadata, media, refuses};
use crate::anthropic::block::Marker;
use crate::chat::{Field, Losses, Request};
use crate::{Dialect, Vendor};
use postern_fault::Fault;
use serde_json::Number;

/// Notes the settings that Anthropic lacks.
///
/// # Errors
/// An answer in sound only.
pub(super) fn lose_unknown(request: &Request, losses: &mut Losses) -> Result<(), Fault> {
    let sampling = &request.sampling;
    let logprobs = request.logprobs;
    let asked = [
        (Field::Choices, request.choices > 1, "Anthropic gives one answer"),
        (Field::Seed, sampling.seed.is_some(), "Anthropic has no seed"),
        (Field::MinP, sampling.min_p.is_some(), "Anthropic has no min_p"),
        (Field::FrequencyPenalty, is_not_zero(sampling.frequency_penalty.as_ref()), NO_PENALTY),
        (Field::PresencePenalty, is_not_zero(sampling.presence_penalty.as_ref()), NO_PENALTY),
        (Field::RepetitionPenalty, sampling.repetition_penalty.is_some(), NO_PENALTY),
        (Field::LogitBias, sampling.logit_bias.is_some(), "Anthropic has no bias of tokens"),
        (Field::Logprobs, logprobs.is_some(), NO_LOGPROBS),
        (Field::TopLogprobs, logprobs.is_some_and(|asked| asked.top.is_some()), NO_LOGPROBS),
        (Field::Verbosity, request.verbosity.is_some(), "Anthropic has no verbosity"),
        (Field::Audio, request.audio.is_some(), "Anthropic does not speak"),
        (Field::Metadata, request.metadata.is_some(), "Anthropic keeps none but the user's id"),
        (Field::PromptCacheKey, request.prompt_cache_key.is_some(), "Anthropic has no such key"),
        (Field::Store, request.store == Some(true), "Anthropic keeps no answers"),
    ];
    for (field, _, reason) in asked.into_iter().filter(|(_, asked, _)| *asked) {
        losses.add(request.path(field), reason);
    }
    let path = request.path(Field::Modalities);
    let says = |modality: &str| request.modalities.iter().any(|said| said == modality);
    if says("audio") && !says("text") {
        return Err(media::unsupported(path, "answers in audio alone"));
    }
    if request.modalities.iter().any(|said| said != "text") {
        losses.add(path, "Anthropic answers in text only");
    }
    Ok(())
}

const NO_LOGPROBS: &str = "Anthropic tells no probabilities";

const NO_PENALTY: &str = "Anthropic has no penalties";

/// Zero is the default.
fn is_not_zero(number: Option<&Number>) -> bool {
    number.is_some_and(|number| number.as_f64() != Some(0.0))
}

pub(super) fn fill(request: &mut Request, vendor: &Vendor, body: &mut Body, losses: &mut Losses) {
    sampling(request, vendor, body, losses);
    stop(request, body, losses);
    tier(request, body, losses);
    body.metadata = request.user.take().map(|user_id| Metadata { user_id });
    body.cache_control = request.cache.take().map(Marker::from);
}

fn sampling(request: &mut Request, vendor: &Vendor, body: &mut Body, losses: &mut Losses) {
    let mut take = |field: Field, name: &str| {
        let sampling = &mut request.sampling;
        let number = match field {
            Field::Temperature => sampling.temperature.take(),
            Field::TopP => sampling.top_p.take(),
            _ => sampling.top_k.take(),
        };
        if number.is_some() && refuses(vendor, name) {
            losses.add(request.path(field), format!("the model takes no {name}"));
            return None;
        }
        number
    };
    body.temperature = take(Field::Temperature, "temperature");
    body.top_p = take(Field::TopP, "top_p");
    body.top_k = take(Field::TopK, "top_k");
    if body.temperature.as_ref().and_then(Number::as_f64).is_some_and(|degrees| degrees > 1.0) {
        losses.add(request.path(Field::Temperature), "Anthropic's highest, 1, is sent");
        body.temperature = Some(Number::from(1));
    }
    // Models since Claude Opus 4.1 refuse both together; clients of OpenAI's dialect often send both, one at its default.
    if request.client != Dialect::Anthropic && body.temperature.is_some() {
        let top_p = body.top_p.take();
        if top_p.is_some_and(|top_p| top_p.as_f64() != Some(1.0)) {
            losses.add(request.path(Field::TopP), "Anthropic takes no top_p beside a temperature");
        }
    }
}

/// Anthropic refuses a stop sequence of white space only.
fn stop(request: &mut Request, body: &mut Body, losses: &mut Losses) {
    let stop = std::mem::take(&mut request.stop);
    let asked = stop.len();
    body.stop_sequences = stop.into_iter().filter(|text| !text.trim().is_empty()).collect();
    if body.stop_sequences.len() < asked {
        losses.add(request.path(Field::Stop), "Anthropic does not stop at white space");
    }
}

/// <https://platform.claude.com/docs/en/api/service-tiers>: priority capacity if available, or never.
fn tier(request: &mut Request, body: &mut Body, losses: &mut Losses) {
    let Some(tier) = request.service_tier.take() else { return };
    body.service_tier = match tier.as_str() {
        "auto" | "priority" => Some("auto"),
        "default" | "standard" | "standard_only" => Some("standard_only"),
        _ => {
            losses.add(request.path(Field::ServiceTier), "Anthropic has no such tier");
            None
        }
    };
}
