//! An answer of text, base64 pictures or spoken events: it passes unchanged, while its usage, its end and its errors are
//! observed.

use super::usage;
use crate::counted::Counted;
use crate::json::{Error, Scanner, Type};
use crate::openai::decode::wrong_form;
use crate::openai::explain;
use crate::openai::stream::pass;
use crate::vendor_error::VendorError;
use crate::vendor_fault::{invalid, malformed};
use crate::{Decoded, Facts, Operation, Usage};
use postern_event_stream::{Event, Parser};
use postern_fault::Fault;
use std::mem;

/// No event is this long: the longest hold a picture in base64, about 10 MiB.
const MAX_EVENT_BYTES: usize = 32 * 1024 * 1024;

/// The media types of transcripts as text: `response_format` of text, srt and vtt.
const TEXTS: [&str; 4] = ["text/plain", "text/vtt", "text/srt", "application/x-subrip"];

/// Whether this is the media type of a transcript as text.
pub(crate) fn is_text(media_type: &str) -> bool {
    TEXTS.iter().any(|text| media_type.eq_ignore_ascii_case(text))
}

/// Reads one answer.
pub(crate) struct Answer {
    form: Form,
    watched: Watched,
}

enum Form {
    Json(String),
    /// A body that is nothing but the transcript.
    Text(String),
    Stream(Box<Stream>),
    Refused(Fault),
}

struct Stream {
    parser: Parser,
    /// A fault that follows events which had to be sent first.
    held: Option<Fault>,
    done: bool,
}

/// The observations so far.
struct Watched {
    operation: Operation,
    /// The number of requested pictures, and the expected tokens of each.
    choices: u32,
    expected_tokens: u64,
    /// The number of pictures so far.
    pictures: u32,
    words: Counted,
    is_ended: bool,
}

/// The values of an object.
#[derive(Default)]
struct Said {
    error: Option<VendorError>,
    usage: Option<Usage>,
    kind: String,
    pictures: u32,
    words: Counted,
}

impl Answer {
    pub fn new(facts: &Facts, media_type: &str) -> Self {
        let is = |known: &str| media_type.eq_ignore_ascii_case(known);
        let is_transcript = matches!(facts.operation, Operation::Transcribe | Operation::Translate);
        let is_stream = is("text/event-stream") || media_type.is_empty();
        // Models that cannot stream ignore the request for a stream.
        let may_be_whole = !facts.stream || is_transcript;
        let form = if facts.stream && is_stream {
            let parser = Parser::new(MAX_EVENT_BYTES);
            Form::Stream(Box::new(Stream { parser, held: None, done: false }))
        } else if is_transcript && is_text(media_type) {
            Form::Text(String::new())
        } else if may_be_whole && (is("application/json") || media_type.is_empty()) {
            Form::Json(String::new())
        } else {
            Form::Refused(wrong_form(facts.stream, media_type))
        };
        let watched = Watched {
            operation: facts.operation,
            choices: facts.choices,
            expected_tokens: facts.expected_answer_tokens.unwrap_or_default(),
            pictures: 0,
            words: Counted::default(),
            is_ended: false,
        };
        Answer { form, watched }
    }

    /// The tokens generated so far, estimated from the observations.
    pub fn generated_tokens(&self) -> u64 {
        let pictures = u64::from(self.watched.pictures);
        let pictures = pictures.saturating_mul(self.watched.expected_tokens);
        pictures.saturating_add(self.watched.words.tokens())
    }

    pub fn push(&mut self, chunk: &str) -> Result<Decoded, Fault> {
        match &mut self.form {
            Form::Json(text) | Form::Text(text) => {
                text.push_str(chunk);
                Ok(Decoded::default())
            }
            Form::Stream(stream) => {
                stream.parser.push(chunk);
                stream.drain(&mut self.watched)
            }
            Form::Refused(fault) => Err(fault.clone()),
        }
    }

    pub fn finish(&mut self) -> Result<Decoded, Fault> {
        match &mut self.form {
            Form::Json(text) => {
                let output = mem::take(text);
                let usage = self.watched.object("an answer", &output)?.usage;
                let usage = usage.map(|usage| match usage.output_tokens {
                    // The usage of a recording that is billed by its length.
                    0 if usage.estimated => {
                        Usage { output_tokens: self.watched.words.tokens(), ..usage }
                    }
                    _ => usage,
                });
                Ok(Decoded { output, usage, done: true, ..Decoded::default() })
            }
            Form::Text(text) => {
                let output = mem::take(text);
                self.watched.words.add(&output);
                Ok(Decoded { output, done: true, ..Decoded::default() })
            }
            Form::Stream(stream) => stream.finish(&mut self.watched),
            Form::Refused(fault) => Err(fault.clone()),
        }
    }
}

