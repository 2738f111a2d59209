//! Reads a request for completions: what it asks for, and where its texts stand.

use super::super::field::{self, Fields};
use super::super::read::{self, Model};
use super::super::refusal::{Refusal, empty, invalid, missing, wrong_type};
use super::super::stream_options::StreamOptions;
use super::DEFAULT_MAX_TOKENS;
use crate::json::{Scanner, Type};
use crate::{Facts, Operation, Request, Role, Segment, Wire};
use postern_fault::Fault;

const FIELDS: &[&str] = &["model", "prompt", "stream", "stream_options", "max_tokens", "n"];

const PROMPT: &str = "a string, or an array of prompts";
const ANY_CAP: (u64, u64) = (0, u64::MAX);
const ANY_CHOICES: (u64, u64) = (1, u32::MAX as u64);

/// What has been read so far.
#[derive(Default)]
struct Completion {
    model: Option<Model>,
    segments: Option<Vec<Segment>>,
    stream: bool,
    options: StreamOptions,
    max_tokens: Option<u64>,
    choices: Option<u64>,
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
    let mut completion = Completion::default();
    read::enter(&mut scanner)?;
    while let Some(key) = scanner.key()? {
        let name = fields.name(&key, String::new)?;
        completion.read_field(name, &mut scanner)?;
    }
    scanner.end()?;
    completion.into_request()
}

impl Completion {
    fn read_field(&mut self, name: Option<&str>, scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
        match name {
            Some("model") => self.model = read::model(scanner)?,
            Some("prompt") => self.segments = read_prompt(scanner)?,
            Some("stream") => self.stream = field::boolean(scanner, "stream")?.unwrap_or(false),
            Some("stream_options") => self.options = StreamOptions::read(scanner)?,
            Some("max_tokens") => {
                self.max_tokens = field::whole_number(scanner, "max_tokens", ANY_CAP)?;
            }
            Some("n") => self.choices = field::whole_number(scanner, "n", ANY_CHOICES)?,
            _ => drop(scanner.skip()?),
        }
        Ok(())
    }

    fn into_request(self) -> Result<Request, Refusal> {
        let (model, model_span) = read::required(self.model)?;
        let segments = self.segments.ok_or_else(|| missing("prompt", PROMPT))?;
        if self.options.is_object() && !self.stream {
            let public = "`stream_options` is only for streams: send `stream: true` with it, or leave it out";
            return Err(invalid("stream_options", "invalid_value", public.to_owned()));
        }
        let choices = self.choices.and_then(|choices| u32::try_from(choices).ok());
        let facts = Facts {
            client: Wire::OpenAi,
            operation: Operation::Completions,
            model,
            model_span,
            stream: self.stream,
            usage_in_stream: self.options.include_usage(),
            output_cap_tokens: Some(self.max_tokens.unwrap_or(DEFAULT_MAX_TOKENS)),
            choices: choices.unwrap_or(1),
            tools: 0,
            images: 0,
            audio: 0,
            documents: 0,
        };
        Ok(Request { facts, segments })
    }
}

/// Every text of the prompt. Whether several prompts, or prompts in tokens, can be served is not known here.
fn read_prompt(scanner: &mut Scanner<'_>) -> Result<Option<Vec<Segment>>, Refusal> {
    let mut segments = Vec::new();
    match scanner.peek()? {
        Type::Null => return scanner.null().map(|()| None).map_err(Refusal::from),
        Type::String => segments.push(text(scanner)?),
        Type::Array => {
            scanner.array()?;
            let mut any = false;
            while scanner.element()? {
                any = true;
                match scanner.peek()? {
                    Type::String => segments.push(text(scanner)?),
                    Type::Number | Type::Array => drop(scanner.skip()?),
                    other => {
                        return Err(wrong_type(
                            "prompt",
                            "texts, tokens or arrays of tokens",
                            other,
                        ));
                    }
                }
            }
            if !any {
                return Err(empty("prompt", "empty_array", PROMPT));
            }
        }
        other => return Err(wrong_type("prompt", PROMPT, other)),
    }
    Ok(Some(segments))
}

fn text(scanner: &mut Scanner<'_>) -> Result<Segment, Refusal> {
    Ok(Segment { role: Role::User, span: scanner.string()?.inside() })
}
