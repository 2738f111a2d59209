//! The settings of a request other than its conversation.

use super::body::{Body, InferenceConfig, JsonSchema, OutputConfig, TextFormat, Typed};
use crate::bedrock::family::{Family, Sampling, Thinking, TopK};
use crate::chat::{Field, Format, Losses, Request, Schema};
use serde_json::{Map, Number, Value, json};
use std::collections::BTreeMap;

/// The minimum of top-p beside thoughts:
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html>.
const MIN_TOP_P_OF_THOUGHTS: f64 = 0.95;

/// Writes the settings that Converse has fields for; `thinks`: thinking was requested.
pub(super) fn write(
    request: &mut Request,
    family: Family,
    thinks: bool,
    body: &mut Body,
    losses: &mut Losses,
) {
    lose(request, losses);
    let (temperature, top_p) = temperature_and_top_p(request, family, thinks, losses);
    top_k(request, family, thinks, body, losses);
    let config = InferenceConfig {
        max_tokens: request.max_output_tokens,
        temperature,
        top_p,
        stop_sequences: std::mem::take(&mut request.stop),
    };
    if family.claude && !config.stop_sequences.is_empty() {
        body.additional_model_response_field_paths = Some(["/stop_sequence"]);
    }
    body.inference_config = (config != InferenceConfig::default()).then_some(config);
    body.service_tier = tier(request, losses);
    body.request_metadata = metadata(request, losses);
}

