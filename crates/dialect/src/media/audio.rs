//! Requests for speech and for transcripts.

use super::field;
use crate::json::Scanner;
use crate::openai::field::{Fields, string};
use crate::openai::read;
use crate::openai::refusal::{Refusal, empty, invalid, missing};
use crate::segments::{Around, Beside, Found};
use crate::{Dialect, Facts, Operation, Request, SegmentKind, Span};

/// OpenAI has 20 tokens for a second of speech, in which 15 English characters are spoken; a character of other scripts is a
/// whole syllable.
const TOKENS_A_LETTER: u64 = 2;
const TOKENS_A_SYLLABLE: u64 = 6;

/// A recording of 32 kbit/s has 4,000 bytes a second, in which at most four tokens of text are spoken.
const BYTES_A_TOKEN_OF_TEXT: u64 = 1_000;
const LEAST_TOKENS_OF_TEXT: u64 = 64;

const INPUT: &str = "the text to be spoken";
const FILE: &str = "the recording";

/// <https://platform.openai.com/docs/api-reference/audio/createSpeech>
pub fn read_speech(body: &str) -> Result<Request, Refusal> {
    let mut scanner = Scanner::new(body);
    let mut fields = Fields::new(&["model", "input", "instructions", "stream_format", "voice"]);
    let (mut model, mut input, mut format) = (None, None, String::new());
    let mut found = Found::default();
    read::enter(&mut scanner)?;
    while let Some(key) = scanner.key()? {
        match fields.name(&key, String::new)? {
            Some("model") => model = read::model(&mut scanner)?,
            Some("input") => {
                input = string(&mut scanner, || "input".to_owned())?;
                if let Some(text) = &input {
                    found.text(Around::USER, text.inside());
                }
            }
            Some("instructions") => {
                if let Some(text) = string(&mut scanner, || "instructions".to_owned())? {
                    found.text(Around::INSTRUCTION, text.inside());
                }
            }
            Some("stream_format") => format = field::word(&mut scanner, "stream_format")?,
            _ => found.member(&mut scanner, &key, Around::USER, &mut Beside::default())?,
        }
    }
    scanner.end()?;
    let model = read::required(model)?;
    let input = input.ok_or_else(|| missing("input", INPUT))?.said();
    if input.is_empty() {
        return Err(empty("input", "invalid_value", INPUT));
    }
    let stream = match format.as_str() {
        "sse" => true,
        "" | "audio" => false,
        _ => {
            let public = "`stream_format` must be audio or sse".to_owned();
            return Err(invalid("stream_format", "invalid_value", public));
        }
    };
    let letters = input.chars().filter(char::is_ascii).count() as u64;
    let syllables = input.chars().count() as u64 - letters;
    let tokens = letters
        .saturating_mul(TOKENS_A_LETTER)
        .saturating_add(syllables.saturating_mul(TOKENS_A_SYLLABLE));
    let facts = facts(Operation::Speak, model, stream, tokens, &found);
    Ok(Request { facts, segments: found.segments })
}

/// A form: <https://platform.openai.com/docs/api-reference/audio/createTranscription>; translations have the same fields.
pub fn read_recording(operation: Operation, body: &str) -> Result<Request, Refusal> {
    const NAMES: &[&str] =
        &["model", "file", "prompt", "stream", "response_format", "language", "temperature"];
    let mut scanner = Scanner::new(body);
    let mut fields = Fields::new(NAMES);
    let (mut model, mut bytes, mut stream) = (None, None, false);
    let mut found = Found::default();
    read::enter(&mut scanner)?;
    while let Some(key) = scanner.key()? {
        match fields.name(&key, String::new)? {
            Some("model") => model = read::model(&mut scanner)?,
            Some("file") => {
                bytes = Some(field::file(&mut scanner, "file", SegmentKind::Media, &mut found)?);
            }
            Some("prompt") => {
                if let Some(text) = string(&mut scanner, || "prompt".to_owned())? {
                    found.text(Around::USER, text.inside());
                }
            }
            Some("stream") => stream = field::flag(&mut scanner, true, "stream")?,
            Some("response_format" | "language" | "temperature") => drop(scanner.skip()?),
            _ => found.member(&mut scanner, &key, Around::USER, &mut Beside::default())?,
        }
    }
    scanner.end()?;
    let model = read::required(model)?;
    let bytes = bytes.ok_or_else(|| missing("file", FILE))?;
    let tokens = bytes.div_ceil(BYTES_A_TOKEN_OF_TEXT).max(LEAST_TOKENS_OF_TEXT);
    let facts = Facts { audio: 1, ..facts(operation, model, stream, tokens, &found) };
    Ok(Request { facts, segments: found.segments })
}

fn facts(
    operation: Operation,
    (model, model_span): (String, Span),
    stream: bool,
    expected_answer_tokens: u64,
    found: &Found,
) -> Facts {
    Facts {
        client: Dialect::OpenAi,
        operation,
        model,
        model_span,
        stream,
        // Every stream of these endpoints reports its usage, if there is one.
        usage_in_stream: true,
        output_cap_tokens: None,
        thinking_tokens: None,
        expected_answer_tokens: Some(expected_answer_tokens),
        choices: 1,
        answers: 1,
        texts: found.texts,
        tools: 0,
        images: found.media.images,
        audio: found.media.audio,
        documents: found.media.documents,
    }
}
