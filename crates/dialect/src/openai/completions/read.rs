//! Reads a request for completions: what it asks for, and the places of its texts.

use super::super::cap;
use super::super::field::{self, Fields};
use super::super::read::{self, Model};
use super::super::refusal::{Refusal, empty, invalid, missing, wrong_type};
use super::super::stream_options::StreamOptions;
use super::super::unread::Unread;
use super::DEFAULT_MAX_TOKENS;
use crate::json::{Scanner, Text, Type};
use crate::segments::{Around, Beside, Found, Run};
use crate::{Dialect, Facts, Operation, Request};
use postern_fault::Fault;

const FIELDS: &[&str] =
    &["model", "prompt", "stream", "stream_options", "max_tokens", "n", "best_of", "suffix"];

const PROMPT: &str = "a string, or an array of prompts";
const CAP: &str = "max_tokens";

/// The values read so far.
#[derive(Default)]
struct Completion {
    model: Option<Model>,
    found: Found,
    /// The number of prompts; each has answers of its own.
    prompts: Option<u32>,
    stream: bool,
    options: StreamOptions,
    max_tokens: Option<u64>,
    choices: u32,
    /// The number of answers that are generated for a prompt, of which `n` are returned.
    best_of: u32,
}

/// Reads a request in one pass. It judges only fields that the gateway acts on.
///
/// # Errors
/// A body that is not JSON, and a field read here that is missing, duplicate or of another type. Messages name fields and
/// types, never a text of the request.
pub fn read(body: &str) -> Result<Request, Fault> {
    read::whole(body, read_body)
}

fn read_body(body: &str) -> Result<Request, Refusal> {
    let mut scanner = Scanner::new(body);
    let mut fields = Fields::new(FIELDS);
    let mut unread = Unread::new(CAP);
    let mut completion = Completion::default();
    read::enter(&mut scanner)?;
    while let Some(key) = scanner.key()? {
        let name = fields.name(&key, String::new)?;
        if name.is_none() {
            unread.see(&key, &scanner)?;
        }
        completion.read_field(name, &key, &mut scanner)?;
    }
    scanner.end()?;
    completion.into_request(unread.thinking_tokens())
}

impl Completion {
    fn read_field(
        &mut self,
        name: Option<&str>,
        key: &Text<'_>,
        scanner: &mut Scanner<'_>,
    ) -> Result<(), Refusal> {
        match name {
            Some("model") => self.model = read::model(scanner)?,
            Some("prompt") => self.prompts = read_prompt(scanner, &mut self.found)?,
            Some("stream") => self.stream = field::boolean(scanner, "stream")?.unwrap_or(false),
            Some("stream_options") => self.options = StreamOptions::read(scanner)?,
            Some("max_tokens") => self.max_tokens = cap::read(scanner, CAP)?,
            Some("n") => self.choices = cap::times(scanner, "n")?,
            Some("best_of") => self.best_of = cap::times(scanner, "best_of")?,
            Some("suffix") if scanner.peek()? == Type::String => text(scanner, &mut self.found)?,
            _ => self.found.member(scanner, key, Around::USER, &mut Beside::default())?,
        }
        Ok(())
    }

    fn into_request(self, thinking_tokens: Option<u64>) -> Result<Request, Refusal> {
        let (model, model_span) = read::required(self.model)?;
        let count = self.prompts.ok_or_else(|| missing("prompt", PROMPT))?;
        if self.options.is_object() && !self.stream {
            let public = "`stream_options` is only for streams: send `stream: true` with it, or leave it out";
            return Err(invalid("stream_options", "invalid_value", public.to_owned()));
        }
        let (choices, prompts) = (self.choices.max(1), count.max(1));
        let facts = Facts {
            client: Dialect::OpenAi,
            operation: Operation::Completions,
            model,
            model_span,
            stream: self.stream,
            usage_in_stream: self.options.include_usage(),
            output_cap_tokens: Some(self.max_tokens.unwrap_or(DEFAULT_MAX_TOKENS)),
            thinking_tokens,
            expected_answer_tokens: None,
            choices: choices.saturating_mul(prompts),
            answers: choices.max(self.best_of).saturating_mul(prompts),
            texts: self.found.texts,
            tools: 0,
            images: 0,
            audio: 0,
            documents: 0,
        };
        Ok(Request { facts, segments: self.found.segments })
    }
}

/// Reads every text of the prompt and counts the prompts. It is not known here whether the target serves several prompts, or
/// prompts in tokens.
fn read_prompt(scanner: &mut Scanner<'_>, found: &mut Found) -> Result<Option<u32>, Refusal> {
    match scanner.peek()? {
        Type::Null => scanner.null().map(|()| None).map_err(Refusal::from),
        Type::String => text(scanner, found).map(|()| Some(1)),
        Type::Array => read_prompts(scanner, found).map(Some),
        other => Err(wrong_type("prompt", PROMPT, other)),
    }
}

fn read_prompts(scanner: &mut Scanner<'_>, found: &mut Found) -> Result<u32, Refusal> {
    const ELEMENTS: &str = "texts, tokens or arrays of tokens";
    let mut prompts = 0_u32;
    let mut is_tokens = false;
    let mut run = Run::default();
    scanner.array()?;
    while scanner.element()? {
        let next = scanner.peek()?;
        if next == Type::Number {
            // All numbers are one prompt.
            run.number(scanner.skip()?);
            is_tokens = true;
            continue;
        }
        run.end(found);
        match next {
            Type::String => text(scanner, found)?,
            Type::Array => found.tokens(scanner)?,
            other => return Err(wrong_type("prompt", ELEMENTS, other)),
        }
        prompts = prompts.saturating_add(1);
    }
    run.end(found);
    prompts = prompts.saturating_add(is_tokens.into());
    if prompts == 0 {
        return Err(empty("prompt", "empty_array", PROMPT));
    }
    Ok(prompts)
}

fn text(scanner: &mut Scanner<'_>, found: &mut Found) -> Result<(), Refusal> {
    found.text(Around::USER, scanner.string()?.inside());
    Ok(())
}
