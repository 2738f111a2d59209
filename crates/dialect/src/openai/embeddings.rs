//! Reads a request for embeddings: <https://platform.openai.com/docs/api-reference/embeddings/create>.

use super::field::Fields;
use super::read::{self};
use super::refusal::{Refusal, empty, invalid, missing, wrong_type};
use crate::json::{Scanner, Type};
use crate::segments::{Around, Beside, Found, Run};
use crate::{Dialect, Facts, Operation, Request, Span};

const INPUT: &str =
    "a string, an array of strings, an array of tokens or an array of arrays of tokens";

pub(super) fn read(body: &str) -> Result<Request, Refusal> {
    let mut scanner = Scanner::new(body);
    let mut fields = Fields::new(&["model", "input"]);
    let (mut model, mut has_input, mut found) = (None, false, Found::default());
    read::enter(&mut scanner)?;
    while let Some(key) = scanner.key()? {
        match fields.name(&key, String::new)? {
            Some("model") => model = read::model(&mut scanner)?,
            Some("input") => has_input = read_input(&mut scanner, &mut found)?,
            _ => found.member(&mut scanner, &key, Around::USER, &mut Beside::default())?,
        }
    }
    scanner.end()?;
    let (model, model_span) = read::required(model)?;
    if !has_input {
        return Err(missing("input", INPUT));
    }
    let facts = Facts {
        client: Dialect::OpenAi,
        operation: Operation::Embeddings,
        model,
        model_span,
        stream: false,
        usage_in_stream: false,
        output_cap_tokens: None,
        thinking_tokens: None,
        expected_answer_tokens: None,
        choices: 1,
        answers: 1,
        texts: found.texts,
        tools: 0,
        images: 0,
        audio: 0,
        documents: 0,
    };
    Ok(Request { facts, segments: found.segments })
}

fn read_input(scanner: &mut Scanner<'_>, found: &mut Found) -> Result<bool, Refusal> {
    match scanner.peek()? {
        Type::Null => {
            scanner.null()?;
            return Ok(false);
        }
        Type::String => {
            let only = text(scanner, found)?;
            if only.start == only.end {
                return Err(empty("input", "invalid_value", "the text to embed"));
            }
        }
        Type::Array => read_inputs(scanner, found)?,
        other => return Err(wrong_type("input", INPUT, other)),
    }
    Ok(true)
}

/// All elements must be of the first one's type: texts, tokens, or arrays of tokens.
fn read_inputs(scanner: &mut Scanner<'_>, found: &mut Found) -> Result<(), Refusal> {
    scanner.array()?;
    let (mut first, mut run) = (None, Run::default());
    let mut index = 0_usize;
    while scanner.element()? {
        let path = || format!("input[{index}]");
        let next = scanner.peek()?;
        match (next, *first.get_or_insert(next)) {
            (Type::String, Type::String) => drop(text(scanner, found)?),
            (Type::Number, Type::Number) => read_token(scanner, path, &mut run)?,
            (Type::Array, Type::Array) => read_tokens(scanner, path, found)?,
            (_, Type::String) => {
                return Err(wrong_type(path(), "a string as the first one is", next));
            }
            (_, Type::Number) => {
                return Err(wrong_type(path(), "a token as the first one is", next));
            }
            (_, Type::Array) => {
                return Err(wrong_type(path(), "an array of tokens as the first one is", next));
            }
            _ => return Err(wrong_type(path(), "a string, a token or an array of tokens", next)),
        }
        index += 1;
    }
    run.end(found);
    match first {
        None => Err(empty("input", "empty_array", "at least one text")),
        Some(_) => Ok(()),
    }
}

fn read_tokens(
    scanner: &mut Scanner<'_>,
    path: impl Fn() -> String,
    found: &mut Found,
) -> Result<(), Refusal> {
    scanner.array()?;
    let (mut index, mut run) = (0_usize, Run::default());
    while scanner.element()? {
        read_token(scanner, || format!("{}[{index}]", path()), &mut run)?;
        index += 1;
    }
    run.end(found);
    match index {
        0 => Err(empty(path(), "empty_array", "at least one token")),
        _ => Ok(()),
    }
}

fn read_token(
    scanner: &mut Scanner<'_>,
    path: impl Fn() -> String,
    run: &mut Run,
) -> Result<(), Refusal> {
    match scanner.peek()? {
        Type::Number => {
            let start = scanner.at();
            let whole = scanner.number()?.bytes().all(|byte| byte.is_ascii_digit());
            run.number((start..scanner.at()).into());
            let public =
                || format!("`{}` must be a token, which is a whole number of at least 0", path());
            if whole { Ok(()) } else { Err(invalid(path(), "invalid_type", public())) }
        }
        other => Err(wrong_type(path(), "a token, which is a whole number", other)),
    }
}

fn text(scanner: &mut Scanner<'_>, found: &mut Found) -> Result<Span, Refusal> {
    let span = scanner.string()?.inside();
    found.text(Around::EMBEDDING, span);
    Ok(span)
}
