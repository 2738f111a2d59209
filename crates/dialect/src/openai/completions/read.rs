//! Reads a request for completions: what it asks for, and where its texts stand.

use super::super::cap;
use super::super::field::{self, Fields};
use super::super::read::{self, Model};
use super::super::refusal::{Refusal, empty, invalid, missing, wrong_type};
use super::super::stream_options::StreamOptions;
use super::super::unread::Unread;
use super::DEFAULT_MAX_TOKENS;
use crate::json::{Scanner, Type};
use crate::{Facts, Operation, Request, Role, Segment, Wire};
use postern_fault::Fault;

const FIELDS: &[&str] =
    &["model", "prompt", "stream", "stream_options", "max_tokens", "n", "best_of", "suffix"];

const PROMPT: &str = "a string, or an array of prompts";
const CAP: &str = "max_tokens";

/// What has been read so far.
#[derive(Default)]
struct Completion {
    model: Option<Model>,
    prompts: Option<Prompts>,
    suffix: Option<Segment>,
    stream: bool,
    options: StreamOptions,
    max_tokens: Option<u64>,
    choices: u32,
    /// How many are made for a prompt, of which `n` are given.
    best_of: u32,
}

/// What is to be gone on with.
#[derive(Default)]
struct Prompts {
    segments: Vec<Segment>,
    /// How many there are; each has answers of its own.
    count: u32,
}

/// Read a request, once. Only what the gateway acts on is judged.
///
/// # Errors
/// What is not JSON, a field read here that is missing, twice there or of another type. Messages name fields and types,
/// never a text of the request.
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
        completion.read_field(name, &mut scanner)?;
    }
    scanner.end()?;
    completion.into_request(unread.thinking_tokens())
}

impl Completion {
    fn read_field(&mut self, name: Option<&str>, scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
        match name {
            Some("model") => self.model = read::model(scanner)?,
            Some("prompt") => self.prompts = read_prompt(scanner)?,
            Some("stream") => self.stream = field::boolean(scanner, "stream")?.unwrap_or(false),
            Some("stream_options") => self.options = StreamOptions::read(scanner)?,
            Some("max_tokens") => self.max_tokens = cap::read(scanner, CAP)?,
            Some("n") => self.choices = cap::times(scanner, "n")?,
            Some("best_of") => self.best_of = cap::times(scanner, "best_of")?,
            Some("suffix") if scanner.peek()? == Type::String => self.suffix = Some(text(scanner)?),
            _ => drop(scanner.skip()?),
        }
        Ok(())
    }

    fn into_request(self, thinking_tokens: Option<u64>) -> Result<Request, Refusal> {
        let (model, model_span) = read::required(self.model)?;
        let Prompts { mut segments, count } =
            self.prompts.ok_or_else(|| missing("prompt", PROMPT))?;
        segments.extend(self.suffix);
        if self.options.is_object() && !self.stream {
            let public = "`stream_options` is only for streams: send `stream: true` with it, or leave it out";
            return Err(invalid("stream_options", "invalid_value", public.to_owned()));
        }
        let (choices, prompts) = (self.choices.max(1), count.max(1));
        let facts = Facts {
            client: Wire::OpenAi,
            operation: Operation::Completions,
            model,
            model_span,
            stream: self.stream,
            usage_in_stream: self.options.include_usage(),
            output_cap_tokens: Some(self.max_tokens.unwrap_or(DEFAULT_MAX_TOKENS)),
            thinking_tokens,
            choices: choices.saturating_mul(prompts),
            answers: choices.max(self.best_of).saturating_mul(prompts),
            tools: 0,
            images: 0,
            audio: 0,
            documents: 0,
        };
        Ok(Request { facts, segments })
    }
}

/// Every text of the prompt, and how many prompts there are. Whether several, or prompts in tokens, can be served is not
/// known here.
fn read_prompt(scanner: &mut Scanner<'_>) -> Result<Option<Prompts>, Refusal> {
    match scanner.peek()? {
        Type::Null => scanner.null().map(|()| None).map_err(Refusal::from),
        Type::String => Ok(Some(Prompts { segments: vec![text(scanner)?], count: 1 })),
        Type::Array => read_prompts(scanner).map(Some),
        other => Err(wrong_type("prompt", PROMPT, other)),
    }
}

fn read_prompts(scanner: &mut Scanner<'_>) -> Result<Prompts, Refusal> {
    const ELEMENTS: &str = "texts, tokens or arrays of tokens";
    let mut prompts = Prompts::default();
    let mut is_tokens = false;
    scanner.array()?;
    while scanner.element()? {
        match scanner.peek()? {
            Type::String => prompts.segments.push(text(scanner)?),
            Type::Array => drop(scanner.skip()?),
            // All of them are one prompt.
            Type::Number => {
                scanner.skip()?;
                is_tokens = true;
                continue;
            }
            other => return Err(wrong_type("prompt", ELEMENTS, other)),
        }
        prompts.count = prompts.count.saturating_add(1);
    }
    prompts.count = prompts.count.saturating_add(is_tokens.into());
    if prompts.count == 0 {
        return Err(empty("prompt", "empty_array", PROMPT));
    }
    Ok(prompts)
}

fn text(scanner: &mut Scanner<'_>) -> Result<Segment, Refusal> {
    Ok(Segment { role: Role::User, span: scanner.string()?.inside() })
}
