//! A prompt that does not fit into the model's context: recognised in every vendor's words, told in those that clients act on.
//!
//! Clients shorten a conversation (they "compact" it) when they read that it is too long, and retry, or give up, at any other
//! refusal. Claude Code looks for Anthropic's own sentence, Codex for the code `context_length_exceeded`
//! (`codex-api/src/sse/responses.rs`), most others for OpenAI's code or sentence.

mod numbers;
mod words;

use crate::Dialect;
use crate::vendor_error::VendorError;
use numbers::Numbers;
use postern_fault::Fault;
use std::borrow::Cow;

/// OpenAI's code, by which a fault of this kind is known.
pub const CODE: &str = "context_length_exceeded";

/// Whether a vendor's error with this status says that the prompt is too long.
pub(crate) fn is(status: u16, error: &VendorError) -> bool {
    // Some servers answer 413 or 422, and some report it as their own failure.
    matches!(status, 400 | 413 | 422 | 500)
        && (error.is(&words::CODES) || error.message.as_deref().is_some_and(words::says))
        && !error.is(&words::OF_RATES)
}

/// The vendor's sentence, with the numbers that it has beside it (llama.cpp).
pub(crate) fn sentence(error: &VendorError) -> Option<String> {
    let message = error.message.as_deref()?;
    let said = Numbers::of(message);
    let beside = Numbers { prompt: error.prompt_tokens, most: error.context_tokens, cap: None };
    match (said.most, beside.most) {
        (None, Some(_)) => beside.as_openai_says(),
        _ => None,
    }
}

/// The text of a fault for a client: in the words that its dialect has for it, if it is one of this kind.
pub(crate) fn told(fault: &Fault, client: Dialect) -> Cow<'_, str> {
    let public = fault.public.as_str();
    if fault.code.as_deref() != Some(CODE) {
        return public.into();
    }
    match client {
        Dialect::Anthropic => as_anthropic_says(public),
        _ => as_openai_says(public),
    }
}

fn as_anthropic_says(public: &str) -> Cow<'_, str> {
    let numbers = Numbers::of(public);
    match numbers {
        _ if is_anthropics(public) => public.into(),
        Numbers { prompt: Some(prompt), cap: Some(cap), most: Some(most) }
            if prompt <= most && cap > 0 =>
        {
            format!("input length and `max_tokens` exceed context limit: {prompt} + {cap} > {most}, decrease input length or `max_tokens` and try again").into()
        }
        Numbers { prompt: Some(prompt), most: Some(most), .. } => {
            // A count that the vendor made otherwise, or of a part: the sentence must be true for programs that compare.
            let prompt = prompt.max(most.saturating_add(1));
            format!("prompt is too long: {prompt} tokens > {most} maximum").into()
        }
        _ => format!("prompt is too long. The provider says: {public}").into(),
    }
}

fn is_anthropics(public: &str) -> bool {
    public.starts_with("input length and `max_tokens` exceed context limit: ")
        || public.starts_with("prompt is too long: ") && public.ends_with(" maximum")
}

fn as_openai_says(public: &str) -> Cow<'_, str> {
    let says = |words: &str| public.contains(words);
    if says("maximum context length is ") || says("exceeds the context window") {
        return public.into();
    }
    match Numbers::of(public).as_openai_says() {
        Some(sentence) => sentence.into(),
        None => {
            format!("Your input exceeds the context window of this model. Please adjust your input and try again. The provider says: {public}").into()
        }
    }
}
