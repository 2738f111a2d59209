//! Thoughts in this API, which has no place for them: the conventions of the servers that speak it.
//!
//! Words are in `reasoning_content` (DeepSeek: <https://api-docs.deepseek.com/guides/thinking_mode>) or `reasoning`. Data that
//! must be returned unchanged is in a list `reasoning_details`, which a client copies into its next request
//! (<https://openrouter.ai/docs/use-cases/reasoning-tokens>): `reasoning.text` with a `signature`, `reasoning.summary`, and
//! `reasoning.encrypted` with its `data`.
//!
//! The seal of a detail from a vendor of this API is the detail itself without its words; the seal of words without a detail is
//! the name of their field. Another maker's seal is an envelope ([`Sealed::into_text`]) in `signature` or `data`, and the
//! detail's `id` is that of the tool call before which it stands.

use crate::Dialect;
use crate::chat::{Reasoned, Sealed};
use serde_json::{Map, Value, json};

/// The fields in which servers send words alone.
pub(super) const CONTENT: &str = "reasoning_content";
pub(super) const REASONING: &str = "reasoning";
/// Mistral's parts of the content: <https://docs.mistral.ai/capabilities/reasoning/>.
pub(super) const THINKING: &str = "thinking";

pub(super) const TEXT: &str = "reasoning.text";
pub(super) const SUMMARY: &str = "reasoning.summary";
pub(super) const ENCRYPTED: &str = "reasoning.encrypted";

/// One of `reasoning_details`.
pub(super) type Detail = Map<String, Value>;

pub(super) fn kind(detail: &Detail) -> &str {
    detail.get("type").and_then(Value::as_str).unwrap_or_default()
}

/// The seal of words that came in their own field.
pub(super) fn of_field(field: &str) -> Sealed {
    Sealed { maker: Dialect::OpenAi, id: None, data: field.to_owned() }
}

/// The field of the words, if their seal is no more than that.
pub(super) fn field(sealed: &Sealed) -> Option<&'static str> {
    let own = sealed.maker == Dialect::OpenAi;
    [CONTENT, REASONING, THINKING].into_iter().find(|field| own && sealed.data == *field)
}

/// The detail that is the seal of a vendor of this API.
pub(super) fn own_detail(sealed: &Sealed) -> Option<Detail> {
    if sealed.maker != Dialect::OpenAi {
        return None;
    }
    serde_json::from_str(&sealed.data).ok()
}

/// The seal of a detail without its words. None if the detail holds nothing that must be returned.
pub(super) fn seal(mut detail: Detail) -> Option<Sealed> {
    let opaque = ["signature", "data"]
        .into_iter()
        .find_map(|field| detail.get(field).and_then(Value::as_str))
        .filter(|opaque| !opaque.is_empty());
    if let Some(sealed) = opaque.map(|opaque| Sealed::from_text(Dialect::OpenAi, opaque))
        && sealed.maker != Dialect::OpenAi
    {
        return Some(sealed);
    }
    opaque?;
    detail.shift_remove("index");
    let id = detail.get("id").and_then(Value::as_str).map(str::to_owned);
    Some(Sealed { maker: Dialect::OpenAi, id, data: Value::Object(detail).to_string() })
}

/// Removes the words from a detail and returns them.
pub(super) fn take_words(detail: &mut Detail) -> Option<String> {
    let field = if kind(detail) == SUMMARY { "summary" } else { "text" };
    match detail.shift_remove(field) {
        Some(Value::String(words)) => Some(words),
        _ => None,
    }
}

/// The details with which a client returns thoughts; empty if the words alone are enough.
pub(super) fn details(reasoned: &Reasoned) -> Vec<Detail> {
    let Some(sealed) = &reasoned.sealed else { return Vec::new() };
    if field(sealed).is_some() {
        return Vec::new();
    }
    let mut details: Vec<Value> =
        reasoned.summary.iter().map(|words| json!({ "type": SUMMARY, "summary": words })).collect();
    if let Some(detail) = own_detail(sealed) {
        details.push(Value::Object(with_words(detail, &reasoned.text)));
    } else {
        let opaque = sealed.into_text(Dialect::OpenAi);
        // Anthropic distinguishes a signed thought without words from one whose words are hidden.
        let signed = matches!(sealed.maker, Dialect::Anthropic | Dialect::Bedrock)
            && reasoned.summary.is_empty()
            && !reasoned.redacted;
        details.push(if signed || !reasoned.text.is_empty() {
            json!({ "type": TEXT, "text": reasoned.text, "signature": opaque })
        } else {
            json!({ "type": ENCRYPTED, "data": opaque })
        });
    }
    details.into_iter().filter_map(into_detail).collect()
}

fn into_detail(value: Value) -> Option<Detail> {
    match value {
        Value::Object(detail) => Some(detail),
        _ => None,
    }
}

/// A detail as its vendor sent it, with the words after its type.
pub(super) fn with_words(detail: Detail, words: &str) -> Detail {
    let field = match kind(&detail) {
        SUMMARY => "summary",
        TEXT => "text",
        _ => return detail,
    };
    let mut whole = Detail::new();
    for (name, value) in detail {
        let is_type = name == "type";
        whole.insert(name, value);
        if is_type {
            whole.insert(field.to_owned(), words.into());
        }
    }
    whole
}

/// The thoughts that a client returns as details, each with the detail's id.
pub(super) fn from_details(details: Vec<Detail>) -> Vec<(Reasoned, Option<String>)> {
    let mut thoughts = Vec::new();
    let mut summary = Vec::new();
    for mut detail in details {
        let is_summary = kind(&detail) == SUMMARY;
        let words = take_words(&mut detail).unwrap_or_default();
        if is_summary {
            summary.push(words);
            continue;
        }
        let id = detail.get("id").and_then(Value::as_str).map(str::to_owned);
        let encrypted = kind(&detail) == ENCRYPTED;
        let summary = if encrypted { std::mem::take(&mut summary) } else { Vec::new() };
        let sealed = seal(detail);
        let hides = |sealed: &Sealed| matches!(sealed.maker, Dialect::Anthropic | Dialect::Bedrock);
        let redacted = encrypted && summary.is_empty() && sealed.as_ref().is_some_and(hides);
        thoughts.push((Reasoned { text: words, summary, sealed, redacted }, id));
    }
    if !summary.is_empty() {
        thoughts.push((Reasoned { summary, ..Reasoned::default() }, None));
    }
    thoughts
}
