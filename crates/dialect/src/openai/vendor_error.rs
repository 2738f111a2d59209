//! A vendor's error object, in the shapes that servers of this dialect give it.

use serde_json::Value;
use std::borrow::Cow;

/// What a vendor says went wrong.
#[derive(Debug, Default)]
pub(super) struct VendorError {
    pub message: Option<String>,
    pub kind: Option<String>,
    pub param: Option<String>,
    pub code: Option<String>,
}

impl VendorError {
    /// Read the body of an error, or the error within it: `{"error":{"message",...}}` as OpenAI has it; the same in an
    /// array (Google); `{"error":"..."}` (Ollama); the four fields without a wrapper (vLLM); `{"detail":"..."}`
    /// (FastAPI). What is none of these, or no JSON at all, says nothing.
    pub fn from_json(body: &str) -> Self {
        let value = serde_json::from_str(body).unwrap_or(Value::Null);
        let value = value.get(0).unwrap_or(&value);
        let error = value.get("error").unwrap_or(value);
        let field = |name: &str| error.get(name).and_then(written);
        VendorError {
            message: field("message")
                .or_else(|| field("detail"))
                .or_else(|| error.as_str().map(str::to_owned)),
            kind: field("type"),
            param: field("param"),
            code: field("code"),
        }
    }

    /// Whether type or code is one of these.
    pub fn is(&self, names: &[&str]) -> bool {
        [&self.kind, &self.code].into_iter().flatten().any(|said| names.contains(&said.as_str()))
    }

    /// The status that this error has when it is not said in a stream.
    pub fn status(&self) -> u16 {
        let said = self.code.as_deref().and_then(|code| code.parse::<u16>().ok());
        if let Some(status) = said.filter(|status| (400..600).contains(status)) {
            return status;
        }
        let known = STATUSES.iter().find(|(_, names)| self.is(names));
        known.map_or(500, |(status, _)| *status)
    }

    /// Status, type and code for the operator, with the message if it cannot hold a prompt.
    pub fn describe(&self, status: u16, with_message: bool) -> String {
        let mut text = format!("the provider said status {status}");
        for (name, value) in [("type", &self.kind), ("code", &self.code)] {
            if let Some(value) = value {
                text += &format!(", {name} {}", clip(&mask(value), 64));
            }
        }
        if let Some(message) = self.message.as_deref().filter(|_| with_message) {
            text += &format!(": {}", clip(&mask(message), MAX_PRIVATE_CHARS));
        }
        text
    }
}

/// Enough for any vendor's sentence; a page of HTML is none.
const MAX_PRIVATE_CHARS: usize = 300;

/// What the types and codes that vendors send in a stream mean. The first that fits holds.
const STATUSES: [(u16, &[&str]); 7] = [
    (429, &["insufficient_quota", "rate_limit_exceeded", "rate_limit_error", "tokens", "requests"]),
    (
        503,
        &[
            "overloaded_error",
            "server_is_overloaded",
            "service_unavailable_error",
            "slow_down",
            "engine_overloaded",
        ],
    ),
    (401, &["invalid_api_key", "authentication_error"]),
    (403, &["permission_error"]),
    (404, &["model_not_found", "not_found_error", "NotFoundError"]),
    (504, &["timeout", "timeout_error"]),
    (400, &["invalid_request_error", "BadRequestError", "context_length_exceeded"]),
];

fn written(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// At most `chars` characters of it.
pub(super) fn clip(text: &str, chars: usize) -> &str {
    text.char_indices().nth(chars).and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// The text without what looks like a credential: `sk-...` of OpenAI and its like, and a bearer's token.
pub(super) fn mask(text: &str) -> Cow<'_, str> {
    let mut masked = String::new();
    let mut rest = text;
    while let Some((before, secret)) = next_secret(rest) {
        let end = secret.find(|c: char| !is_of_secret(c)).unwrap_or(secret.len());
        masked += before;
        masked += "[masked]";
        rest = secret.get(end..).unwrap_or_default();
    }
    if masked.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(masked + rest) }
}

/// Split before the first thing that looks like a credential.
fn next_secret(text: &str) -> Option<(&str, &str)> {
    let starts = ["sk-", "gsk_", "xai-", "AIza", "Bearer "].into_iter().filter_map(|prefix| {
        let (at, _) = text.match_indices(prefix).find(|(at, _)| {
            // `risk-free` is no credential.
            text.get(..*at).is_none_or(|before| !before.ends_with(char::is_alphanumeric))
        })?;
        Some(if prefix == "Bearer " { at + prefix.len() } else { at })
    });
    starts.min().and_then(|at| text.split_at_checked(at)).filter(|(_, secret)| !secret.is_empty())
}

fn is_of_secret(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '*' | '.' | '/' | '+' | '=')
}
