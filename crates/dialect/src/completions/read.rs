//! Reads a request, once: what it asks for, and where its texts stand. Only what the gateway acts on is judged.

use crate::json::{Scanner, Type};
use crate::refusal::{Refusal, field, fits, missing, once, wrong};
use crate::{Facts, Operation, Request, Role, Segment, Span, Wire};
use postern_fault::Fault;

/// Read a request: the facts, and where its prompts stand.
///
/// # Errors
/// What is not JSON; a field read here that is missing, of another type or there twice.
pub fn read(body: &str) -> Result<Request, Fault> {
    fits(body)?;
    Completion::read(body).map_err(|refusal| refusal.into_fault(body))
}

#[derive(Default)]
struct Completion {
    seen: Vec<&'static str>,
    model: Option<(String, Span)>,
    segments: Vec<Segment>,
    stream: bool,
    usage_in_stream: bool,
    cap_tokens: Option<u64>,
    choices: Option<u64>,
}

const FIELDS: [&str; 6] = ["model", "prompt", "stream", "stream_options", "max_tokens", "n"];

impl Completion {
    fn read(body: &str) -> Result<Request, Refusal> {
        let mut scanner = Scanner::new(body);
        let mut completion = Completion::default();
        match scanner.peek()? {
            Type::Object => scanner.object()?,
            other => return Err(Refusal::no_object(other)),
        }
        while let Some(key) = scanner.key()? {
            let known = |name: &&str| key.decode().is_some_and(|key| key == *name);
            match FIELDS.into_iter().find(known) {
                Some(name) => completion.read_field(name, &mut scanner)?,
                None => drop(scanner.skip()?),
            }
        }
        scanner.end()?;
        completion.into_request()
    }

    fn read_field(&mut self, name: &'static str, scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
        once(name, self.seen.contains(&name))?;
        self.seen.push(name);
        match (name, scanner.peek()?) {
            (_, Type::Null) => scanner.null()?,
            ("model", Type::String) => {
                let text = scanner.string()?;
                let name = text.decode().unwrap_or_default().into_owned();
                self.model = Some((name, text.span())).filter(|(name, _)| !name.is_empty());
            }
            ("model", other) => return Err(wrong(name, "the name of a model", other)),
            ("prompt", _) => self.read_prompt(scanner)?,
            ("stream", Type::Boolean) => self.stream = scanner.boolean()?,
            ("stream", other) => return Err(wrong(name, "true or false", other)),
            ("stream_options", Type::Object) => self.read_options(scanner)?,
            ("stream_options", other) => return Err(wrong(name, "an object", other)),
            ("n", _) => self.choices = Some(whole_number(name, 1, scanner)?),
            _ => self.cap_tokens = Some(whole_number(name, 0, scanner)?),
        }
        Ok(())
    }

    /// A text, texts, tokens, or lists of tokens; tokens are nothing to look at.
    fn read_prompt(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
        match scanner.peek()? {
            Type::String => return self.segment(scanner),
            Type::Array => scanner.array()?,
            other => return Err(wrong("prompt", "a text or an array of texts", other)),
        }
        while scanner.element()? {
            match scanner.peek()? {
                Type::String => self.segment(scanner)?,
                _ => drop(scanner.skip()?),
            }
        }
        Ok(())
    }

    fn segment(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
        let span = scanner.string()?.inside();
        self.segments.push(Segment { role: Role::User, span });
        Ok(())
    }

    fn read_options(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
        scanner.object()?;
        while let Some(key) = scanner.key()? {
            match (key.decode().as_deref(), scanner.peek()?) {
                (Some("include_usage"), Type::Boolean) => {
                    self.usage_in_stream = scanner.boolean()?;
                }
                _ => drop(scanner.skip()?),
            }
        }
        Ok(())
    }

    fn into_request(self) -> Result<Request, Refusal> {
        let (model, model_span) = self.model.ok_or_else(|| missing("model"))?;
        if !self.seen.contains(&"prompt") {
            return Err(missing("prompt"));
        }
        let choices = self.choices.map(u32::try_from).transpose();
        let choices = choices.map_err(|_| field("n", "is too large", "integer_above_max_value"))?;
        let facts = Facts {
            client: Wire::OpenAi,
            operation: Operation::Completions,
            model,
            model_span,
            stream: self.stream,
            usage_in_stream: self.usage_in_stream,
            output_cap_tokens: self.cap_tokens,
            choices: choices.unwrap_or(1),
            tools: 0,
        };
        Ok(Request { facts, segments: self.segments })
    }
}

fn whole_number(param: &str, least: u64, scanner: &mut Scanner<'_>) -> Result<u64, Refusal> {
    let written = match scanner.peek()? {
        Type::Number => scanner.number()?,
        other => return Err(wrong(param, "a whole number", other)),
    };
    let number = written.parse::<u64>().ok().filter(|number| *number >= least);
    number.ok_or_else(|| {
        let what = format!("must be a whole number of at least {least}");
        field(param, &what, "invalid_type")
    })
}
