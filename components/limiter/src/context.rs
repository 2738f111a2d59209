//! Does the request fit into the model's context?

use postern_contract::types::{Dialect, Metering, Operation, Prompt, RequestFacts};
use postern_fault::{Fault, Kind};
use postern_meter::{AnswerCap, DEFAULT_ANSWER_TOKENS};
use postern_tokenizer::prompt::Tokens;

/// Less than this part of the context is no room for the answer that was asked for.
const LEAST_ROOM: u64 = 16;

/// Refuses a prompt that exceeds the model's `context_tokens`, alone or with the client's own cap; another deployment may have
/// room. Returns what is left for an answer, where a cap could be above it.
///
/// Only exact counts refuse (words, calls, tools, token ids), without the factor of an estimate and without the
/// bounds on content that cannot be counted. A vendor's own count may be higher; then the vendor refuses.
pub fn check(
    metering: &Metering,
    prompt: &Prompt,
    tokens: impl Fn() -> Tokens,
) -> Result<Option<u64>, Fault> {
    let facts = &prompt.facts;
    let Some(context_tokens) = metering.context_tokens.filter(|_| has_context(facts)) else {
        return Ok(None);
    };
    // A higher cap than the model's is not sent.
    let most = metering.max_output_tokens.unwrap_or(u64::MAX);
    let own = facts.output_cap_tokens.map(|cap| cap.min(most));
    let asked = own.unwrap_or(metering.max_output_tokens.unwrap_or(DEFAULT_ANSWER_TOKENS));
    // No token is shorter than a byte, so most requests need not be counted.
    if (prompt.body.len() as u64).saturating_add(asked) <= context_tokens {
        return Ok(None);
    }
    let prompt_tokens = tokens().certain;
    let fits = |cap: u64| prompt_tokens.saturating_add(cap) <= context_tokens;
    let room = left(context_tokens, tokens());
    match own {
        Some(cap) if fits(cap.max(1)) => Ok(None),
        Some(cap) if fits(1) && cap > 1 && room >= (context_tokens / LEAST_ROOM).max(1) => {
            Ok(Some(room))
        }
        None if fits(1) => Ok(Some(room).filter(|room| *room < asked)),
        _ => Err(too_long(facts, context_tokens, prompt_tokens, own.unwrap_or(0))),
    }
}

fn has_context(facts: &RequestFacts) -> bool {
    match facts.operation {
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
    }
}

/// What a prompt leaves of the context, at least one token. Vendors count more than we do (a template around each message, a
/// prompt of their own), so a part is left free: an eighth of the prompt and a 32nd of the context, up to 256 tokens.
fn left(context_tokens: u64, tokens: Tokens) -> u64 {
    let free = |prompt: u64| {
        let beside = (context_tokens / 32).min(256).saturating_add(prompt / 8);
        context_tokens.checked_sub(prompt.saturating_add(beside)).filter(|room| *room > 0)
    };
    free(tokens.input).or_else(|| free(tokens.certain)).unwrap_or(1)
}

/// Lowers a cap that the client did not set to what the prompt leaves.
pub fn fitting(cap: AnswerCap, metering: &Metering, tokens: impl FnOnce() -> Tokens) -> AnswerCap {
    let Some(context_tokens) = metering.context_tokens.filter(|_| cap.is_sent) else { return cap };
    AnswerCap { tokens: cap.tokens.min(left(context_tokens, tokens())), ..cap }
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