impl Stream {
    /// Reads all complete events.
    fn drain(&mut self, watched: &mut Watched) -> Result<Decoded, Fault> {
        if let Some(fault) = &self.held {
            return Err(fault.clone());
        }
        let mut decoded = Decoded { done: self.done, ..Decoded::default() };
        loop {
            let found = match self.parser.next_event() {
                Ok(Some(event)) => watched.event(&event, &mut decoded),
                Ok(None) => break,
                Err(too_long) => Err(invalid("the provider sent an event that is too long")
                    .with_private(too_long.to_string())),
            };
            if let Err(fault) = found {
                self.held = Some(fault.clone());
                return if decoded == Decoded::default() { Err(fault) } else { Ok(decoded) };
            }
        }
        decoded.done |= watched.is_ended;
        self.done = decoded.done;
        Ok(decoded)
    }

    fn finish(&mut self, watched: &mut Watched) -> Result<Decoded, Fault> {
        self.parser.finish();
        let decoded = self.drain(watched)?;
        // There is no later call that could return it.
        match &self.held {
            Some(fault) => Err(fault.clone()),
            None if decoded.done => Ok(decoded),
            None => Err(invalid("the provider's stream ended before the answer was complete")),
        }
    }
}

impl Watched {
    fn event(&mut self, event: &Event<'_>, decoded: &mut Decoded) -> Result<(), Fault> {
        match event.data.as_deref() {
            Some(data) if event.name == Some("error") => {
                return Err(explain::reported(&VendorError::from_json(data)));
            }
            Some(data) if data.starts_with("[DONE]") => self.is_ended = true,
            Some(data) if !data.is_empty() => {
                let said = self.object("an event", data)?;
                decoded.usage = crate::usage::latest(decoded.usage, said.usage);
                self.is_ended |= self.ends(&said.kind);
            }
            _ => {}
        }
        pass(event, decoded);
        Ok(())
    }

    /// Whether an event of this type is the last: `transcript.text.done`, `speech.audio.done`, `image_generation.completed`.
    fn ends(&mut self, kind: &str) -> bool {
        if kind.ends_with(".completed") {
            self.pictures = self.pictures.saturating_add(1);
            return self.pictures >= self.choices;
        }
        kind == "transcript.text.done" || kind == "speech.audio.done"
    }

    fn object(&mut self, what: &str, text: &str) -> Result<Said, Fault> {
        let said = Said::read(self.operation, text);
        let said = said.map_err(|error| malformed(what, text, error))?;
        if let Some(error) = &said.error {
            return Err(explain::reported(error));
        }
        self.pictures = self.pictures.saturating_add(said.pictures);
        self.words.add_counted(said.words);
        Ok(said)
    }
}

impl Said {
    fn read(operation: Operation, text: &str) -> Result<Self, Error> {
        let mut scanner = Scanner::lenient(text);
        let mut said = Said::default();
        scanner.peek()?;
        scanner.object()?;
        while let Some(key) = scanner.key()? {
            let value = scanner.peek()?;
            match (key.said().as_ref(), value) {
                ("type", Type::String) => said.kind = scanner.string()?.said().into_owned(),
                ("usage", Type::Object) => {
                    said.usage = usage::read(operation, scanner.skip_text()?);
                }
                ("error", Type::Object | Type::String) => {
                    said.error = Some(VendorError::from_json(scanner.skip_text()?));
                }
                ("data", Type::Array) => said.pictures = elements(&mut scanner)?,
                ("text", Type::String) if said.kind.is_empty() => {
                    said.words.add(&scanner.string()?.said());
                }
                ("delta", Type::String) => said.words.add(&scanner.string()?.said()),
                ("audio", Type::String) => {
                    let inside = scanner.string()?.inside();
                    said.words.add_sound((inside.end - inside.start) as usize);
                }
                _ => drop(scanner.skip()?),
            }
        }
        scanner.end()?;
        Ok(said)
    }
}

fn elements(scanner: &mut Scanner<'_>) -> Result<u32, Error> {
    let mut count: u32 = 0;
    scanner.array()?;
    while scanner.element()? {
        scanner.skip()?;
        count = count.saturating_add(1);
    }
    Ok(count)
}
