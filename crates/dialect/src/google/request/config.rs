//! The settings: `GenerationConfig` of <https://ai.google.dev/api/generate-content#generationconfig>.

use super::thinking;
use super::wire::GenerationConfig;
use crate::Vendor;
use crate::chat::{Field, Format, Losses, Request, Schema};
use serde_json::{Map, Number, Value, json};

/// `GenerationConfig.stopSequences`.
const MAX_STOP_SEQUENCES: usize = 5;

/// Notes the settings that Google lacks.
pub(super) fn tell_losses(request: &Request, losses: &mut Losses) {
    let sampling = &request.sampling;
    let absent = [
        (Field::MinP, sampling.min_p.is_some(), "Google has no min_p"),
        (Field::RepetitionPenalty, sampling.repetition_penalty.is_some(), NO_REPETITION),
        (Field::LogitBias, sampling.logit_bias.is_some(), "Google has no bias of tokens"),
        (Field::Verbosity, request.verbosity.is_some(), "Google has no verbosity"),
        (Field::User, request.user.is_some(), "Google has no field for the end user"),
        (Field::PromptCacheKey, request.prompt_cache_key.is_some(), CACHES_ITSELF),
        (Field::Cache, request.cache.is_some(), CACHES_ITSELF),
        (Field::Store, request.store == Some(true), "Google keeps no answers for later"),
    ];
    for (field, _, reason) in absent.into_iter().filter(|(_, asked, _)| *asked) {
        losses.add(request.path(field), reason);
    }
}

const NO_REPETITION: &str = "Google has no repetition penalty";
const CACHES_ITSELF: &str = "Google caches prompts by itself";

/// Metadata as labels, as far as they are valid: lower-case letters, digits, `_` and `-`, beginning with a letter, at most 63
/// characters (<https://docs.cloud.google.com/vertex-ai/generative-ai/docs/labels>).
pub(super) fn labels(
    request: &mut Request,
    vendor: &Vendor,
    losses: &mut Losses,
) -> Option<Map<String, Value>> {
    let field = request.path(Field::Metadata);
    let mut labels = request.metadata.take().filter(|metadata| !metadata.is_empty())?;
    if refuses(vendor, "labels") {
        losses.add(field, "the provider takes no labels");
        return None;
    }
    labels.retain(|key, value| {
        let starts = key.starts_with(|c: char| c.is_ascii_lowercase());
        let kept = starts && is_label(key) && value.as_str().is_some_and(is_label);
        if !kept {
            let reason = "Google's labels are at most 63 lower-case letters, digits, _ and -";
            losses.add(format!("{field}.{}", postern_fault::shown(key)), reason);
        }
        kept
    });
    (!labels.is_empty()).then_some(labels)
}

fn is_label(text: &str) -> bool {
    let of_label = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    text.len() <= 63 && text.chars().all(of_label)
}

/// Whether the vendor's row in the policy refuses one of these two fields, which are newer than the rest.
fn refuses(vendor: &Vendor, field: &str) -> bool {
    vendor.quirks.unsupported.iter().any(|unsupported| unsupported == field)
}

pub(super) fn service_tier(
    request: &Request,
    vendor: &Vendor,
    losses: &mut Losses,
) -> Option<&'static str> {
    match request.service_tier.as_deref()? {
        "auto" => None,
        _ if refuses(vendor, "serviceTier") => {
            losses.add(request.path(Field::ServiceTier), "the provider has one tier");
            None
        }
        "default" | "standard" | "standard_only" => Some("standard"),
        "flex" => Some("flex"),
        "priority" => Some("priority"),
        _ => {
            losses.add(request.path(Field::ServiceTier), "Google has no such tier");
            None
        }
    }
}

