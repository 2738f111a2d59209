//! The usage of an answer: `UsageMetadata` of <https://ai.google.dev/api/generate-content#UsageMetadata>.

use super::wire::{ModalityCount, UsageMetadata};
use crate::Usage;
use crate::usage::{Count, Said};

/// The prompt's count includes cached tokens but not the results of Google's own tools; the candidates' count excludes
/// thoughts. None: it has no possible count.
pub(super) fn usage(read: &UsageMetadata) -> Option<Usage> {
    let prompt = read.prompt_token_count;
    let said = Said {
        // The results alone are not the prompt's count.
        input: match prompt {
            Count::Of(_) => Count::sum([prompt, read.tool_use_prompt_token_count]),
            other => other,
        },
        output: Count::sum([read.candidates_token_count, read.thoughts_token_count]),
        total: read.total_token_count,
        cached: read.cached_content_token_count,
        reasoning: read.thoughts_token_count,
        audio_input: Count::sum([
            audio(&read.prompt_tokens_details),
            audio(&read.tool_use_prompt_tokens_details),
        ]),
        audio_output: audio(&read.candidates_tokens_details),
        ..Said::default()
    };
    said.usage()
}

fn audio(counts: &[ModalityCount]) -> Count {
    let audio = counts.iter().filter(|count| count.modality.as_deref() == Some("AUDIO"));
    audio.fold(Count::Unsaid, |sum, count| Count::sum([sum, count.token_count]))
}

/// The tier that served the answer, in the hub's words: the Gemini API reports it in the form of the request, Vertex AI as
/// `trafficType`.
pub(super) fn tier(read: &UsageMetadata) -> Option<&'static str> {
    match read.service_tier.as_deref().or(read.traffic_type.as_deref())? {
        "standard" | "ON_DEMAND" => Some("default"),
        "flex" | "ON_DEMAND_FLEX" => Some("flex"),
        "priority" | "ON_DEMAND_PRIORITY" => Some("priority"),
        _ => None,
    }
}
