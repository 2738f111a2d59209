//! Members of a request that its dialect does not read: a cap on the answer among them is refused, and a budget for thoughts is
//! counted.
//!
//! Servers accept caps under many names and in many places (`n_predict`, `options.num_predict`,
//! `generationConfig.maxOutputTokens`), some besides the dialect's own (in llama.cpp, `n_predict` overrides `max_tokens`). Only
//! caps that are read here are reserved, so a cap that would reach a vendor unread is refused with its path. Names are compared
//! by their letters and by rules, as a list would lack the next server's name.

use super::field;
use super::refusal::{Refusal, invalid};
use crate::json::{Scanner, Text, Type};
use std::borrow::Cow;

/// A budget of -1 leaves the choice to Google's model, which takes at most this many tokens
/// (<https://ai.google.dev/gemini-api/docs/thinking#set-budget>).
const DYNAMIC_THINKING_TOKENS: u64 = 32_768;

/// Caps whose names do not contain a word for a maximum: llama.cpp's, Ollama's, NVIDIA's, Bedrock's Llama.
const CAPS: [&str; 8] = [
    "npredict",
    "numpredict",
    "numtokens",
    "newtokens",
    "tokenstogenerate",
    "numtokenstogenerate",
    "outputtokens",
    "completiontokens",
];

/// Words for other things than answers that may have a maximum.
const NOT_OF_ANSWERS: [&str; 16] = [
    "input", "prompt", "context", "content", "document", "doc", "image", "page", "search", "query",
    "cache", "batch", "chunk", "tool", "think", "reason",
];

/// Fields with names of the caller's own: schemas, texts, labels. They hold no settings.
const DATA: [&str; 15] = [
    "messages",
    "input",
    "prompt",
    "system",
    "instructions",
    "documents",
    "tools",
    "functions",
    "toolconfig",
    "metadata",
    "labels",
    "logitbias",
    "prediction",
    "properties",
    "guidedjson",
];

/// The values found so far.
pub(crate) struct Unread {
    /// The dialect's name for the cap.
    cap: &'static str,
    thinking_tokens: Option<u64>,
}

impl Unread {
    /// Nothing found yet, in a dialect with this name for the cap.
    pub fn new(cap: &'static str) -> Self {
        Unread { cap, thinking_tokens: None }
    }

    /// The largest budget for thoughts that was found.
    pub fn thinking_tokens(&self) -> Option<u64> {
        self.thinking_tokens
    }

    /// Examines the member `key`, whose value `scanner` reads next; the scanner does not move.
    ///
    /// # Errors
    /// A cap that is not null, and a budget for thoughts that is not a number.
    pub fn see(&mut self, key: &Text<'_>, scanner: &Scanner<'_>) -> Result<(), Refusal> {
        let path = Path { parent: None, name: key.decode().unwrap_or_default() };
        self.member(&path, false, &mut scanner.clone())
    }

    fn member(
        &mut self,
        path: &Path<'_>,
        in_thoughts: bool,
        scanner: &mut Scanner<'_>,
    ) -> Result<(), Refusal> {
        let name = letters(&path.name);
        let found = scanner.peek()?;
        if found == Type::Null || is_data(&name) {
            scanner.skip()?;
            return Ok(());
        }
        let of_thoughts = in_thoughts || name.contains("think") || name.contains("reason");
        if of_thoughts && is_budget(&name) && !matches!(found, Type::Object | Type::Array) {
            return self.budget(path, scanner);
        }
        if is_cap(&name) {
            let shown = path.shown();
            let public =
                format!("`{shown}` is not the cap on an answer here: write `{}`", self.cap);
            return Err(invalid(shown, "unknown_parameter", public));
        }
        self.inside(path, of_thoughts, scanner)
    }

    fn inside(
        &mut self,
        path: &Path<'_>,
        in_thoughts: bool,
        scanner: &mut Scanner<'_>,
    ) -> Result<(), Refusal> {
        match scanner.peek()? {
            Type::Object => {
                scanner.object()?;
                while let Some(key) = scanner.key()? {
                    let name = key.decode().unwrap_or_default();
                    self.member(&Path { parent: Some(path), name }, in_thoughts, scanner)?;
                }
            }
            Type::Array => {
                scanner.array()?;
                while scanner.element()? {
                    self.inside(path, in_thoughts, scanner)?;
                }
            }
            _ => drop(scanner.skip()?),
        }
        Ok(())
    }

    fn budget(&mut self, path: &Path<'_>, scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
        let before = scanner.clone();
        let is_negative = scanner.peek()? == Type::Number && scanner.number()?.starts_with('-');
        let tokens = if is_negative {
            Some(DYNAMIC_THINKING_TOKENS)
        } else {
            *scanner = before;
            field::whole_number(scanner, &path.shown(), (0, u64::MAX))?
        };
        self.thinking_tokens = self.thinking_tokens.max(tokens);
        Ok(())
    }
}

/// The path of a member.
struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    name: Cow<'a, str>,
}

impl Path<'_> {
    /// The path as the client wrote it, but bounded, as names may be of any length.
    fn shown(&self) -> String {
        let mut names = Vec::new();
        let mut next = Some(self);
        while let Some(path) = next {
            names.push(path.name.chars().take(64).collect::<String>());
            next = path.parent;
        }
        // The innermost names are enough.
        names.truncate(8);
        names.reverse();
        names.join(".")
    }
}

/// A name in lower case, without separators.
fn letters(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).take(64).collect()
}

fn is_data(name: &str) -> bool {
    DATA.contains(&name) || name.ends_with("schema")
}

/// `max_new_tokens`, `maxTokenCount`, `max_gen_len`, `output_token_limit`, ...
fn is_cap(name: &str) -> bool {
    let says_most = name.contains("max") || name.contains("limit");
    let of_length = name.contains("tok")
        || name.contains("length")
        || name.ends_with("len")
        || name.contains("predict");
    let of_answers = !NOT_OF_ANSWERS.iter().any(|word| name.contains(word));
    CAPS.contains(&name) || says_most && of_length && of_answers
}

/// `thinkingBudget`, `budget_tokens`, `max_thinking_tokens`; within `reasoning` and similar objects also `max_tokens`.
fn is_budget(name: &str) -> bool {
    let says_most = name.contains("max") || name.contains("limit");
    name.contains("budget") || says_most && name.contains("tok")
}
