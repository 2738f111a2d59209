//! What an answer cost: `UsageMetadata` of <https://ai.google.dev/api/generate-content#UsageMetadata>.

use super::wire::{ModalityCount, UsageMetadata};
use crate::Usage;

/// More than any answer can cost.
const MAX_TOKENS: u64 = 1_000_000_000;

/// The prompt's count has the cached tokens in it, and not the results of Google's own tools; the candidates' count has
/// not the thoughts. None: no sensible count.
pub(super) fn usage(read: &UsageMetadata) -> Option<Usage> {
    let reasoning_tokens = read.thoughts_token_count.unwrap_or_default();
    let input = read.prompt_token_count?;
    let usage = Usage {
        input_tokens: input.saturating_add(read.tool_use_prompt_token_count.unwrap_or_default()),
        cached_input_tokens: read.cached_content_token_count.unwrap_or_default(),
        output_tokens: read
            .candidates_token_count
            .unwrap_or_default()
            .saturating_add(reasoning_tokens),
        reasoning_tokens,
        audio_input_tokens: audio(read.prompt_tokens_details.as_deref())
            .saturating_add(audio(read.tool_use_prompt_tokens_details.as_deref())),
        audio_output_tokens: audio(read.candidates_tokens_details.as_deref()),
        ..Usage::default()
    };
    let sensible = usage.input_tokens <= MAX_TOKENS
        && usage.output_tokens <= MAX_TOKENS
        && usage.cached_input_tokens <= usage.input_tokens;
    sensible.then_some(usage)
}

fn audio(counts: Option<&[ModalityCount]>) -> u64 {
    let counts = counts.unwrap_or_default().iter();
    let audio = counts.filter(|count| count.modality.as_deref() == Some("AUDIO"));
    audio.fold(0, |sum, count| sum.saturating_add(count.token_count.unwrap_or_default()))
}

/// The tier that served the answer, in the hub's words: the Gemini API says it as it takes it, Vertex AI as `trafficType`.
pub(super) fn tier(read: &UsageMetadata) -> Option<&'static str> {
    match read.service_tier.as_deref().or(read.traffic_type.as_deref())? {
        "standard" | "ON_DEMAND" => Some("default"),
        "flex" | "ON_DEMAND_FLEX" => Some("flex"),
        "priority" | "ON_DEMAND_PRIORITY" => Some("priority"),
        _ => None,
    }
}
