//! Settings other than messages and tools.

use super::{Body, ResponseFormat, Thinking};
use crate::Vendor;
use crate::chat::{Effort, Field, Format, Losses, Reasoning, Request, Schema};
use serde_json::{Number, Value};
use std::mem;

/// "A list of up to 5 strings".
const MAX_STOP_SEQUENCES: usize = 5;

/// The lowest priority: "0-999".
const LAST: u32 = 999;

pub(super) fn write(request: &mut Request, vendor: &Vendor, body: &mut Body, losses: &mut Losses) {
    body.response_format = response_format(mem::replace(&mut request.format, Format::Text));
    body.max_tokens = request.max_output_tokens;
    body.stop_sequences = mem::take(&mut request.stop);
    if body.stop_sequences.len() > MAX_STOP_SEQUENCES {
        body.stop_sequences.truncate(MAX_STOP_SEQUENCES);
        losses.add(request.path(Field::Stop), "Cohere takes 5 stop sequences: the first are sent");
    }
    sampling(request, body, losses);
    if let Some(logprobs) = request.logprobs {
        body.logprobs = Some(true);
        if logprobs.top.is_some_and(|top| top > 0) {
            let reason = "Cohere says the probabilities of the chosen tokens only";
            losses.add(request.path(Field::TopLogprobs), reason);
        }
    }
    body.thinking = thinking(request, vendor, losses);
    body.priority = priority(request, losses);
    lose(request, losses);
}

/// A schema's name has no effect on the model; its description goes into the schema, unless that has one.
fn response_format(format: Format) -> Option<ResponseFormat> {
    let json_schema = match format {
        Format::Text => return None,
        Format::JsonObject => None,
        Format::JsonSchema(Schema { description, mut schema, .. }) => {
            if let (Value::Object(object), Some(description)) = (&mut schema, description) {
                object.entry("description").or_insert(Value::String(description));
            }
            Some(schema)
        }
    };
    Some(ResponseFormat { kind: "json_object", json_schema })
}

fn sampling(request: &mut Request, body: &mut Body, losses: &mut Losses) {
    let sampling = mem::take(&mut request.sampling);
    let mut within = |number: Option<Number>, field, least, most| {
        let number = number?;
        let said = number.as_f64().unwrap_or_default();
        if (f64::from(least)..=f64::from(most)).contains(&(said * 100.0)) {
            return Some(number);
        }
        let (least, most) = (f64::from(least) / 100.0, f64::from(most) / 100.0);
        let reason = format!("Cohere takes {least} to {most}: the nearest is sent");
        losses.add(request.path(field), reason);
        Number::from_f64(said.clamp(least, most))
    };
    // In hundredths.
    body.p = within(sampling.top_p, Field::TopP, 1_u16, 99_u16);
    // Zero is Cohere's default for both; some models refuse both together.
    let some = |number: &Number| number.as_f64() != Some(0.0);
    let frequency = sampling.frequency_penalty.filter(some);
    body.frequency_penalty = within(frequency, Field::FrequencyPenalty, 0, 100);
    let presence = sampling.presence_penalty.filter(some);
    body.presence_penalty = within(presence, Field::PresencePenalty, 0, 100);
    body.k = top_k(sampling.top_k, request, losses);
    body.temperature = sampling.temperature;
    body.seed = sampling.seed;
    for (there, field, reason) in [
        (sampling.min_p.is_some(), Field::MinP, "Cohere has no min_p"),
        (
            sampling.repetition_penalty.is_some(),
            Field::RepetitionPenalty,
            "Cohere has no repetition penalty",
        ),
        (
            sampling.logit_bias.is_some_and(|bias| !bias.is_empty()),
            Field::LogitBias,
            "Cohere has no logit bias",
        ),
    ] {
        if there {
            losses.add(request.path(field), reason);
        }
    }
}

/// 0 to 500. Cohere's default of 0 means no limit, as does -1 elsewhere.
fn top_k(number: Option<Number>, request: &Request, losses: &mut Losses) -> Option<Number> {
    const MOST: u64 = 500;
    let number = number.filter(|number| number.as_i64() != Some(-1))?;
    match number.as_u64() {
        Some(k) if k <= MOST => Some(number),
        Some(_) => {
            losses.add(request.path(Field::TopK), "Cohere takes at most 500: that is sent");
            Some(Number::from(MOST))
        }
        None => {
            losses.add(request.path(Field::TopK), "Cohere takes a whole number of at least 0");
            None
        }
    }
}

/// Cohere's reasoning models think unless they are told not to: <https://docs.cohere.com/v2/docs/reasoning>.
fn thinking(request: &mut Request, vendor: &Vendor, losses: &mut Losses) -> Option<Thinking> {
    let Reasoning { enabled, adaptive, effort, budget_tokens, summary, .. } =
        request.reasoning.take()?;
    let off = enabled == Some(false) || effort == Some(Effort::None);
    if !vendor.reasons {
        for (there, field) in [
            (effort.is_some(), Field::ReasoningEffort),
            (budget_tokens.is_some() || enabled.is_some() || adaptive, Field::ReasoningBudget),
            (summary.is_some(), Field::ReasoningSummary),
        ] {
            if there && !off {
                losses.add(request.path(field), "this model does not think before it answers");
            }
        }
        return None;
    }
    if off {
        return Some(Thinking { kind: "disabled", token_budget: None });
    }
    if summary.as_deref().is_some_and(|wanted| wanted != "auto") {
        let reason = "Cohere shows the thoughts of its models as they are";
        losses.add(request.path(Field::ReasoningSummary), reason);
    }
    // A budget derived from an effort leaves at least half of the answer's cap for words.
    let half = (request.max_output_tokens.unwrap_or(u64::MAX) / 2).max(1);
    let token_budget = budget_tokens.or(effort.map(|effort| effort.budget_tokens().min(half)));
    let asked = enabled.is_some() || adaptive || token_budget.is_some();
    asked.then_some(Thinking { kind: "enabled", token_budget })
}

/// "Lower numbers indicate higher priority (default: 0, the highest)."
fn priority(request: &Request, losses: &mut Losses) -> Option<u32> {
    match request.service_tier.as_deref()? {
        "auto" | "default" | "standard_only" => None,
        "priority" => Some(0),
        "flex" => Some(LAST),
        _ => {
            losses.add(request.path(Field::ServiceTier), "Cohere has no such tier");
            None
        }
    }
}

/// Notes the settings that Cohere lacks.
fn lose(request: &Request, losses: &mut Losses) {
    let spoken = request.modalities.iter().any(|modality| modality != "text");
    for (there, field, reason) in [
        (request.choices > 1, Field::Choices, "Cohere gives one answer"),
        (spoken, Field::Modalities, "Cohere answers in words only"),
        (request.audio.is_some(), Field::Audio, "Cohere answers in words only"),
        (request.verbosity.is_some(), Field::Verbosity, "Cohere has no verbosity"),
        (request.user.is_some(), Field::User, "Cohere has no ids of users"),
        (
            request.metadata.as_ref().is_some_and(|metadata| !metadata.is_empty()),
            Field::Metadata,
            "Cohere has no metadata",
        ),
        (request.prompt_cache_key.is_some(), Field::PromptCacheKey, "Cohere has no cache keys"),
        (request.cache.is_some(), Field::Cache, "Cohere caches prompts by itself"),
        (request.store == Some(true), Field::Store, "Cohere keeps no answers"),
    ] {
        if there {
            losses.add(request.path(field), reason);
        }
    }
}
