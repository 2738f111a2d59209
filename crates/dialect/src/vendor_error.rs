//! A vendor's error object, in the shapes that servers of OpenAI's dialect use.

use crate::json::{Error, Scanner, Type};
use crate::vendor_words::told;

/// An error as a vendor reports it.
#[derive(Debug, Default)]
pub(crate) struct VendorError {
    pub message: Option<String>,
    pub kind: Option<String>,
    pub param: Option<String>,
    pub code: Option<String>,
    /// The prompt's tokens, and the most that fit, which llama.cpp writes beside the message.
    pub prompt_tokens: Option<u64>,
    pub context_tokens: Option<u64>,
}

impl VendorError {
    /// Reads the body of an error, or the error within it: OpenAI's `{"error":{"message",...}}`; the same in an array (Google);
    /// `{"error":"..."}` (Ollama); the four fields without a wrapper (vLLM); `{"detail":"..."}` or a list of details (FastAPI, and
    /// within `message` Mistral). Any other body
    /// yields nothing; a truncated body yields what stands before the cut.
    pub fn from_json(body: &str) -> Self {
        let mut error = VendorError::default();
        let _ = error.read(&mut Scanner::lenient(body));
        error
    }

    /// Reads the fields that are not known yet. The scanner bounds the recursion.
    fn read(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Error> {
        match scanner.peek()? {
            Type::Object => self.read_object(scanner),
            Type::Array => {
                scanner.array()?;
                while scanner.element()? {
                    self.read(scanner)?;
                }
                Ok(())
            }
            _ => read_word(scanner, &mut self.message),
        }
    }

    fn read_object(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Error> {
        let mut outer = VendorError::default();
        let mut read = || {
            scanner.object()?;
            while let Some(key) = scanner.key()? {
                match key.decode().as_deref() {
                    Some("error") => self.read(scanner)?,
                    Some("message" | "detail") => read_message(scanner, &mut outer)?,
                    Some("type") => read_word(scanner, &mut outer.kind)?,
                    Some("param") => read_word(scanner, &mut outer.param)?,
                    Some("code") => read_word(scanner, &mut outer.code)?,
                    Some("metadata") => read_raw(scanner, self)?,
                    Some("n_prompt_tokens") => read_count(scanner, &mut outer.prompt_tokens)?,
                    Some("n_ctx") => read_count(scanner, &mut outer.context_tokens)?,
                    _ => drop(scanner.skip()?),
                }
            }
            Ok(())
        };
        let read = read();
        // The inner error is more precise than the outer one.
        let inner = std::mem::take(self);
        *self = VendorError {
            message: inner.message.or(outer.message),
            kind: inner.kind.or(outer.kind),
            param: inner.param.or(outer.param),
            code: inner.code.or(outer.code),
            prompt_tokens: inner.prompt_tokens.or(outer.prompt_tokens),
            context_tokens: inner.context_tokens.or(outer.context_tokens),
        };
        read
    }

    /// Whether the type or the code is one of these.
    pub fn is(&self, names: &[&str]) -> bool {
        [&self.kind, &self.code].into_iter().flatten().any(|said| names.contains(&said.as_str()))
    }

    /// The status that this error has outside of a stream.
    pub fn status(&self) -> u16 {
        let said = self.code.as_deref().and_then(|code| code.parse::<u16>().ok());
        if let Some(status) = said.filter(|status| (400..600).contains(status)) {
            return status;
        }
        let known = STATUSES.iter().find(|(_, names)| self.is(names));
        known.map_or(500, |(status, _)| *status)
    }

    /// How the error came, with its type and code if they are known, for the operator. It never has the message: any sentence
    /// can quote the request or the credential, and some vendors put a sentence about the credential on a filtered request.
    pub fn describe(&self, how: &str) -> String {
        let mut text = how.to_owned();
        for (name, value) in [("type", &self.kind), ("code", &self.code)] {
            if let Some(value) = value {
                text += &format!(", {name} {}", told(value));
            }
        }
        text
    }
}

/// The statuses of the types and codes that vendors send in a stream. The first match holds.
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

/// Reads a string or a number into `word`, unless it has one already.
fn read_word(scanner: &mut Scanner<'_>, word: &mut Option<String>) -> Result<(), Error> {
    let read = match scanner.peek()? {
        Type::String => scanner.string()?.decode().map(|text| text.into_owned()),
        Type::Number => Some(scanner.number()?.to_owned()),
        _ => scanner.skip().map(|_| None)?,
    };
    *word = word.take().or(read.filter(|read| !read.is_empty()));
    Ok(())
}

/// A sentence; a list of what is wrong with which field (FastAPI: <https://fastapi.tiangolo.com/tutorial/handling-errors/>), or
/// an object with such a list (Mistral).
fn read_message(scanner: &mut Scanner<'_>, error: &mut VendorError) -> Result<(), Error> {
    match scanner.peek()? {
        Type::Array => {
            scanner.array()?;
            while scanner.element()? {
                read_detail(scanner, error)?;
            }
            Ok(())
        }
        Type::Object => {
            scanner.object()?;
            while let Some(key) = scanner.key()? {
                match key.decode().as_deref() {
                    Some("detail" | "message") => read_message(scanner, error)?,
                    _ => drop(scanner.skip()?),
                }
            }
            Ok(())
        }
        _ => read_word(scanner, &mut error.message),
    }
}

/// `{"loc":["body","messages",1,"refusal"],"msg":"Extra inputs are not permitted","input":...}`: the place and the reason. What
/// was sent is not repeated.
fn read_detail(scanner: &mut Scanner<'_>, error: &mut VendorError) -> Result<(), Error> {
    if scanner.peek()? != Type::Object {
        return read_word(scanner, &mut error.message);
    }
    let (mut place, mut reason) = (String::new(), None);
    scanner.object()?;
    while let Some(key) = scanner.key()? {
        match key.decode().as_deref() {
            Some("loc") => place = read_place(scanner)?,
            Some("msg" | "message") => read_word(scanner, &mut reason)?,
            _ => drop(scanner.skip()?),
        }
    }
    let Some(reason) = reason else { return Ok(()) };
    let said = if place.is_empty() { reason } else { format!("{place}: {reason}") };
    if error.param.is_none() && !place.is_empty() {
        error.param = Some(place);
    }
    match &mut error.message {
        // The first ones say enough; a union of types has dozens.
        Some(message) if message.len() < MAX_DETAILS_BYTES => {
            message.push_str("; ");
            message.push_str(&said);
        }
        Some(_) => {}
        none => *none = Some(said),
    }
    Ok(())
}

const MAX_DETAILS_BYTES: usize = 1_000;

/// `["body", "messages", 1, "role"]` as `messages[1].role`.
fn read_place(scanner: &mut Scanner<'_>) -> Result<String, Error> {
    let mut place = String::new();
    if scanner.peek()? != Type::Array {
        scanner.skip()?;
        return Ok(place);
    }
    scanner.array()?;
    while scanner.element()? {
        let is_index = scanner.peek()? == Type::Number;
        let mut word = None;
        read_word(scanner, &mut word)?;
        let Some(word) = word else { continue };
        match (is_index, place.is_empty()) {
            (true, _) => place.push_str(&format!("[{word}]")),
            (false, true) if word == "body" => {}
            (false, true) => place.push_str(&word),
            (false, false) => place.push_str(&format!(".{word}")),
        }
    }
    Ok(place)
}

/// The error of the vendor behind OpenRouter, as text in `metadata.raw`:
/// <https://openrouter.ai/docs/api-reference/errors>. Its own says only that a provider has failed.
fn read_raw(scanner: &mut Scanner<'_>, error: &mut VendorError) -> Result<(), Error> {
    if scanner.peek()? != Type::Object {
        return scanner.skip().map(drop);
    }
    scanner.object()?;
    while let Some(key) = scanner.key()? {
        let is_raw = key.decode().as_deref() == Some("raw") && scanner.peek()? == Type::String;
        if !is_raw {
            scanner.skip()?;
            continue;
        }
        let raw = scanner.string()?.decode().unwrap_or_default();
        // It is read once more, not again and again.
        if !raw.contains("\"metadata\"") {
            *error = VendorError::from_json(&raw);
        }
    }
    Ok(())
}

fn read_count(scanner: &mut Scanner<'_>, count: &mut Option<u64>) -> Result<(), Error> {
    let mut word = None;
    read_word(scanner, &mut word)?;
    *count = count.or(word.and_then(|word| word.parse().ok()));
    Ok(())
}

/// At most the first `chars` characters of a text.
pub(crate) fn clip(text: &str, chars: usize) -> &str {
    text.char_indices().nth(chars).and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// The text without anything that looks like a credential: `sk-...` as OpenAI and others have it, and a bearer token.
pub(crate) fn mask(text: &str) -> String {
    const STARTS: [&str; 4] = ["sk-", "gsk_", "xai-", "AIza"];
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        // `risk-free` is not a credential.
        let starts =
            !before.is_alphanumeric() && STARTS.iter().any(|start| rest.starts_with(start));
        let of_bearer = is_of_secret(c) && masked.ends_with("Bearer ");
        let end = match starts || of_bearer {
            true => rest.find(|c: char| !is_of_secret(c)).unwrap_or(rest.len()),
            false => c.len_utf8(),
        };
        let Some((part, after)) = rest.split_at_checked(end) else { break };
        masked.push_str(if starts || of_bearer { "[masked]" } else { part });
        (before, rest) = (c, after);
    }
    masked
}

fn is_of_secret(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '*' | '.' | '/' | '+' | '=')
}
