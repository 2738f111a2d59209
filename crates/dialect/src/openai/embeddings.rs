//! Reads a request for embeddings: <https://platform.openai.com/docs/api-reference/embeddings/create>.

use super::field::Fields;
use super::read::{self};
use super::refusal::{Refusal, empty, invalid, missing, wrong_type};
use crate::json::{Scanner, Type};
use crate::{Facts, Operation, Request, Role, Segment, Wire};

const INPUT: &str =
    "a string, an array of strings, an array of tokens or an array of arrays of tokens";

pub(super) fn read(body: &str) -> Result<Request, Refusal> {
    let mut scanner = Scanner::new(body);
    let mut fields = Fields::new(&["model", "input"]);
    let (mut model, mut segments) = (None, None);
    read::enter(&mut scanner)?;
    while let Some(key) = scanner.key()? {
        match fields.name(&key, String::new)? {
            Some("model") => model = read::model(&mut scanner)?,
            Some("input") => segments = read_input(&mut scanner)?,
            _ => drop(scanner.skip()?),
        }
    }
    scanner.end()?;
    let (model, model_span) = read::required(model)?;
    let segments = segments.ok_or_else(|| missing("input", INPUT))?;
    let facts = Facts {
        client: Wire::OpenAi,
        operation: Operation::Embeddings,
        model,
        model_span,
        stream: false,
        usage_in_stream: false,
        output_cap_tokens: None,
        thinking_tokens: None,
        choices: 1,
        answers: 1,
        tools: 0,
        images: 0,
        audio: 0,
        documents: 0,
    };
    Ok(Request { facts, segments })
}

fn read_input(scanner: &mut Scanner<'_>) -> Result<Option<Vec<Segment>>, Refusal> {
    let mut segments = Vec::new();
    match scanner.peek()? {
        Type::Null => {
            scanner.null()?;
            return Ok(None);
        }
        Type::String => {
            let only = text(scanner)?;
            if only.span.start == only.span.end {
                return Err(empty("input", "invalid_value", "the text to embed"));
            }
            segments.push(only);
        }
        Type::Array => read_inputs(scanner, &mut segments)?,
        other => return Err(wrong_type("input", INPUT, other)),
    }
    Ok(Some(segments))
}

/// All elements must be what the first one is: texts, tokens, or arrays of tokens.
fn read_inputs(scanner: &mut Scanner<'_>, segments: &mut Vec<Segment>) -> Result<(), Refusal> {
    scanner.array()?;
    let mut first = None;
    let mut index = 0_usize;
    while scanner.element()? {
        let path = || format!("input[{index}]");
        let found = scanner.peek()?;
        match (found, *first.get_or_insert(found)) {
            (Type::String, Type::String) => segments.push(text(scanner)?),
            (Type::Number, Type::Number) => read_token(scanner, path)?,
            (Type::Array, Type::Array) => read_tokens(scanner, path)?,
            (_, Type::String) => {
                return Err(wrong_type(path(), "a string as the first one is", found));
            }
            (_, Type::Number) => {
                return Err(wrong_type(path(), "a token as the first one is", found));
            }
            (_, Type::Array) => {
                return Err(wrong_type(path(), "an array of tokens as the first one is", found));
            }
            _ => return Err(wrong_type(path(), "a string, a token or an array of tokens", found)),
        }
        index += 1;
    }
    match first {
        None => Err(empty("input", "empty_array", "at least one text")),
        Some(_) => Ok(()),
    }
}

fn read_tokens(scanner: &mut Scanner<'_>, path: impl Fn() -> String) -> Result<(), Refusal> {
    scanner.array()?;
    let mut index = 0_usize;
    while scanner.element()? {
        read_token(scanner, || format!("{}[{index}]", path()))?;
        index += 1;
    }
    match index {
        0 => Err(empty(path(), "empty_array", "at least one token")),
        _ => Ok(()),
    }
}

fn read_token(scanner: &mut Scanner<'_>, path: impl Fn() -> String) -> Result<(), Refusal> {
    match scanner.peek()? {
        Type::Number => {
            let whole = scanner.number()?.bytes().all(|byte| byte.is_ascii_digit());
            let public =
                || format!("`{}` must be a token, which is a whole number of at least 0", path());
            if whole { Ok(()) } else { Err(invalid(path(), "invalid_type", public())) }
        }
        other => Err(wrong_type(path(), "a token, which is a whole number", other)),
    }
}

fn text(scanner: &mut Scanner<'_>) -> Result<Segment, Refusal> {
    Ok(Segment { role: Role::User, span: scanner.string()?.inside() })
}