pub(super) fn encode(
    mut request: Request,
    vendor: &Vendor,
    losses: &mut Losses,
) -> GenerationConfig {
    let mut config = GenerationConfig {
        thinking_config: thinking::encode(&request, vendor, losses),
        ..GenerationConfig::default()
    };
    shape(&mut request, &mut config, losses);
    modalities(&mut request, &mut config, losses);
    if let Some(logprobs) = request.logprobs {
        config.response_logprobs = true;
        config.logprobs = logprobs.top.filter(|top| *top > 0);
    }
    config.stop_sequences = stop_sequences(&mut request, losses);
    config.seed = request.sampling.seed.take().filter(|seed| {
        let fits = is_32_bit(seed);
        if !fits {
            losses.add(request.path(Field::Seed), "Google's seeds have 32 bits");
        }
        fits
    });
    config.candidate_count = Some(request.choices).filter(|choices| *choices > 1);
    config.max_output_tokens = request.max_output_tokens;
    let sampling = request.sampling;
    config.temperature = sampling.temperature;
    config.top_p = sampling.top_p;
    config.top_k = sampling.top_k;
    config.presence_penalty = sampling.presence_penalty;
    config.frequency_penalty = sampling.frequency_penalty;
    config
}

fn is_32_bit(seed: &Number) -> bool {
    seed.as_i64().is_some_and(|seed| i32::try_from(seed).is_ok())
}

fn stop_sequences(request: &mut Request, losses: &mut Losses) -> Vec<String> {
    let mut stop = std::mem::take(&mut request.stop);
    if stop.len() > MAX_STOP_SEQUENCES {
        losses.add(request.path(Field::Stop), "Google has at most 5 stop sequences");
        stop.truncate(MAX_STOP_SEQUENCES);
    }
    stop
}

/// The form of the answer. `responseJsonSchema` accepts any JSON Schema, `responseSchema` only OpenAPI's part of it. Google
/// always follows a schema, and has no names for schemas.
fn shape(request: &mut Request, config: &mut GenerationConfig, losses: &mut Losses) {
    let path = request.path(Field::Format);
    match std::mem::replace(&mut request.format, Format::Text) {
        Format::Text => {}
        Format::JsonObject => config.response_mime_type = Some("application/json"),
        Format::JsonSchema(Schema { description, mut schema, .. }) => {
            if let Some(description) = description {
                match schema.as_object_mut() {
                    Some(object) if !object.contains_key("description") => {
                        object.insert("description".to_owned(), Value::String(description));
                    }
                    _ => losses.add(path, "Google has no description beside the schema's own"),
                }
            }
            config.response_mime_type = Some("application/json");
            config.response_json_schema = Some(schema);
        }
    }
}

/// Spoken answers: <https://ai.google.dev/gemini-api/docs/speech-generation>. The sound has 24,000 16-bit samples a second.
fn modalities(request: &mut Request, config: &mut GenerationConfig, losses: &mut Losses) {
    let asked = std::mem::take(&mut request.modalities);
    let mut audio = false;
    for modality in &asked {
        match modality.as_str() {
            "text" => config.response_modalities.push("TEXT"),
            "image" => config.response_modalities.push("IMAGE"),
            "audio" => audio = true,
            _ => losses.add(request.path(Field::Modalities), "Google has no such modality"),
        }
    }
    if audio {
        // Google cannot combine speech with other modalities.
        if !config.response_modalities.is_empty() {
            losses.add(request.path(Field::Modalities), "Google gives a voice without its words");
        }
        config.response_modalities = vec!["AUDIO"];
    } else if config.response_modalities == ["TEXT"] {
        config.response_modalities.clear();
    }
    let Some(settings) = request.audio.take().filter(|_| audio) else { return };
    let path = request.path(Field::Audio);
    if settings.get("format").is_some_and(|format| format != "pcm16") {
        losses.add(format!("{path}.format"), "Google answers in pcm16 only");
    }
    match settings.get("voice").and_then(Value::as_str) {
        Some(voice) if !OPENAIS_VOICES.contains(&voice) => {
            let voice = json!({ "prebuiltVoiceConfig": { "voiceName": voice } });
            config.speech_config = Some(json!({ "voiceConfig": voice }));
        }
        Some(_) => losses.add(format!("{path}.voice"), "Google has voices of its own"),
        None => {}
    }
}

/// <https://platform.openai.com/docs/guides/text-to-speech#voice-options>.
const OPENAIS_VOICES: [&str; 13] = [
    "alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage",
    "shimmer", "verse",
];
