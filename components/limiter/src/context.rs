//! Does the request fit into the model's context?

use postern_contract::types::{Dialect, Metering, Operation, Prompt, RequestFacts};
use postern_fault::{Fault, Kind};
use postern_meter::AnswerCap;
use postern_tokenizer::prompt::Tokens;

/// Refuses a prompt that, with the client's own cap, exceeds the model's `context_tokens`. Another deployment may have
/// room.
///
/// Only exact counts matter here (words, calls, tools, token ids), without the factor of an estimate and without the
/// bounds on content that cannot be counted. A vendor's own count may be higher; then the vendor refuses.
pub fn check(
    metering: &Metering,
    prompt: &Prompt,
    tokens: impl FnOnce() -> Tokens,
) -> Result<(), Fault> {
    let facts = &prompt.facts;
    let has_context = match facts.operation {
        Operation::Chat => true,
        // Each of several prompts has a context of its own.
        Operation::Completions => facts.choices == 1,
        Operation::Embeddings
        | Operation::CountTokens
        | Operation::Rerank
        | Operation::Transcribe
        | Operation::Translate
        | Operation::Speak
        | Operation::GenerateImages
        | Operation::EditImages
        | Operation::VaryImages => false,
    };
    let Some(context_tokens) = metering.context_tokens.filter(|_| has_context) else {
        return Ok(());
    };
    // A higher cap than the model's is not sent.
    let most = metering.max_output_tokens.unwrap_or(u64::MAX);
    let cap_tokens = facts.output_cap_tokens.unwrap_or(0).min(most);
    // No token is shorter than a byte, so most requests need not be counted.
    if (prompt.body.len() as u64).saturating_add(cap_tokens) <= context_tokens {
        return Ok(());
    }
    let prompt_tokens = tokens().certain;
    if prompt_tokens.saturating_add(cap_tokens.max(1)) <= context_tokens {
        return Ok(());
    }
    Err(too_long(facts, context_tokens, prompt_tokens, cap_tokens))
}

/// Lowers a cap that the client did not set to what the prompt leaves.
pub fn fitting(cap: AnswerCap, metering: &Metering, tokens: impl FnOnce() -> Tokens) -> AnswerCap {
    let Some(context_tokens) = metering.context_tokens.filter(|_| cap.is_sent) else { return cap };
    let Tokens { input, certain, .. } = tokens();
    let room = |prompt: u64| context_tokens.checked_sub(prompt).filter(|room| *room > 0);
    let room = room(input).or_else(|| room(certain)).unwrap_or(1);
    AnswerCap { tokens: cap.tokens.min(room), ..cap }
}

/// The error, in the vendors' words.
fn too_long(
    facts: &RequestFacts,
    context_tokens: u64,
    prompt_tokens: u64,
    cap_tokens: u64,
) -> Fault {
    let asked = prompt_tokens.saturating_add(cap_tokens);
    let (param, public) = match (facts.client, cap_tokens) {
        (Dialect::Anthropic, _) if prompt_tokens > context_tokens => (
            "messages",
            format!("prompt is too long: {prompt_tokens} tokens > {context_tokens} maximum"),
        ),
        (Dialect::Anthropic, _) => (
            "max_tokens",
            format!(
                "input length and `max_tokens` exceed context limit: {prompt_tokens} + {cap_tokens} > {context_tokens}, decrease input length or `max_tokens` and try again"
            ),
        ),
        (dialect, _) => {
            let param = match (dialect, facts.operation) {
                (Dialect::Responses, _) => "input",
                (_, Operation::Completions) => "prompt",
                _ => "messages",
            };
            let public = format!(
                "This model's maximum context length is {context_tokens} tokens. However, you requested {asked} tokens ({prompt_tokens} in the {param}, {cap_tokens} in the completion). Please reduce the length of the {param} or completion."
            );
            (param, public)
        }
    };
    let fault = Fault::new(Kind::InvalidRequest, public).with_param(param);
    Fault { retryable: true, ..fault.with_code("context_length_exceeded") }
}
