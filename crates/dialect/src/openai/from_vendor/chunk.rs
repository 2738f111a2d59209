//! A chunk of a vendor's stream, or its buffered answer: one shape for both.

use super::said::Said;
use crate::json::Scanner;
use crate::openai::usage;
use crate::vendor_fault::parsed;
use crate::{Operation, Usage};
use postern_fault::Fault;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Replaces half an emoji: vendors split them between two events.
const REPLACEMENT: &str = "\\ufffd";

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct Chunk<'a> {
    #[serde(default)]
    pub id: Option<String>,
    #[serde(default)]
    pub model: Option<String>,
    #[serde(default)]
    pub created: Option<f64>,
    #[serde(default)]
    pub service_tier: Option<String>,
    #[serde(default)]
    pub choices: Option<Vec<Choice<'a>>>,
    #[serde(default, borrow)]
    usage: Option<&'a RawValue>,
    #[serde(default)]
    x_groq: Option<Groq<'a>>,
    #[serde(default, borrow)]
    pub error: Option<&'a RawValue>,
}

/// Groq's first streams had the usage here: <https://console.groq.com/docs/api-reference#chat-create>.
#[derive(Debug, Deserialize)]
struct Groq<'a> {
    #[serde(default, borrow)]
    usage: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct Choice<'a> {
    /// A vendor that omits it has one choice.
    #[serde(default)]
    pub index: Option<u32>,
    #[serde(default)]
    pub delta: Option<Said<'a>>,
    /// In a buffered answer.
    #[serde(default)]
    pub message: Option<Said<'a>>,
    #[serde(default)]
    pub finish_reason: Option<String>,
    /// vLLM's field: the stop sequence, or the number of a token.
    #[serde(default)]
    pub stop_reason: Option<Value>,
    #[serde(default)]
    pub logprobs: Option<Logprobs>,
    /// OpenRouter's field: the vendor behind it failed.
    #[serde(default, borrow)]
    pub error: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Logprobs {
    #[serde(default)]
    pub content: Option<Vec<Value>>,
}

impl Chunk<'_> {
    /// None: the vendor reports no possible count.
    pub fn usage(&self) -> Option<Usage> {
        let raw = self.usage.or(self.x_groq.as_ref().and_then(|groq| groq.usage))?;
        if !raw.get().starts_with('{') {
            return None;
        }
        usage::read(Operation::Chat, &mut Scanner::lenient(raw.get())).ok().flatten()
    }
}

/// Reads `text` with `with`. If escapes of half a surrogate pair make that fail, they are replaced.
pub(super) fn read<T>(
    what: &str,
    text: &str,
    with: impl FnOnce(Chunk<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    match parsed::<Chunk<'_>>(what, text) {
        Ok(chunk) => with(chunk),
        Err(fault) => match mended(text) {
            Cow::Borrowed(_) => Err(fault),
            Cow::Owned(mended) => with(parsed(what, &mended)?),
        },
    }
}

/// The text with every escape of half a surrogate pair replaced.
fn mended(text: &str) -> Cow<'_, str> {
    let mut mended = String::new();
    let mut rest = text;
    let mut done = text;
    while let Some(at) = rest.find('\\') {
        let escape = rest.get(at..).unwrap_or_default();
        let length = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                let before = done.len() - escape.len();
                mended.push_str(done.get(..before).unwrap_or_default());
                mended.push_str(REPLACEMENT);
                done = escape.get(6..).unwrap_or_default();
                6
            }
            (Some(_), _) => 6,
            // A character of several bytes after a backslash is not JSON.
            (None, _) => escape.chars().take(2).map(char::len_utf8).sum(),
        };
        rest = escape.get(length..).unwrap_or_default();
    }
    if mended.is_empty() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(mended + done)
}

/// The code unit of a leading escape `\uXXXX`.
fn unit(escape: &str) -> Option<u32> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    u32::from_str_radix(digits, 16).ok()
}