/// The schema in Converse's form, for families that accept it.
pub(super) fn schema(schema: Schema) -> OutputConfig {
    let name = if schema.name.is_empty() { "answer".to_owned() } else { schema.name };
    let description = schema.description;
    let schema = JsonSchema { schema: schema.schema.to_string(), name, description };
    let structure = BTreeMap::from([("jsonSchema", schema)]);
    let text_format = Some(TextFormat { r#type: "json_schema", structure });
    OutputConfig { text_format, effort: None }
}

/// Whether Converse itself is to enforce the schema. A tool works with every model that has tools; Converse's own way only with
/// some, and only for schemas that are strict already (it refuses all others).
pub(super) fn takes_schema(format: &Format, family: Family) -> bool {
    matches!(format, Format::JsonSchema(Schema { strict: Some(true), .. })) && family.schemas
}

/// Notes the settings that Converse lacks.
fn lose(request: &Request, losses: &mut Losses) {
    let sampling = &request.sampling;
    let lacks = [
        (request.choices > 1, Field::Choices, "Bedrock gives one answer"),
        (sampling.min_p.is_some(), Field::MinP, "Bedrock has no min-p"),
        (sampling.seed.is_some(), Field::Seed, "Bedrock has no seed"),
        (sampling.frequency_penalty.is_some(), Field::FrequencyPenalty, "Bedrock has no penalties"),
        (sampling.presence_penalty.is_some(), Field::PresencePenalty, "Bedrock has no penalties"),
        (
            sampling.repetition_penalty.is_some(),
            Field::RepetitionPenalty,
            "Bedrock has no penalties",
        ),
        (sampling.logit_bias.is_some(), Field::LogitBias, "Bedrock has no bias of tokens"),
        (request.logprobs.is_some(), Field::Logprobs, "Bedrock gives no probabilities"),
        (
            request.logprobs.is_some_and(|logprobs| logprobs.top.is_some()),
            Field::TopLogprobs,
            "Bedrock gives no probabilities",
        ),
        (
            request.parallel_tool_calls == Some(false),
            Field::ParallelToolCalls,
            "Bedrock cannot forbid several calls",
        ),
        (
            request.modalities.iter().any(|kind| kind != "text"),
            Field::Modalities,
            "Bedrock answers in words",
        ),
        (request.audio.is_some(), Field::Audio, "Bedrock answers in words"),
        (request.verbosity.is_some(), Field::Verbosity, "Bedrock has no verbosity"),
        (request.user.is_some(), Field::User, "Bedrock has no end users"),
        (request.prompt_cache_key.is_some(), Field::PromptCacheKey, "Bedrock's cache has no keys"),
        (request.store == Some(true), Field::Store, "Bedrock keeps no answers"),
    ];
    for (_, field, reason) in lacks.into_iter().filter(|(lacks, ..)| *lacks) {
        losses.add(request.path(field), reason);
    }
}

fn temperature_and_top_p(
    request: &mut Request,
    family: Family,
    thinks: bool,
    losses: &mut Losses,
) -> (Option<Number>, Option<Number>) {
    let mut temperature = request.sampling.temperature.take();
    let mut top_p = request.sampling.top_p.take();
    let mut lost = |field, reason| losses.add(request.path(field), reason);
    let is = |number: &Option<Number>, wanted: fn(f64) -> bool| {
        number.as_ref().and_then(Number::as_f64).is_some_and(wanted)
    };
    if is(&temperature, |temperature| temperature > 1.0) {
        lost(Field::Temperature, "Bedrock's temperature ends at 1");
        temperature = Some(1.into());
    }
    let thinks = thinks && family.claude;
    let neither = family.sampling == Sampling::Neither;
    if (neither || thinks) && temperature.is_some() && !is(&temperature, |t| t == 1.0) {
        lost(Field::Temperature, "this model on Bedrock takes no temperature here");
    }
    if neither || thinks {
        temperature = None;
    }
    if (neither && !is(&top_p, |top_p| top_p == 1.0)
        || thinks && !is(&top_p, |top_p| top_p >= MIN_TOP_P_OF_THOUGHTS))
        && top_p.take().is_some()
    {
        lost(Field::TopP, "this model on Bedrock takes no top-p here");
    }
    if neither {
        top_p = None;
    }
    if family.sampling == Sampling::One && temperature.is_some() && top_p.take().is_some() {
        lost(Field::TopP, "this model on Bedrock takes temperature or top-p, not both");
    }
    (temperature, top_p)
}

fn top_k(
    request: &mut Request,
    family: Family,
    thinks: bool,
    body: &mut Body,
    losses: &mut Losses,
) {
    let Some(top_k) = request.sampling.top_k.take() else { return };
    let fields = &mut body.additional_model_request_fields;
    match family.top_k {
        TopK::Field(name) if !(thinks && family.claude) => {
            fields.insert(name.to_owned(), Value::Number(top_k));
        }
        TopK::Nova if family.thinking != Thinking::Nova || !thinks => {
            fields.insert("inferenceConfig".to_owned(), json!({ "topK": top_k }));
        }
        _ => losses.add(request.path(Field::TopK), "this model on Bedrock takes no top-k here"),
    }
}

fn tier(request: &Request, losses: &mut Losses) -> Option<Typed> {
    let r#type = match request.service_tier.as_deref()? {
        "auto" => return None,
        "default" | "standard_only" => "default",
        "priority" => "priority",
        "flex" => "flex",
        "reserved" => "reserved",
        _ => {
            losses.add(request.path(Field::ServiceTier), "Bedrock does not have this tier");
            return None;
        }
    };
    Some(Typed { r#type })
}

/// `RequestMetadata`: at most 16 pairs of short texts in a limited character set.
fn metadata(request: &mut Request, losses: &mut Losses) -> Map<String, Value> {
    const MAX_PAIRS: usize = 16;
    const MAX_CHARACTERS: usize = 256;
    let fits = |text: &str| {
        let known = |c: char| {
            c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || ":_@$#=/+,-.".contains(c)
        };
        text.len() <= MAX_CHARACTERS && text.chars().all(known)
    };
    let mut kept = Map::new();
    let mut lost = false;
    for (name, value) in request.metadata.take().unwrap_or_default() {
        let takes = kept.len() < MAX_PAIRS
            && !name.is_empty()
            && fits(&name)
            && value.as_str().is_some_and(fits);
        lost |= !takes;
        if takes {
            kept.insert(name, value);
        }
    }
    if lost {
        let reason = "Bedrock takes 16 pairs of short plain texts: the others are left out";
        losses.add(request.path(Field::Metadata), reason);
    }
    kept
}
